"""`tthc sql --compare`: which versions are meant, and what of their differences is shown or written.

Does not belong here: comparing (`compare`).
"""

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

from rich.console import Console

from pipelines.common.errors import TthcError, UsageFault
from pipelines.common.files import atomic_write
from pipelines.common.i18n import language, say
from pipelines.gate.keys import table_keys
from pipelines.gate.suites import load_suites
from pipelines.publish.versions import current_version, version_before
from pipelines.reports.sql_shell.answers import Answer, interruptible, sql_errors
from pipelines.reports.sql_shell.commands import nearest
from pipelines.reports.sql_shell.compare import Comparison
from pipelines.reports.sql_shell.compare_view import show_comparison, show_rows, take
from pipelines.reports.sql_shell.connection import two_versions
from pipelines.reports.sql_shell.files import FILE_MODE, check_target, save, write_csv, write_json
from pipelines.reports.sql_shell.run import quiet_when_left
from pipelines.reports.sql_shell.screen import say_line
from pipelines.reports.sql_shell.session import rows_shown
from pipelines.settings import Settings


def run_comparison(settings: Settings, console: Console, versions: Sequence[str], table: str | None, output: str,
                   target: Path | None, rows: int | None) -> None:  # fmt: skip
    """Compare two versions and show or write what differs.

    Args:
        settings: The installation.
        console: Where tables are printed.
        versions: The earlier and the later; one is compared with the current; none: the one before and the current.
        table: Which rows of this table differ; None: how many of each, and which figures.
        output: `table`, `csv` or `json`.
        target: File for all of it, in the format of its ending.
        rows: Rows shown of a list; None as many as usual, 0 all.

    Raises:
        UsageFault: If there are more versions, no such table, or no way to write there.
        TthcError: If there is no such version.
    """
    before, after = _versions(settings, versions)
    path = None if target is None else check_target(settings, target)
    with quiet_when_left(), two_versions(settings, before, after) as connection, sql_errors():
        keys = table_keys(load_suites(settings.expectations_dir).by_table)
        found = Comparison(connection, keys, language.get())
        if table is not None and table not in found.tables:
            raise UsageFault("sql_no_table", table=table, near=nearest(table, found.tables))
        shown = rows_shown(rows)
        if path is not None:
            count = interruptible(found, lambda: _save(found, table, path))
            say_line(Console(stderr=True), say("sql_saved", rows=f"{count:,}", file=path))
        elif output != "table":
            interruptible(found, lambda: _write(found, table, output, sys.stdout))
        elif table is not None:
            show_rows(console, interruptible(found, lambda: take(found.rows_of(table), shown)), before, after)
        else:
            with console.status(say("sql_comparing")) if console.is_terminal else nullcontext():
                changes, figures = interruptible(found, lambda: (found.changes, take(found.figures(), shown)))
            show_comparison(console, changes, figures, before, after)


def _write(found: Comparison, table: str | None, output: str, stream: TextIO) -> int:
    """Write the rows of a table, or figures; JSON without a table has counts by table too."""
    if table is not None or output == "csv":
        answer = found.figures() if table is None else found.rows_of(table)
        return (write_csv if output == "csv" else write_json)(answer, stream)
    stream.write('{"tables": ')
    count = write_json(found.tables_answer(), stream)
    stream.write(', "figures": ')
    count += write_json(found.figures(), stream)
    stream.write("}\n")
    return count


def _save(found: Comparison, table: str | None, path: Path) -> int:
    """Write the same to a file; a workbook has a sheet of tables and one of figures."""
    if table is None and path.suffix.lower() == ".json":
        with atomic_write(path, FILE_MODE) as waiting, waiting.open("w", encoding="utf-8") as stream:
            return _write(found, None, "json", stream)
    if table is None and path.suffix.lower() == ".xlsx":
        from pipelines.reports.sql_shell.workbooks import write_workbook

        sheets: dict[str, Answer] = {"tables": found.tables_answer(), "figures": found.figures()}
        with atomic_write(path, FILE_MODE) as waiting:
            return sum(write_workbook(waiting, sheets))
    return save(found.figures() if table is None else found.rows_of(table), path)


def _versions(settings: Settings, versions: Sequence[str]) -> tuple[str, str]:
    """Return the names of the earlier and the later version.

    Raises:
        UsageFault: If there are more than two, or the one before cannot be told.
    """
    if len(versions) > 2:
        raise UsageFault("sql_compare_two")
    if len(versions) == 2:
        return versions[0], versions[1]
    current = current_version(settings)
    if current is None:
        raise TthcError("no_version", folder=settings.warehouse_dir)
    if versions:
        return versions[0], current
    try:
        if settings.ledger_file.is_file():  # opening it would make it
            return version_before(settings), current
    except (OSError, sqlite3.Error):  # the ledger, which knows their order, is the operator's alone
        pass
    known = sorted(path.name for path in settings.versions_dir.glob("[!.]*") if path.name != current)
    raise UsageFault("sql_compare_which", known=", ".join(known), current=current)
