"""Read registers that are CSV files: rows validated against a model, and as typed tables.

Belongs here: reading, and errors that name the wrong row. Does not belong here: the columns of a register (its module).
"""

import csv
import datetime as dt
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import polars as pl
from pydantic import ConfigDict, ValidationError

from pipelines.common.errors import TthcError
from pipelines.contracts.fields import Strict

TYPES: dict[Any, Any] = {str: pl.String, int: pl.Int64, float: pl.Float64, dt.date: pl.Date}


class RegisterRow(Strict):
    """One row of a register; an empty cell is null."""

    # Errors are shown and logged, without the value of the cell.
    model_config = ConfigDict(hide_input_in_errors=True)


Row = TypeVar("Row", bound=RegisterRow)


def read_rows(path: Path, model: type[Row]) -> list[Row]:
    """Return all rows of a register in file order.

    A column whose field has a default may be missing, so that older registers stay readable.

    Args:
        path: The CSV file.
        model: The model of its rows.

    Raises:
        TthcError: If it is not well-formed; the error names file and row.
    """
    # Text is normalised to NFC; the file may begin with a byte order mark, which Excel writes.
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    lines = csv.DictReader(text.splitlines(keepends=True), strict=True)
    columns = lines.fieldnames or ()
    needed = {name for name, field in model.model_fields.items() if field.is_required()}
    if len({*columns}) != len(columns) or not needed <= {*columns} <= {*model.model_fields}:
        raise TthcError("register_columns", file=path.name, columns=", ".join(model.model_fields))
    rows = []
    for number, cells in enumerate(lines, start=2):
        if None in cells or None in cells.values():
            raise TthcError("register_cells", file=path.name, row=number)
        try:
            rows.append(model.model_validate({name: cell.strip() or None for name, cell in cells.items()}))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise TthcError("register_row", file=path.name, row=number, why=wrong) from None
    return rows


def _type_of(annotation: Any) -> Any:
    """Return the column type of an annotation, ignoring null."""
    if get_origin(annotation) is Literal:
        return pl.String
    if isinstance(annotation, UnionType) or get_origin(annotation) is Union:
        return _type_of(next(part for part in get_args(annotation) if part is not type(None)))
    return TYPES[annotation]


def table_of(rows: Iterable[Row], model: type[Row]) -> pl.DataFrame:
    """Return the rows as a table, with columns and types of the model even if there are no rows."""
    schema = {name: _type_of(field.annotation) for name, field in model.model_fields.items()}
    return pl.DataFrame([row.model_dump() for row in rows], schema=schema)
