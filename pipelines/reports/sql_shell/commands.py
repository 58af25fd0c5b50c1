"""Commands of the prompt, under the names that users of sqlite3, the DuckDB shell and psql know.

Belongs here: their names, and what each does to a session. Does not belong here: their words (`messages.yml`,
`sql_meta_<name>`), statements (`session`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path

from rich.table import Table

from pipelines.common.errors import TthcError, UsageFault
from pipelines.common.i18n import say
from pipelines.reports.sql_shell.catalogue import HOME, Relation, columns_page, read_catalogue
from pipelines.reports.sql_shell.screen import say_line, show, show_table
from pipelines.reports.sql_shell.session import STREAMS, Session, run_text
from pipelines.reports.sql_shell.tables import Page

DEEPEST = 10  # files that read each other
FORMATS = ("table", *STREAMS)
ALL = "all"


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        name: The end of the code of its sentence.
        names: What may be typed, the most telling first.
        argument: What follows it, in capitals; `[…]` where it may be left out; '' for nothing.
        run: What it does with the session and the argument.
    """

    name: str
    names: tuple[str, ...]
    argument: str
    run: Callable[[Session, str], None]


def run_command(session: Session, line: str) -> None:
    """Run a line that is a command.

    Raises:
        UsageFault: If there is no such command, or it lacks its argument; the error lists the nearest.
    """
    typed, _, argument = line.strip().rstrip(";").partition(" ")
    argument = argument.strip().strip("'\"")
    command = BY_NAME.get(typed if typed.startswith("\\") else typed.lower())
    if command is None:
        near = get_close_matches(typed.lower(), BY_NAME, 4, 0.5) or [COMMANDS[0].names[0]]
        raise UsageFault("sql_no_command", typed=typed, near=", ".join(near))
    if not argument and command.argument and not command.argument.startswith("["):
        raise UsageFault("sql_needs_argument", command=typed, argument=command.argument)
    command.run(session, argument)


def _help(session: Session, _: str) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    for command in COMMANDS:
        table.add_row(f"{command.names[0]} {command.argument}", " ".join(command.names[1:]).replace("[", "\\["),
                      say(f"sql_meta_{command.name}"))  # fmt: skip
    show(session.console, table)
    say_line(session.console, say("sql_help_keys"))


def _tables(session: Session, pattern: str) -> None:
    relations = read_catalogue(session.connection).relations.values()
    wanted = [one for one in relations if _is_wanted(one, pattern.lower())]
    if not wanted:
        raise UsageFault("sql_no_table", table=pattern, near=_near(session, pattern))
    page = Page(say("sql_tables_header").split("|"), ["VARCHAR", "BIGINT", "VARCHAR"],
                [(one.shown_name, one.rows, one.comment) for one in wanted])  # fmt: skip
    show_table(session.console, page)
    if not pattern:
        say_line(session.console, say("sql_tables_more"))


def _is_wanted(relation: Relation, pattern: str) -> bool:
    """Return True if a table fits a pattern with * or a part of a name; without one, if it is of the home schema."""
    if not pattern:
        return relation.schema == HOME
    names = (relation.name, f"{relation.schema}.{relation.name}")
    return any(fnmatch(name, pattern) for name in names) or any(pattern in name for name in names)


def _describe(session: Session, name: str) -> None:
    if not name:
        _tables(session, "")
        return
    relation = read_catalogue(session.connection).find(name)
    if relation is None:
        raise UsageFault("sql_no_table", table=name, near=_near(session, name))
    say_line(session.console, f"{relation.shown_name}: {relation.comment}", style="bold")
    page = columns_page(relation, say("sql_columns_header").split("|"))
    show_table(session.console, page)


def _near(session: Session, name: str) -> str:
    return nearest(name, read_catalogue(session.connection).relations)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the names that are most like one, else those that hold it, else the first few."""
    wanted, names = name.lower(), list(known)
    near = get_close_matches(wanted, names, 4, 0.5) or [one for one in names if wanted in one][:4]
    return ", ".join(near or names[:4])


def _format(session: Session, name: str) -> None:
    if name.lower() not in FORMATS:
        raise UsageFault("sql_no_format", format=name, known=", ".join(FORMATS))
    session.output = name.lower()


def _output(session: Session, name: str) -> None:
    if not name:
        session.target = None
        return
    say_line(session.console, say("sql_target", file=session.aim(Path(name))))


def _read(session: Session, name: str) -> None:
    if session.depth >= DEEPEST:
        raise TthcError("sql_too_deep", file=name)
    session.depth += 1
    try:
        run_text(session, read_file(Path(name)), name)
    finally:
        session.depth -= 1


def read_file(path: Path) -> str:
    """Return the text of a file of statements.

    Raises:
        UsageFault: If it cannot be read as UTF-8.
    """
    try:
        return path.expanduser().read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageFault("sql_not_utf8", file=path) from None
    except OSError as error:
        raise UsageFault("sql_no_file", file=path, why=error.strerror) from None


def _blocks(session: Session, _: str) -> None:
    session.blocks = not session.blocks
    say_line(session.console, say("sql_blocks_on" if session.blocks else "sql_blocks_off"))


def _rows(session: Session, count: str) -> None:
    if count.lower() != ALL and not (count.isdecimal() and int(count) > 0):
        raise UsageFault("sql_no_count", count=count)
    session.rows = None if count.lower() == ALL else int(count)


def _quit(session: Session, _: str) -> None:
    session.ended = True


COMMANDS = (
    Command("help", (".help", "help", r"\?", r"\h"), "", _help),
    Command("tables", (".tables", r"\dt"), "[TABLE]", _tables),
    Command("describe", (".schema", r"\d", ".describe"), "[TABLE]", _describe),
    Command("format", (".format", ".mode"), "FORMAT", _format),
    Command("blocks", (".blocks", r"\x"), "", _blocks),
    Command("rows", (".rows",), "N", _rows),
    Command("output", (".output", r"\o", ".once"), "[FILE]", _output),
    Command("read", (".read", r"\i"), "FILE", _read),
    Command("quit", (".quit", r"\q", ".exit", "quit", "exit"), "", _quit),
)
BY_NAME = {name: command for command in COMMANDS for name in command.names}
