"""Reads lists in Excel and HTML: a grid of cells with titles above the header and totals below the rows.

Messages name rows and columns as Excel shows them: row 1 is the first of the sheet, columns have letters. Belongs here:
which rows are data ("(1) (2) …" and "Tổng cộng" are not), the text of a cell, and errors that only the grid shows.
Does not belong here: decoding, and finding the header (`grid_header`).
"""

import datetime as dt
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import Batch, text_frame
from pipelines.contracts.column_types import pattern_of
from pipelines.contracts.fields import MOMENTS, ContractField
from pipelines.contracts.model import Contract
from pipelines.parsing.decoding.marks import cell_name, column_letters
from pipelines.parsing.readers.grid_header import Grid, Row, find_header, is_blank, read_grid
from pipelines.parsing.readers.headers import map_headers
from pipelines.parsing.readers.non_data_rows import BELOW_THE_LIST, ListEnd, RepeatedHeader, is_numbering, label
from pipelines.parsing.readers.sandbox import decoded
from pipelines.parsing.validate import Validator
from pipelines.settings import ReadLimits

# Matches the whole cell only: "Tổng cục Thuế" and "Cộng đồng" are names.
TOTAL = re.compile(r"(tổng cộng|tổng số|tổng|cộng)(\s*\(.*\))?\s*[:.]?", re.IGNORECASE)
EXCEL_ERROR = re.compile(
    r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!)"
)
# Excel stores fifteen digits of a number; further ones are lost.
LARGEST_EXACT = 10**15
# Later than the business day of any delivery.
ANY_DAY = dt.date(2999, 12, 31)


def is_empty_or_total(row: Row, *, needed: list[int]) -> bool:
    """Return True for an empty row and for a row of totals.

    Args:
        row: The cells.
        needed: The columns that every row of data fills.
    """
    if all(map(is_blank, row)):
        return True
    if not any(is_blank(row[n]) for n in needed):
        return False
    return TOTAL.fullmatch(label(next(cell for cell in row if not is_blank(cell)))) is not None


def _numbers_columns(row: Row, following: Row, fields: list[str | None], contract: Contract) -> bool:
    """Return True for a first row that numbers the columns: `(1) (2) …`, or `1 2 3 …` if that cannot be data.

    It cannot be data if the contract would reject it, or if an ignored column (STT) has the same number in the next
    row.
    """
    filled = [label(cell) for cell in row if not is_blank(cell)]
    if is_numbering(row):
        return True
    if len(filled) < 2 or filled != [str(n) for n in range(1, len(filled) + 1)]:
        return False
    starts_again = any(name is None and label(cell) == label(below) != "" for name, cell, below in
                       zip(fields, row, following, strict=False))  # fmt: skip
    return starts_again or not _is_data(row, fields, contract)


def _is_data(row: Row, fields: list[str | None], contract: Contract) -> bool:
    """Return True if the contract would accept the row."""
    frame = text_frame([_text_row(row, fields, contract)], [1]).with_columns(
        _fault=pl.Series([_fault(row, fields, contract)], dtype=pl.String)
    )
    accepted, _ = Validator(contract, "sheet", ANY_DAY)(Batch(contract.source, frame, family="sheet"))
    return accepted.height == 1


def _text_row(row: Row, fields: list[str | None], contract: Contract) -> dict[str, str | None]:
    return {
        name: _cell_text(cell, contract.by_name[name], contract) for cell, name in zip(row, fields, strict=True) if name
    }


def _fault(row: Row, fields: list[str | None], contract: Contract) -> str | None:
    for cell, name in zip(row, fields, strict=True):
        if name is None or is_blank(cell):
            continue
        if isinstance(cell, str) and EXCEL_ERROR.fullmatch(cell.strip()):
            return f"error_cell:{name}"
        field = contract.by_name[name]
        is_words = field.type in ("code", "text") and field.personal != "drop" and not field.rejects_nothing
        if is_words and not isinstance(cell, str):
            return f"code_turned_into_number:{name}"
    return None


def _cell_text(cell: Any, field: ContractField, contract: Contract) -> str | None:
    """Return a cell as the text that the contract expects in lists: moments in its patterns, whole numbers in digits.

    A value without such a text (a truth value in a field of words) becomes text that no type accepts by mistake.
    """
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(int(cell)) if field.type == "flag" else str(cell).upper()
    if isinstance(cell, list):
        kind, written = cell
        return _moment_text(kind, written, field, contract)
    # Old workbooks give whole numbers as int, which has is_integer only since Python 3.12.
    if float(cell).is_integer() and abs(cell) < LARGEST_EXACT:
        return str(int(cell))
    # With a point, 1.234 would be a thousand in a list that a contract declares Vietnamese.
    return str(cell).replace(".", ",")


