"""Lists as offices make them in Excel and HTML: a grid of cells with titles above and totals below.

Belongs here: finding the header (one to three rows, merged cells joined by " > "), leaving out what is no
row (titles, "(1) (2) …", "Tổng cộng"), and the faults of cells. Does not belong here: decoding.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl

from pipelines.contract_fields import MOMENTS, ContractField
from pipelines.contracts import Contract
from pipelines.errors import FileRefused
from pipelines.parsing.batch import Batch, text_frame
from pipelines.parsing.headers import map_headers, required_in
from pipelines.parsing.sandbox import decoded
from pipelines.parsing.typed import pattern_of

HEADER_WITHIN_ROWS = 40
HEADER_ROWS = 3
COLUMN_NUMBER = re.compile(r"\(\d{1,2}\)(\s*=.*)?")
# The whole cell: "Tổng cục Thuế" and "Cộng đồng" are names.
TOTAL = re.compile(r"(tổng cộng|tổng số|tổng|cộng)(\s*\(.*\))?\s*[:.]?", re.IGNORECASE)
EXCEL_ERROR = re.compile(
    r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!)"
)
# Excel keeps fifteen digits of a number; what follows them is lost.
LARGEST_EXACT = 10**15

Row = list[Any]


@dataclass(frozen=True)
class Grid:
    """Cells by row and column, "" where empty, None where an HTML row has no cell. `merged`: first row, first
    column, last row, last column."""

    rows: list[Row]
    merged: list[tuple[int, int, int, int]]


def read_lines(stream: IO[bytes]) -> Grid:
    """A grid as the child wrote it. Raises ValueError where it broke off."""
    head, *rows = [json.loads(line) for line in stream]
    if not rows or rows.pop() != {"rows": len(rows)}:
        raise ValueError("the grid broke off")
    return Grid(rows, [tuple(merge) for merge in head["merged"]])


def label(cell: Any) -> str:
    """A header cell as it is compared: NFC, one blank between words; whole numbers in digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(unicodedata.normalize("NFC", cell).split()) if isinstance(cell, str) else str(cell or "")


def is_blank(cell: Any) -> bool:
    """True for an empty cell, one of blanks only, and none."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _labels(grid: Grid, top: int) -> tuple[list[str], int]:
    """One label per column of the header that begins in row `top`, and how many rows it takes."""
    starting = [merge for merge in grid.merged if merge[0] == top]
    depth = min(HEADER_ROWS, len(grid.rows) - top, max((m[2] - top + 1 for m in starting), default=1))
    cells = [list(row) for row in grid.rows[top : top + depth]]
    for first, left, last, right in grid.merged:
        for y in range(max(first, top), min(last, top + depth - 1) + 1):
            for x in range(left, min(right, len(cells[0]) - 1) + 1):
                cells[y - top][x] = grid.rows[first][left]
    columns = [[label(row[n]) for row in cells if not is_blank(row[n])] for n in range(len(cells[0]))]
    return [" > ".join(dict.fromkeys(column)) for column in columns], depth


def _known(name: str, contract: Contract) -> str:
    """The joined label where the contract knows it, else its last part: the column below a group."""
    last = name.rpartition(" > ")[2]
    return last if name not in contract.headers and last in contract.headers else name


def find_header(grid: Grid, contract: Contract) -> tuple[int, int, list[str]]:
    """The header's first row, the first row below it, and its labels. Raises FileRefused where no header names
    what is required."""
    best: list[str] = []
    for top in range(min(HEADER_WITHIN_ROWS, len(grid.rows))):
        labels, depth = _labels(grid, top)
        labels = [_known(name, contract) for name in labels]
        named = {contract.by_header[name].name for name in labels if name in contract.by_header}
        if named.issuperset(required_in([*named], contract)):
            return top, top + depth, labels
        best = max(best, [name for name in labels if name], key=lambda row: sum(n in contract.by_header for n in row))
    map_headers(best, contract)
    raise FileRefused("no_header", rows=HEADER_WITHIN_ROWS)


def is_furniture(row: Row, fields: list[str | None], contract: Contract, *, first: bool) -> bool:
    """True for what is no row of data: an empty row, the numbers of the columns, a total."""
    filled = [label(cell) for cell in row if not is_blank(cell)]
    if not filled:
        return True
    if first and len(filled) > 1:
        if all(COLUMN_NUMBER.fullmatch(cell) for cell in filled):
            return True
        if filled == [str(n) for n in range(1, len(filled) + 1)]:
            return True
    required = {field.name for field in contract.fields if field.required}
    lacks = any(name in required and is_blank(cell) for name, cell in zip(fields, row, strict=True))
    return lacks and TOTAL.fullmatch(filled[0]) is not None


def _is_header_again(row: Row, header: list[Row], fields: list[str | None], contract: Contract) -> bool:
    """True where a header is repeated, as on every printed page. Raises FileRefused where another one begins."""
    required = {field.name for field in contract.fields if field.required}
    if not any(name in required and label(cell) in contract.headers for name, cell in zip(fields, row, strict=True)):
        return False
    labels = [label(cell) for cell in row]
    if labels in header:
        return True
    named = {contract.by_header[name].name for name in labels if name in contract.by_header}
    if len(named) > 1 and required <= named:
        first = [name or "-" for name in fields]
        raise FileRefused("header_differs", expected=", ".join(first), got=", ".join(name[:40] for name in labels),
                          unknown="-", twice=", ".join(sorted(named)), absent="-")  # fmt: skip
    return False


def _fault(row: Row, fields: list[str | None], contract: Contract) -> str | None:
    for cell, name in zip(row, fields, strict=True):
        if name is None or is_blank(cell):
            continue
        if isinstance(cell, str) and EXCEL_ERROR.fullmatch(cell.strip()):
            return f"error_cell:{name}"
        field = contract.by_name[name]
        if field.type in ("code", "text") and field.personal != "drop" and not isinstance(cell, str):
            return f"code_turned_into_number:{name}"
    return None


def _cell_text(cell: Any, field: ContractField, contract: Contract) -> str | None:
    """A cell as the text that the contract expects in lists: moments in its patterns, whole numbers in digits.

    What has no such text is written so that no field takes it for something else."""
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(int(cell)) if field.type == "flag" else str(cell).upper()
    if isinstance(cell, list):
        kind, written = cell
        return _moment_text(kind, written, field, contract)
    if cell.is_integer() and abs(cell) < LARGEST_EXACT:
        return str(int(cell))
    # With a point, 1.234 would be a thousand where a contract declares Vietnamese numbers.
    return str(cell).replace(".", ",")


def _moment_text(kind: str, written: str, field: ContractField, contract: Contract) -> str:
    """A moment in the field's pattern, but as it was written where the pattern would lose some of it."""
    if field.type not in MOMENTS or kind == "duration" or (kind == "time") != (field.type == "time"):
        return written
    pattern = pattern_of(field, contract, "sheet")
    moment = dt.datetime.fromisoformat(f"1900-01-01T{written}" if kind == "time" else written)
    text = moment.strftime(pattern)
    return text if dt.datetime.strptime(text, pattern) == moment else written


