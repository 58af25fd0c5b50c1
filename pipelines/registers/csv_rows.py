"""Registers that are CSV files: rows checked against a model one by one, and as typed tables.

Belongs here: reading, and telling whoever edits a register which row is wrong. What a register holds is said by its own
module.
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
    """One row of a register.

    An empty cell is null: not known, or none.
    """

    # What is wrong is shown to people and kept in logs; what a cell holds need not be.
    model_config = ConfigDict(hide_input_in_errors=True)


Row = TypeVar("Row", bound=RegisterRow)


def read_rows(path: Path, model: type[Row]) -> list[Row]:
    """Return all rows of a register in file order.

    A column whose field has a default may be missing: registers written before there was such a column stay readable.

    Raises:
        TthcError: If it is not well-formed; the error names the file and the row that is wrong.
    """
    # Composed, as everything else is; with or without the mark that Excel puts before UTF-8.
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
    """Return the column type of an annotation: that of the one thing it may be besides null."""
    if get_origin(annotation) is Literal:
        return pl.String
    if isinstance(annotation, UnionType) or get_origin(annotation) is Union:
        return _type_of(next(part for part in get_args(annotation) if part is not type(None)))
    return TYPES[annotation]


def table_of(rows: Iterable[Row], model: type[Row]) -> pl.DataFrame:
    """Return the rows as a table that has its columns and types even if there is no row."""
    schema = {name: _type_of(field.annotation) for name, field in model.model_fields.items()}
    return pl.DataFrame([row.model_dump() for row in rows], schema=schema)
