"""Excel workbooks: the official lists as they are, with title rows above the header.

The header is the first row that names every required field. A code that Excel turned into a number is a
fault, never guessed back: leading zeros and trailing ones are gone for good.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from pipelines.contracts import Contract
from pipelines.errors import FileRefused
from pipelines.parsing.batch import Batch, text_frame
from pipelines.parsing.headers import map_headers

HEADER_WITHIN_ROWS = 40
NUMBER_AS_CODE = "code_turned_into_number"


def _cell_text(cell: Any, contract: Contract) -> str | None:
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.strftime(contract.formats.timestamp_sheet)
    if isinstance(cell, dt.date):
        return cell.strftime(contract.formats.date_sheet)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _header_row(rows: list[list[Any]], contract: Contract) -> int:
    required = {field.name for field in contract.fields if field.required}
    for number, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        named = {contract.by_header[cell].name for cell in row if cell in contract.by_header}
        if required <= named:
            return number
    best = max(rows[:HEADER_WITHIN_ROWS], key=lambda row: sum(c in contract.by_header for c in row), default=[])
    map_headers([str(cell) for cell in best if cell != ""], contract)
    raise FileRefused("no_header", rows=HEADER_WITHIN_ROWS)


def _fault(row: list[Any], fields: list[str | None], contract: Contract) -> str | None:
    for cell, name in zip(row, fields, strict=True):
        if name and isinstance(cell, (int, float)) and contract.by_name[name].type == "code":
            return f"{NUMBER_AS_CODE}:{name}"
    return None


def read_workbook(path: Path, contract: Contract) -> Iterator[Batch]:
    """One batch with the rows of the only visible sheet. Raises FileRefused where there are several."""
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            visible = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
            if len(visible) != 1:
                raise FileRefused("sheets", sheets=len(visible))
            rows = book.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error
    head = _header_row(rows, contract)
    width = max((n + 1 for n, cell in enumerate(rows[head]) if cell != ""), default=0)
    fields = map_headers([str(cell) for cell in rows[head][:width]], contract)
    body = [(n, row) for n, row in enumerate(rows[head + 1 :], 1) if any(cell != "" for cell in row)]
    records = [
        {name: _cell_text(cell, contract) for cell, name in zip(row[:width], fields, strict=True) if name}
        for _, row in body
    ]
    faults = [_fault(row[:width], fields, contract) for _, row in body]
    outside = [any(cell != "" for cell in row[width:]) for _, row in body]
    frame = text_frame(records, [n for n, _ in body]).with_columns(
        _fault=pl.Series(["wrong_width" if out else f for f, out in zip(faults, outside, strict=True)],
                         dtype=pl.String)
    )  # fmt: skip
    yield Batch(contract.source, frame, family="sheet")