def _faults(grid: Grid, body: list[tuple[int, Row]], fields: list[str | None], contract: Contract) -> list[str | None]:
    width = len(fields)
    merged = {y for first, left, last, _ in grid.merged for y in range(first, last + 1) if left < width}
    found: list[str | None] = []
    for at, row in body:
        if not all(map(is_blank, row[width:])) or None in row[:width]:
            found.append("wrong_width")
        else:
            found.append("merged_cells" if at in merged else _fault(row[:width], fields, contract))
    return found


def _body(grid: Grid, top: int, start: int, fields: list[str | None], contract: Contract) -> Iterator[tuple[int, Row]]:
    """The rows of data, with their place in the grid."""
    width = len(fields)
    header = [[label(cell) for cell in row[:width]] for row in grid.rows[top:start]]
    first = True
    for at, row in enumerate(grid.rows[start:], start):
        if all(map(is_blank, row[width:])):
            if _is_header_again(row[:width], header, fields, contract):
                first = True
                continue
            if is_furniture(row[:width], fields, contract, first=first):
                continue
        first = False
        yield at, row


def batch_of(grid: Grid, contract: Contract) -> Batch:
    """The rows of a list. Raises FileRefused where its header is not certain."""
    top, start, labels = find_header(grid, contract)
    width = max(n + 1 for n, name in enumerate(labels) if name)
    below = grid.rows[start:]
    # A column without a header is let go only where it is empty: the blank first column of printed forms.
    blank = {n for n, name in enumerate(labels[:width]) if not name and all(is_blank(row[n]) for row in below)}
    named = iter(map_headers([name for n, name in enumerate(labels[:width]) if n not in blank], contract))
    fields = [None if n in blank else next(named) for n in range(width)]
    body = list(_body(grid, top, start, fields, contract))
    records = [
        {
            name: _cell_text(cell, contract.by_name[name], contract)
            for cell, name in zip(row[:width], fields, strict=True)
            if name
        }
        for _, row in body
    ]
    frame = text_frame(records, [at - start + 1 for at, _ in body])
    faults = pl.Series(_faults(grid, body, fields, contract), dtype=pl.String)
    return Batch(contract.source, frame.with_columns(_fault=faults), family="sheet")


def read_list(path: Path, contract: Contract, *, kind: str, packed: bool) -> Generator[Batch]:
    """One batch with the rows of an Excel or HTML list. Raises FileRefused where it is not certain."""
    with decoded(kind, path, packed) as stream:
        grid = read_lines(stream)
    yield batch_of(grid, contract)
