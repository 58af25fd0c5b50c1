"""`tthc sql`: where its statements come from, and whether it talks to a person.

Does not belong here: arguments (`cli.query`), running statements (`session`).
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pipelines.common.errors import UsageFault
from pipelines.common.i18n import say
from pipelines.publish.versions import current_version
from pipelines.reports.sql_shell.commands import read_file, run_command
from pipelines.reports.sql_shell.connection import read_only_connection
from pipelines.reports.sql_shell.screen import say_line
from pipelines.reports.sql_shell.session import Session, rows_shown, run_text
from pipelines.settings import Settings

STREAM = "stdin"


@dataclass(frozen=True)
class Wanted:
    """What was asked for.

    Attributes:
        query: Statements; None if they come from elsewhere.
        file: A file of statements.
        target: File for the answer.
        output: `table`, `csv` or `json`.
        rows: Rows of a table that are shown; None as many as usual, 0 all.
        version: Name of the version; None is the current one.
    """

    query: str | None = None
    file: Path | None = None
    target: Path | None = None
    output: str = "table"
    rows: int | None = None
    version: str | None = None


@contextmanager
def quiet_when_left() -> Iterator[None]:
    """End without a word when who reads our output has enough (`tthc sql … | head`)."""
    try:
        yield
    except BrokenPipeError:
        # What Python still holds for it is written nowhere when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_sql(settings: Settings, console: Console, wanted: Wanted) -> None:
    """Answer a query, a file or what is piped in; else open a prompt.

    Raises:
        TthcError: If there is no such version, or a statement fails.
    """
    text = _text(wanted)
    with quiet_when_left(), read_only_connection(settings, wanted.version) as connection:
        session = Session(settings, connection, console, run_command, wanted.output, rows=rows_shown(wanted.rows))
        if wanted.target is not None:
            session.aim(wanted.target)
        if text is not None:
            run_text(session, text, str(wanted.file or STREAM))
            return
        if wanted.target is not None:
            raise UsageFault("sql_output_without_query")
        from pipelines.reports.sql_shell.prompt import run_prompt

        say_line(console, say("sql_welcome", version=wanted.version or current_version(settings)), style="")
        run_prompt(session)


def _text(wanted: Wanted) -> str | None:
    """Return the statements to run; None if a person is to type them."""
    if wanted.query is not None:
        return wanted.query
    if wanted.file is not None and str(wanted.file) != "-":
        return read_file(wanted.file)
    if wanted.file is None and sys.stdin.isatty():
        return None
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise UsageFault("sql_not_utf8", file=STREAM) from None
