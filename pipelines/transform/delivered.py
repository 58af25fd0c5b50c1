"""Where a published code was delivered: the file and row of its newest state, looked up in the workspace of the run.

Asked only once an end check has found something. The code looks the row up and is never told.
"""

from pathlib import Path

import duckdb

NEWEST = """
    select _source_file, _row_number from delivered.lake.{source} where {key} = $1
    order by _business_day desc, _source_file, _row_number limit 1
"""


def attach_delivered(connection: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    """Make the workspace's lake readable as `delivered`. Raises duckdb.Error where there is none."""
    # Attaching takes no bound value; the path is ours, and a quote in it is doubled.
    path = str(workspace).replace("'", "''")
    connection.execute(f"attach if not exists '{path}' as delivered (read_only)")


def place_of_key(connection: duckdb.DuckDBPyConnection, source: str, key: str, code: str | None) -> str | None:
    """Return the newest row of a source whose key is the code, such as `don_vi/2024-12-31/a.csv row 3`, or None.

    `source` and `key` are names of our own contracts.
    """
    found = connection.execute(NEWEST.format(source=source, key=key), [code]).fetchone()
    return f"{found[0]} row {found[1]}" if found else None
