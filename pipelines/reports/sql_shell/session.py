"""The state of one use of `tthc sql`, and how statements are run in it, from wherever they come.

Belongs here: format, target and limits that commands change, and running pieces in order. Does not belong here: what
the commands do (`commands`), reading from a terminal (`prompt`).
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console

from pipelines.common.errors import TthcError, UsageFault
from pipelines.common.i18n import say
from pipelines.reports.sql_shell.answers import Answer, ask, has_answer, interruptible
from pipelines.reports.sql_shell.files import check_target, save, write_csv, write_json
from pipelines.reports.sql_shell.screen import say_line, show_page
from pipelines.reports.sql_shell.statements import Piece, pieces
from pipelines.reports.sql_shell.tables import Page
from pipelines.settings import Settings

ROWS_SHOWN = 200  # of a table that is looked at; files, CSV and JSON have all rows
STREAMS = {"csv": write_csv, "json": write_json}


def rows_shown(asked: int | None) -> int | None:
    """Return how many rows of a table are shown: as many as usual if nobody asked, all (None) for 0."""
    return ROWS_SHOWN if asked is None else asked or None


@dataclass
class Session:
    """One connection and how its answers are to be given.

    Attributes:
        settings: The installation.
        connection: An open version.
        console: Where people read.
        on_command: What runs a command (`commands.run_command`).
        output: `table`, `csv` or `json`.
        target: File that the next answer goes to; None is the screen.
        rows: Rows of a table that are shown; None is all.
        blocks: One block per row.
        depth: Files being read within each other.
        ended: Whether a command has ended the session.
    """

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    console: Console
    on_command: Callable[["Session", str], None]
    output: str = "table"
    target: Path | None = None
    rows: int | None = ROWS_SHOWN
    blocks: bool = False
    depth: int = 0
    ended: bool = False

    def run(self, text: str) -> None:
        """Run the statements and commands of a text, one after the other, up to the first error.

        Raises:
            TthcError: Of the first that fails.
        """
        for piece in pieces(text):
            if self.ended:
                return
            self.run_piece(piece)

    def run_piece(self, piece: Piece) -> None:
        """Run one statement or command.

        Raises:
            TthcError: If it fails.
        """
        if piece.is_command:
            self.on_command(self, piece.text)
            return
        started = time.monotonic()
        text = "\n" * (piece.line - 1) + piece.text  # so that DuckDB's errors name the lines of the file
        answer = interruptible(self.connection, lambda: ask(self.connection, text))
        if answer is not None:
            self._give(answer, started)

    def _give(self, answer: Answer, started: float) -> None:
        if self.target is not None:
            path, self.target = self.target, None
            count = interruptible(self.connection, lambda: save(answer, path))
            say_line(Console(stderr=True), say("sql_saved", rows=f"{count:,}", file=path))
        elif self.output in STREAMS:
            interruptible(self.connection, lambda: STREAMS[self.output](answer, sys.stdout))
            sys.stdout.flush()
        else:
            limit = None if self.rows is None else self.rows + 1
            rows = interruptible(self.connection, lambda: answer.head(limit))
            page = Page(answer.names, answer.types, rows[: self.rows])
            show_page(self.console, page, more=len(rows) > len(page.rows), blocks=self.blocks,
                      seconds=time.monotonic() - started)  # fmt: skip

    def aim(self, path: Path) -> Path:
        """Let the next answer go to a file, and return its full path.

        Raises:
            UsageFault: If it cannot be written there.
        """
        self.target = check_target(self.settings, path)
        return self.target


def run_text(session: Session, text: str, name: str) -> None:
    """Run what a file or a pipe holds, up to the first error.

    Raises:
        TthcError: Of the first statement that fails; with its number and its line if there are several.
        UsageFault: If one file is to take several answers, or there is none for it.
    """
    given = list(pieces(text))
    if session.target is not None and not any(piece.is_command for piece in given):
        answers = sum(has_answer(session.connection, piece.text) for piece in given)
        if answers != 1:
            raise UsageFault("sql_one_answer", file=session.target, answers=answers)
    for number, piece in enumerate(given, 1):
        if session.ended:
            return
        try:
            session.run_piece(piece)
        except TthcError as error:
            if len(given) == 1 or error.code in ("sql_script_failed", "sql_interrupted"):
                raise
            raise TthcError("sql_script_failed", number=number, file=name, line=piece.line, why=error) from None
