"""Lists as offices make them in Excel and HTML: a grid of cells with titles above and totals below.

Belongs here: finding the header (one to three rows, merged cells joined by " > "), leaving out what is no row (titles,
"(1) (2) …", "Tổng cộng"), and the faults of cells. Does not belong here: decoding.

Rows and columns are told as Excel shows them: row 1 is the sheet's first, columns have letters.
"""

import datetime as dt
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import Batch, text_frame
from pipelines.contracts.column_types import pattern_of
from pipelines.contracts.fields import MOMENTS, ContractField
from pipelines.contracts.model import Contract
from pipelines.parsing.decoding.marks import Marks, cell_name, letter
from pipelines.parsing.readers.furniture import BELOW_THE_LIST, ListEnd, RepeatedHeader, is_numbering, label
from pipelines.parsing.readers.headers import map_headers, required_in
from pipelines.parsing.readers.sandbox import decoded
from pipelines.settings import ReadLimits

HEADER_WITHIN_ROWS = 40
HEADER_ROWS = 3
# The whole cell: "Tổng cục Thuế" and "Cộng đồng" are names.
TOTAL = re.compile(r"(tổng cộng|tổng số|tổng|cộng)(\s*\(.*\))?\s*[:.]?", re.IGNORECASE)
EXCEL_ERROR = re.compile(
    r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!)"
)
# Excel keeps fifteen digits of a number; what follows them is lost.
LARGEST_EXACT = 10**15

# No day of a delivery comes after it.
ANY_DAY = dt.date(2999, 12, 31)
Row = list[Any]


@dataclass(frozen=True)
class Grid:
    """Cells by row and column, "" where empty, None if an HTML row has no cell.

    Attributes:
        merged: First row, first column, last row, last column.
    """

    rows: list[Row]
    merged: list[tuple[int, int, int, int]]
    marks: Marks = field(default_factory=Marks)


def read_lines(stream: IO[bytes]) -> Grid:
    """Return a grid as the child wrote it.

    Raises:
        ValueError: If it broke off.
    """
    head, *rows = [json.loads(line) for line in stream]
    if not rows or rows.pop() != {"rows": len(rows)}:
        raise ValueError("the grid broke off")
    marks = Marks(**{name: [(row, column) for row, column in head[name]] for name in ("formulas", "errors", "scaled")})
    return Grid(rows, [tuple(merge) for merge in head["merged"]], marks)


def is_blank(cell: Any) -> bool:
    """Return True for an empty cell, one of blanks only, and none."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _labels(grid: Grid, top: int) -> tuple[list[str], int]:
    """Return one label per column of the header that begins in row `top`, and how many rows it takes."""
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
    """Return the joined label where the contract knows it, else its last part: the column below a group."""
    last = name.rpartition(" > ")[2]
    return last if name not in contract.headers and last in contract.headers else name


def find_header(grid: Grid, contract: Contract) -> tuple[int, int, list[str]]:
    """Return the header's first row, the first row below it, and its labels.

    Raises:
        FileRefused: If no header names what is required.
    """
    best: list[str] = []
    best_row = 1
    for top in range(min(HEADER_WITHIN_ROWS, len(grid.rows))):
        labels, depth = _labels(grid, top)
        labels = [_known(name, contract) for name in labels]
        named = {contract.by_header[name].name for name in labels if name in contract.by_header}
        if named.issuperset(required_in([*named], contract)):
            return top, top + depth, labels
        filled = [name for name in labels if name]
        if not best or _known_of(filled, contract) > _known_of(best, contract):
            best, best_row = filled, top + 1
    if best:
        map_headers(best, contract, row=best_row)
    raise FileRefused("no_header", rows=HEADER_WITHIN_ROWS, expected=", ".join(sorted(required_in([], contract))))


def _known_of(labels: list[str], contract: Contract) -> int:
    return sum(name in contract.by_header for name in labels)


def is_furniture(row: Row, *, needed: list[int]) -> bool:
    """Return True for what is no row of data: an empty row, a total.

    Args:
        needed: The columns that every row of data fills.
    """
    if all(map(is_blank, row)):
        return True
    if not any(is_blank(row[n]) for n in needed):
        return False
    return TOTAL.fullmatch(label(next(cell for cell in row if not is_blank(cell)))) is not None


def _numbers_columns(row: Row, following: Row, fields: list[str | None], contract: Contract) -> bool:
    """Return True for a first row that numbers the columns: `(1) (2) …`, and `1 2 3 …` where it can be no data.

    It is none where the contract would not accept it, or where a column that is let go (STT) says 1 once more right
    below.
    """
    filled = [label(cell) for cell in row if not is_blank(cell)]
    if is_numbering(row):
        return True
    if len(filled) < 2 or filled != [str(n) for n in range(1, len(filled) + 1)]:
        return False
    begins_again = any(name is None and label(one) == label(other) != "" for name, one, other in
                       zip(fields, row, following, strict=False))  # fmt: skip
    return begins_again or not _is_data(row, fields, contract)


def _is_data(row: Row, fields: list[str | None], contract: Contract) -> bool:
    """Return True if the contract would accept the row: `1, 2, 3 …` may number the columns, and may be data."""
    from pipelines.parsing.validate import Validator

    frame = text_frame([_record(row, fields, contract)], [1]).with_columns(
        _fault=pl.Series([_fault(row, fields, contract)], dtype=pl.String)
    )
    accepted, _ = Validator(contract, "sheet", ANY_DAY)(Batch(contract.source, frame, family="sheet"))
    return accepted.height == 1


def _record(row: Row, fields: list[str | None], contract: Contract) -> dict[str, str | None]:
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
        is_words = field.type in ("code", "text") and field.personal != "drop" and not field.unit_name
        if is_words and not isinstance(cell, str):
            return f"code_turned_into_number:{name}"
    return None


def _cell_text(cell: Any, field: ContractField, contract: Contract) -> str | None:
    """Return a cell as the text that the contract expects in lists: moments in its patterns, whole numbers in digits.

    What has no such text is written so that no field takes it for something else.
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
    # An old workbook gives whole numbers as int, whose is_integer came with Python 3.12.
    if float(cell).is_integer() and abs(cell) < LARGEST_EXACT:
        return str(int(cell))
    # With a point, 1.234 would be a thousand where a contract declares Vietnamese numbers.
    return str(cell).replace(".", ",")


