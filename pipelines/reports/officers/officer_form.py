"""An officer's own form II.06a, read from a workbook: rows with a name and the cells (3) to (13).

The file is foreign and decoded in a child process with limits (`parsing.readers.sandbox`); the columns are found by the
row (1) to (13), wherever it stands. Does not belong here: matching and comparing (`compare`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.forms import NUMBERED, numbers_in
from pipelines.parsing.decoding.marks import cell_name
from pipelines.parsing.readers.grid_header import is_blank, read_grid
from pipelines.parsing.readers.sandbox import decoded
from pipelines.reports.officers.form import COLUMNS, FIRST_NUMBER
from pipelines.settings import Settings

WHOLE = re.compile(r"-?\d{1,3}([., \u00a0]\d{3})+|-?\d+")


@dataclass(frozen=True)
class OfficerCell:
    """A cell of an officer's form.

    Attributes:
        place: Its name in Excel, such as F12.
        value: The whole number in it; None if it is empty or holds something else.
        is_readable: False if it holds something that is no whole number.
    """

    place: str
    value: int | None
    is_readable: bool


@dataclass(frozen=True)
class OfficerRow:
    """A row of an officer's form: where it stands, column (2), and its cells by column of ours."""

    line: int
    name: str
    cells: dict[str, OfficerCell]


def read_form(path: Path, settings: Settings) -> list[OfficerRow]:
    """Return the rows of the form in a workbook that hold a figure, in their order.

    Raises:
        FileRefused: If it is no workbook, is unsafe to open, or has no row with the numbers (1) to (13).
    """
    with decoded("form", path, packed=False, limits=settings.read_limits) as stream:
        rows = read_grid(stream).rows
    top = next((at for at, row in enumerate(rows) if numbers_in(row).keys() >= NUMBERED), None)
    if top is None:
        raise FileRefused("no_form_numbers")
    return list(_rows(rows, top))


def _rows(rows: list[list[Any]], top: int) -> Iterator[OfficerRow]:
    columns = numbers_in(rows[top])
    for at, row in enumerate(rows[top + 1 :], start=top + 1):
        numbers = numbers_in(row)
        if numbers.keys() >= NUMBERED:  # repeated on the next page
            continue
        # A total may stand in the first column, as in a merged cell.
        name = next((str(row[columns[n]]) for n in (2, 1) if not is_blank(row[columns[n]])), "")
        cells = {
            column: _cell(row[columns[number]], at, columns[number])
            for number, column in enumerate(COLUMNS, start=FIRST_NUMBER)
        }
        if name and any(cell.value is not None for cell in cells.values()):
            yield OfficerRow(at + 1, " ".join(name.split()), cells)


def _cell(value: Any, row: int, column: int) -> OfficerCell:
    place = cell_name(row, column)
    if is_blank(value) or value == "-":
        return OfficerCell(place, None, True)
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
        return OfficerCell(place, int(re.sub(r"[., \u00a0]", "", value)), True)
    is_whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
    return OfficerCell(place, int(value), True) if is_whole else OfficerCell(place, None, False)
