"""Read-only SQL on a published version (`tthc sql`): single queries and an interactive prompt.

Belongs here: opening a version for queries and printing results. Does not belong here: how the file is protected
(`publish.read_only`).
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.common.errors import TthcError
from pipelines.publish.read_only import open_read_only
from pipelines.publish.versions import current_version
from pipelines.settings import DATABASE_FILE, DuckDBConfig, Settings

ROWS_SHOWN = 200


@contextmanager
def read_only_connection(settings: Settings, version: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a version read-only, without file or network access, with `marts` as the default schema.

    Args:
        settings: The installation.
        version: Name of the version; None is the current one.

    Raises:
        TthcError: If there is no such version.
    """
    named, version = version, version or current_version(settings)
    if version is None:
        raise TthcError("no_version", folder=settings.warehouse_dir)
    path = settings.versions_dir / version / DATABASE_FILE
    if named is not None and (Path(named).name != named or not path.is_file()):
        raise TthcError("no_such_version", version=named, folder=settings.versions_dir)
    config: DuckDBConfig = {"memory_limit": settings.duckdb_memory, "threads": str(settings.threads)}
    with open_read_only(path, config) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


def show(settings: Settings, console: Console, query: str, output: str, version: str | None = None) -> None:
    """Run one query and print its rows.

    Args:
        settings: The installation.
        console: Where a table is printed; CSV and JSON go to standard output.
        query: The SQL.
        output: `table`, `csv` or `json`.
        version: Name of the version; None is the current one.

    Raises:
        TthcError: If the query fails.
    """
    with read_only_connection(settings, version) as connection:
        _show(connection, console, query, output)


def _show(connection: duckdb.DuckDBPyConnection, console: Console, query: str, output: str) -> None:
    try:
        result = connection.execute(query)
        if output != "table":
            frame = result.pl()
            sys.stdout.write(frame.write_csv() if output == "csv" else _json(frame.to_dicts()))
            return
        names = [column[0] for column in result.description or []]
        rows = result.fetchmany(ROWS_SHOWN + 1)
    except duckdb.Error as error:
        raise TthcError("sql_failed", why=str(error)) from None
    table = Table()
    for name in names:
        table.add_column(name)
    for row in rows[:ROWS_SHOWN]:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console.print(table)
    if len(rows) > ROWS_SHOWN:
        console.print(f"… {ROWS_SHOWN}+")


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=str, indent=1) + "\n"


def prompt(settings: Settings, console: Console, output: str, version: str | None = None) -> None:
    """Read queries from the terminal until .quit; an error is shown and the prompt goes on."""
    from pipelines.common.i18n import say

    with read_only_connection(settings, version) as connection:
        console.print(say("sql_welcome", version=version or current_version(settings)))
        waiting = ""
        while True:
            try:
                line = console.input("tthc> " if not waiting else "  ...> ")
            except EOFError:
                return
            if line.strip() in (".quit", ".exit"):
                return
            waiting += line + "\n"
            if line.rstrip().endswith(";"):
                try:
                    _show(connection, console, waiting, output)
                except TthcError as error:
                    console.print(str(error), style="red", markup=False)
                waiting = ""
