"""Known corrections: wrong cells that a source has not corrected yet, with the right values.

Belongs here: reading `corrections.csv` and validating it against the contracts. Does not belong here: applying
corrections to the lake (`transform.correction_views`), detecting that a source has corrected its error (`gate`).
"""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import duckdb
import polars as pl
from pydantic import Field

from pipelines.common.errors import TthcError
from pipelines.contracts.column_types import dtype_of, type_column
from pipelines.contracts.fields import MOMENTS, ContractField
from pipelines.contracts.model import Contract
from pipelines.registers.csv_rows import RegisterRow, read_rows

BAR = "|"
COLUMN_TYPES: dict[Any, str] = {
    pl.String(): "varchar", pl.Int64(): "bigint", pl.Float64(): "double", pl.Int16(): "smallint",
    pl.Datetime("us"): "timestamp", pl.Date(): "date", pl.Time(): "time",
}  # fmt: skip
TABLE = {
    "correction_code": pl.String, "source": pl.String, "row_key": pl.String, "field": pl.String,
    "reason": pl.String, "reporter": pl.String, "reported_on": pl.Date, "status": pl.String,
    "rows_with_key": pl.Int64, "rows_wrong": pl.Int64,
}  # fmt: skip


class Correction(RegisterRow):
    """One wrong cell of one row, and its right value; values are written as the lake's values cast to text."""

    correction_code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    source: str
    row_key: str
    field: str
    wrong_value: str | None
    right_value: str | None
    reason: str
    reporter: str
    reported_on: dt.date
    status: Literal["active", "retired"]

    def key_parts(self, contract: Contract) -> list[str]:
        """Return the value of each key field, as text; the value of a single key field may contain a bar."""
        return [self.row_key] if len(contract.key) == 1 else self.row_key.split(BAR)


def column_type(field: ContractField) -> str:
    """Return DuckDB's type of a field's column in the lake."""
    return COLUMN_TYPES[dtype_of(field)]


def read_corrections(folder: Path) -> list[Correction]:
    """Return the corrections of a province.

    Args:
        folder: Folder of the province's registers.

    Raises:
        TthcError: If a row is not well-formed.
    """
    return read_rows(folder / "corrections.csv", Correction)


def load_corrections(folder: Path, contracts: dict[str, Contract]) -> list[Correction]:
    """Return the corrections of a province, each checked against its contract.

    Args:
        folder: Folder of the province's registers.
        contracts: All contracts, by source.

    Raises:
        TthcError: If one does not fit; the error names the correction, never a value.
    """
    corrections = read_corrections(folder)
    with duckdb.connect() as connection:
        for correction in corrections:
            _check(correction, contracts.get(correction.source), connection)
    _check_once(corrections)
    return corrections


def _check(correction: Correction, contract: Contract | None, connection: duckdb.DuckDBPyConnection) -> None:
    code, name = correction.correction_code, correction.field
    field = contract.by_name.get(name) if contract else None
    if contract is None or field is None:
        raise TthcError("correction_unknown_field", correction=code, source=correction.source, field=name)
    # Keys and personal fields cannot be corrected.
    if field.personal is not None or name in contract.key:
        raise TthcError("correction_not_allowed", correction=code, source=correction.source, field=name)
    parts = correction.key_parts(contract)
    keys = [contract.by_name[key] for key in contract.key]
    if len(parts) != len(keys) or not all(_as_in_lake(p, k, connection) for p, k in zip(parts, keys, strict=True)):
        raise TthcError("correction_bad_key", correction=code, key=BAR.join(contract.key))
    if correction.wrong_value is not None and not _as_in_lake(correction.wrong_value, field, connection):
        raise TthcError("correction_bad_value", correction=code, column="wrong_value", field=name)
    if not _is_right(correction, field, contract, connection):
        raise TthcError("correction_bad_value", correction=code, column="right_value", field=name)


def _check_once(corrections: list[Correction]) -> None:
    """Raise TthcError if a wrong cell is corrected twice, which would duplicate its row."""
    codes = Counter(c.correction_code for c in corrections)
    cells = Counter((c.source, c.row_key, c.field, c.wrong_value) for c in corrections if c.status == "active")
    for c in corrections:
        cell = (c.source, c.row_key, c.field, c.wrong_value)
        if codes[c.correction_code] > 1 or cells[cell] > 1:
            raise TthcError("correction_twice", correction=c.correction_code)


def _as_in_lake(text: str, field: ContractField, connection: duckdb.DuckDBPyConnection) -> bool:
    """Return True if a text is the exact text form of a value of the field's type; any other would never match."""
    kind = column_type(field)
    found = connection.execute(f"select cast(try_cast(? as {kind}) as varchar)", [text]).fetchone()
    return found is not None and found[0] == text


def _is_right(
    correction: Correction, field: ContractField, contract: Contract, connection: duckdb.DuckDBPyConnection
) -> bool:
    """Return True if the right value differs from the wrong one and is valid by the contract."""
    right = correction.right_value
    if right == correction.wrong_value or (right is None and field.required):
        return False
    if right is None or not _as_in_lake(right, field, connection):
        return right is None
    if field.type in MOMENTS:
        return True
    cell = pl.DataFrame({field.name: [right]}, schema={field.name: pl.String()})
    return not any(cell.select(when).item() for when in type_column(field, contract.formats, "text").wrong.values())


def correction_table(corrections: list[Correction], counts: dict[str, tuple[int, int]] | None = None) -> pl.DataFrame:
    """Return one row per correction, without its values, which may be personal.

    Args:
        corrections: The corrections.
        counts: By code of the correction, the number of rows with its key, and of those with the wrong value; None
            counts as 0.
    """
    rows = []
    for correction in corrections:
        with_key, wrong = (counts or {}).get(correction.correction_code, (0, 0))
        row = correction.model_dump() | {"rows_with_key": with_key, "rows_wrong": wrong}
        rows.append({name: row[name] for name in TABLE})
    return pl.DataFrame(rows, schema=TABLE)