def _moment_text(kind: str, written: str, field: ContractField, contract: Contract) -> str:
    """Return a moment in the pattern of the field, or in ISO form if the pattern would lose a part of it."""
    if field.type not in MOMENTS or kind == "duration" or (kind == "time") != (field.type == "time"):
        return written
    pattern = pattern_of(field, contract.formats, "sheet")
    moment = dt.datetime.fromisoformat(f"1900-01-01T{written}" if kind == "time" else written)
    text = moment.strftime(pattern)
    return text if dt.datetime.strptime(text, pattern) == moment else written


def _row_faults(
    grid: Grid, body: list[tuple[int, Row]], fields: list[str | None], contract: Contract
) -> list[str | None]:
    width = len(fields)
    merged = {y for first, left, last, _ in grid.merged for y in range(first, last + 1) if left < width}
    scaled = {at: fields[n] for at, n in reversed(grid.marks.scaled) if n < width and fields[n]}
    faults: list[str | None] = []
    for at, row in body:
        if not all(map(is_blank, row[width:])) or None in row[:width]:
            faults.append("wrong_width")
        elif at in scaled and not is_blank(row[fields.index(scaled[at])]):
            faults.append(f"scaled_number:{scaled[at]}")
        else:
            faults.append("merged_cells" if at in merged else _fault(row[:width], fields, contract))
    return faults


def _data_rows(
    grid: Grid, top: int, start: int, fields: list[str | None], contract: Contract
) -> Iterator[tuple[int, Row]]:
    """Yield index and cells of the rows of data."""
    width = len(fields)
    is_repeated_header = RepeatedHeader([row[:width] for row in grid.rows[top:start]], fields, contract)
    required = {field.name for field in contract.fields if field.required}
    needed = [n for n, name in enumerate(fields) if name in required]
    first = True
    for at, row in enumerate(grid.rows[start:], start):
        if all(map(is_blank, row[width:])):
            if is_repeated_header(row[:width], row=at + 1):
                first = True
                continue
            following = grid.rows[at + 1] if at + 1 < len(grid.rows) else []
            if first and _numbers_columns(row[:width], following, fields, contract):
                continue
            if is_empty_or_total(row[:width], needed=needed):
                continue
        first = False
        yield at, row


def _refuse_marked(grid: Grid, start: int, fields: list[str | None], top: int) -> None:
    """Raise FileRefused for a formula or an Excel error in the header or, below it, in a column that is read."""
    for code, places in (("formulas", grid.marks.formulas), ("error_cells", grid.marks.errors)):
        for row, column in places:
            if row >= top and (row < start or column >= len(fields) or fields[column]):
                raise FileRefused(code, cell=cell_name(row, column))


def batch_of(grid: Grid, contract: Contract) -> Batch:
    """Return the rows of a list as a batch.

    Raises:
        FileRefused: If the header is not certain, or a column without a name is not empty.
    """
    top, start, labels = find_header(grid, contract)
    width = max(n + 1 for n, name in enumerate(labels) if name)
    below = grid.rows[start:]
    # A column without a header must be empty, such as the first column of printed forms.
    for n, name in enumerate(labels[:width]):
        filled = next((at for at, row in enumerate(below, start) if not name and not is_blank(row[n])), None)
        if filled is not None:
            raise FileRefused("nameless_column", column=column_letters(n), line=filled + 1)
    named = iter(map_headers([name for name in labels[:width] if name], contract, row=top + 1))
    fields = [next(named) if name else None for name in labels[:width]]
    _refuse_marked(grid, start, fields, top)
    body = list(_data_rows(grid, top, start, fields, contract))
    frame = text_frame([_text_row(row[:width], fields, contract) for _, row in body], [at + 1 for at, _ in body])
    faults = pl.Series(_row_faults(grid, body, fields, contract), dtype=pl.String)
    # An empty row separates the list from what is below it, except right below the header.
    places = [at for at, _ in body]
    empty = {at for at, row in enumerate(below, start) if all(map(is_blank, row))}
    gaps = pl.Series([n > 0 and any(between in empty for between in range(places[n - 1] + 1, at))
                      for n, at in enumerate(places)], dtype=pl.Boolean)  # fmt: skip
    is_below = ListEnd(contract).below(frame, gaps)
    if is_below is not None:
        faults = pl.select(
            pl.when(is_below & faults.is_null()).then(pl.lit(BELOW_THE_LIST)).otherwise(faults)
        ).to_series()
    letters = {name: column_letters(n) for n, name in enumerate(fields) if name}
    return Batch(contract.source, frame.with_columns(_fault=faults), family="sheet", column_letters=letters)


def read_list(path: Path, contract: Contract, *, kind: str, packed: bool, limits: ReadLimits) -> Generator[Batch]:
    """Yield one batch with the rows of an Excel or HTML list.

    Args:
        path: The file.
        contract: The contract of its source.
        kind: `xlsx` or `xls`, by its name.
        packed: Whether it is gzip.
        limits: What decoding may use.

    Raises:
        FileRefused: If the file cannot be read with certainty.
    """
    with decoded(kind, path, packed, limits) as stream:
        grid = read_grid(stream)
    yield batch_of(grid, contract)
