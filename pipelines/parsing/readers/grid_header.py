"""The header of a list in a grid of cells: one to three rows, merged cells joined by " > ", with titles above.

Belongs here: the grid as the decoding process writes it, and finding the header in it. Does not belong here: rows of
data (`grid`), and which header is which field (`headers`).
"""

import json
from dataclasses import dataclass, field
from typing import IO, Any

from pipelines.common.errors import FileRefused
from pipelines.contracts.model import Contract
from pipelines.parsing.decoding.limits import Merge
from pipelines.parsing.decoding.marks import Marks
from pipelines.parsing.readers.headers import map_headers, required_in
from pipelines.parsing.readers.non_data_rows import label

HEADER_WITHIN_ROWS = 40
HEADER_ROWS = 3
Row = list[Any]


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet or table.

    Attributes:
        rows: Cells by row and column, from 0; "" for an empty cell, None if a row of an HTML table has no such cell.
        merged: Merged ranges.
        marks: What is known of cells besides their values.
    """

    rows: list[Row]
    merged: list[Merge]
    marks: Marks = field(default_factory=Marks)


def read_grid(stream: IO[bytes]) -> Grid:
    """Return the grid that the decoding process wrote (`decoding.__main__.write_grid`).

    Raises:
        ValueError: If its output is incomplete.
    """
    head, *rows = [json.loads(line) for line in stream]
    if not rows or rows.pop() != {"rows": len(rows)}:
        raise ValueError("the grid is incomplete")
    marks = Marks(**{name: [(row, column) for row, column in head[name]] for name in ("formulas", "errors", "scaled")})
    return Grid(rows, [tuple(merge) for merge in head["merged"]], marks)


def is_blank(cell: Any) -> bool:
    """Return True for an empty cell, a cell of blanks only, and None."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _labels(grid: Grid, top: int) -> tuple[list[str], int]:
    """Return one label per column of a header that begins in row `top`, and its number of rows."""
    starting = [merge for merge in grid.merged if merge[0] == top]
    depth = min(HEADER_ROWS, len(grid.rows) - top, max((m[2] - top + 1 for m in starting), default=1))
    cells = [list(row) for row in grid.rows[top : top + depth]]
    for first, left, last, right in grid.merged:
        for y in range(max(first, top), min(last, top + depth - 1) + 1):
            for x in range(left, min(right, len(cells[0]) - 1) + 1):
                cells[y - top][x] = grid.rows[first][left]
    columns = [[label(row[n]) for row in cells if not is_blank(row[n])] for n in range(len(cells[0]))]
    return [" > ".join(dict.fromkeys(column)) for column in columns], depth


def _known_part(name: str, contract: Contract) -> str:
    """Return a joined label, or only its last part (the column below a group) if the contract knows just that."""
    last = name.rpartition(" > ")[2]
    return last if name not in contract.headers and last in contract.headers else name


def find_header(grid: Grid, contract: Contract) -> tuple[int, int, list[str]]:
    """Return the first row of the header, the first row below it, and one label per column.

    Raises:
        FileRefused: If no row names all required fields; the message is about the row that names most.
    """
    best: list[str] = []
    best_row = 1
    for top in range(min(HEADER_WITHIN_ROWS, len(grid.rows))):
        labels, depth = _labels(grid, top)
        labels = [_known_part(name, contract) for name in labels]
        named = {contract.by_header[name].name for name in labels if name in contract.by_header}
        if named.issuperset(required_in([*named], contract)):
            return top, top + depth, labels
        filled = [name for name in labels if name]
        if not best or _count_known(filled, contract) > _count_known(best, contract):
            best, best_row = filled, top + 1
    if best:
        map_headers(best, contract, row=best_row)
    raise FileRefused("no_header", rows=HEADER_WITHIN_ROWS, expected=", ".join(sorted(required_in([], contract))))


def _count_known(labels: list[str], contract: Contract) -> int:
    return sum(name in contract.by_header for name in labels)
