"""Where a published row was delivered: file, row and field of its newest state, looked up in the workspace of the run.

Asked only once an end check has found something. Codes look the row up and are never shown. Belongs here: the map from
published columns to delivered fields (`published_fields.yml`) and the look-up. Does not belong here: any check.
"""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from pipelines.common.yaml import read_yaml

FILE = Path(__file__).with_name("published_fields.yml")
# The row that the models accepted, by whatever they take for the newest. A key of fewer columns than the source's may
# have several.
ACCEPTED = """
    select _source_file, _row_number from delivered.state.base_{source} where disposition = 'accepted' and {same_key}
    order by newness desc, _source_file, _row_number limit 1
"""


class Origin(BaseModel):
    """The source of a published table's rows: the columns that look a row up, and the fields of each column."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    key: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]

    def fields_of(self, columns: Collection[str]) -> list[str]:
        """Return the delivered fields of these published columns, each once; columns without one are left out."""
        known = {**{column: (field,) for column, field in self.key.items()}, **self.fields}
        return list(dict.fromkeys(field for column in columns for field in known.get(column, ())))


@cache
def load_origins() -> Mapping[str, Origin]:
    """Return the origin of each published table that has one, by the table's name."""
    entries = read_yaml(FILE.read_text(encoding="utf-8"))
    return {table: Origin.model_validate(entry) for table, entry in entries.items()}


def attach_delivered(connection: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    """Make the run's workspace readable as `delivered`.

    Raise duckdb.Error where there is none.
    """
    # Attaching takes no bound value; the path is ours, and a quote in it is doubled.
    path = str(workspace).replace("'", "''")
    connection.execute(f"attach if not exists '{path}' as delivered (read_only)")


def place_of_row(
    connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, object], columns: Collection[str]
) -> str | None:
    """Return where a row of a published table was delivered, such as `don_vi/2024-12-31/a.csv row 3 TenDonVi`.

    `row` holds at least the table's key; `columns` are those that a check read: the fields they come from are named.
    None if the table's rows come from no single row, or the key is not complete. Raise duckdb.Error where the workspace
    lacks the source.
    """
    origin = load_origins().get(table)
    if origin is None or any(row.get(column) is None for column in origin.key):
        return None
    # Names of sources and fields are our own files'; only the values are an outsider's, and they are bound.
    same_key = " and ".join(f"{field} = ${at}" for at, field in enumerate(origin.key.values(), 1))
    query = ACCEPTED.format(source=origin.source, same_key=same_key)
    found = connection.execute(query, [row[column] for column in origin.key]).fetchone()
    return " ".join([f"{found[0]} row {found[1]}", ", ".join(origin.fields_of(columns))]).strip() if found else None
