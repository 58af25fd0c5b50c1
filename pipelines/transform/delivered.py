"""Finds where a published row was delivered: file, row and fields of its newest state, in the workspace of the run.

Used only after a check of the gate or of the open data has failed. Codes are used for the look-up and never shown.
Belongs here: the map from published columns to delivered fields (`published_fields.yml`) and the look-up. Does not
belong here: any check.
"""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from pipelines.common.sql import quote_text
from pipelines.common.yaml import read_yaml

FILE = Path(__file__).with_name("published_fields.yml")
# The accepted row, as the models choose it. A key with fewer columns than that of the source may match several rows.
ACCEPTED = """
    select _source_file, _row_number from delivered.state.base_{source} where disposition = 'accepted' and {same_key}
    order by newness desc, _source_file, _row_number limit 1
"""


class Origin(BaseModel):
    """From which source the rows of a published table come.

    Attributes:
        source: The source.
        key: Columns that identify a row, each with its field in the source.
        fields: Other columns, each with the fields from which it is computed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    key: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]

    def fields_of(self, columns: Collection[str]) -> list[str]:
        """Return the delivered fields from which these columns are computed, each once."""
        known = {**{column: (field,) for column, field in self.key.items()}, **self.fields}
        return list(dict.fromkeys(field for column in columns for field in known.get(column, ())))


@cache
def load_origins() -> Mapping[str, Origin]:
    """Return the origins by published table; tables whose rows come from no single source have none."""
    entries = read_yaml(FILE.read_text(encoding="utf-8"))
    return {table: Origin.model_validate(entry) for table, entry in entries.items()}


def attach_delivered(connection: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    """Attach the workspace of the run, read-only, as `delivered`.

    Raises:
        duckdb.Error: If there is none.
    """
    connection.execute(f"attach if not exists {quote_text(str(workspace))} as delivered (read_only)")


def place_of_row(
    connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, object], columns: Collection[str]
) -> str | None:
    """Return where a row of a published table was delivered, such as `don_vi/2024-12-31/a.csv row 3 TenDonVi`.

    None if the rows of the table do not come from single delivered rows, the key is not complete, or no row is found.

    Args:
        connection: One with `attach_delivered`.
        table: Name of the published table.
        row: Values by column, at least of the key.
        columns: The columns that a check read; their fields are named.

    Raises:
        duckdb.Error: If the workspace lacks the source.
    """
    origin = load_origins().get(table)
    if origin is None or any(row.get(column) is None for column in origin.key):
        return None
    # Names of sources and fields are from our own files; the values, which are delivered, are bound.
    same_key = " and ".join(f"{field} = ${at}" for at, field in enumerate(origin.key.values(), 1))
    query = ACCEPTED.format(source=origin.source, same_key=same_key)
    found = connection.execute(query, [row[column] for column in origin.key]).fetchone()
    return " ".join([f"{found[0]} row {found[1]}", ", ".join(origin.fields_of(columns))]).strip() if found else None