def _moment_text(kind: str, written: str, field: ContractField, contract: Contract) -> str:
    """Return a moment in the field's pattern, but as it was written where the pattern would lose some of it."""
    if field.type not in MOMENTS or kind == "duration" or (kind == "time") != (field.type == "time"):
        return written
    pattern = pattern_of(field, contract.formats, "sheet")
    moment = dt.datetime.fromisoformat(f"1900-01-01T{written}" if kind == "time" else written)
    text = moment.strftime(pattern)
    return text if dt.datetime.strptime(text, pattern) == moment else written


def _faults(grid: Grid, body: list[tuple[int, Row]], fields: list[str | None], contract: Contract) -> list[str | None]:
    width = len(fields)
    merged = {y for first, left, last, _ in grid.merged for y in range(first, last + 1) if left < width}
    scaled = {at: fields[n] for at, n in reversed(grid.marks.scaled) if n < width and fields[n]}
    found: list[str | None] = []
    for at, row in body:
        if not all(map(is_blank, row[width:])) or None in row[:width]:
            found.append("wrong_width")
        elif at in scaled and not is_blank(row[fields.index(scaled[at])]):
            found.append(f"scaled_number:{scaled[at]}")
        else:
            found.append("merged_cells" if at in merged else _fault(row[:width], fields, contract))
    return found


def _body(grid: Grid, top: int, start: int, fields: list[str | None], contract: Contract) -> Iterator[tuple[int, Row]]:
    """Yield the rows of data, with their place in the grid."""
    width = len(fields)
    is_again = RepeatedHeader([row[:width] for row in grid.rows[top:start]], fields, contract)
    required = {field.name for field in contract.fields if field.required}
    needed = [n for n, name in enumerate(fields) if name in required]
    first = True
    for at, row in enumerate(grid.rows[start:], start):
        if all(map(is_blank, row[width:])):
            if is_again(row[:width], row=at + 1):
                first = True
                continue
            following = grid.rows[at + 1] if at + 1 < len(grid.rows) else []
            if first and _numbers_columns(row[:width], following, fields, contract):
                continue
            if is_furniture(row[:width], needed=needed):
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
    """Return the rows of a list.

    Raises:
        FileRefused: If its header is not certain.
    """
    top, start, labels = find_header(grid, contract)
    width = max(n + 1 for n, name in enumerate(labels) if name)
    below = grid.rows[start:]
    # A column without a header is let go only where it is empty: the blank first column of printed forms.
    for n, name in enumerate(labels[:width]):
        filled = next((at for at, row in enumerate(below, start) if not name and not is_blank(row[n])), None)
        if filled is not None:
            raise FileRefused("nameless_column", column=letter(n), line=filled + 1)
    named = iter(map_headers([name for name in labels[:width] if name], contract, row=top + 1))
    fields = [next(named) if name else None for name in labels[:width]]
    _refuse_marked(grid, start, fields, top)
    body = list(_body(grid, top, start, fields, contract))
    frame = text_frame([_record(row[:width], fields, contract) for _, row in body], [at + 1 for at, _ in body])
    faults = pl.Series(_faults(grid, body, fields, contract), dtype=pl.String)
    # A gap parts the list from what is below it; right below the header it parts nothing.
    places = [at for at, _ in body]
    empty = {at for at, row in enumerate(below, start) if all(map(is_blank, row))}
    gaps = pl.Series([n > 0 and any(between in empty for between in range(places[n - 1] + 1, at))
                      for n, at in enumerate(places)], dtype=pl.Boolean)  # fmt: skip
    ends = ListEnd(contract).below(frame, gaps)
    if ends is not None:
        faults = pl.select(pl.when(ends & faults.is_null()).then(pl.lit(BELOW_THE_LIST)).otherwise(faults)).to_series()
    letters = {name: letter(n) for n, name in enumerate(fields) if name}
    return Batch(contract.source, frame.with_columns(_fault=faults), family="sheet", column_letters=letters)


def read_list(path: Path, contract: Contract, *, kind: str, packed: bool, limits: ReadLimits) -> Generator[Batch]:
    """Yield one batch with the rows of an Excel or HTML list.

    Raises:
        FileRefused: If it is not certain.
    """
    with decoded(kind, path, packed, limits) as stream:
        grid = read_lines(stream)
    yield batch_of(grid, contract)
