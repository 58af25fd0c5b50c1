"""Rows as people read them: a table where it fits, folded where that stays legible, else one block per row.

Values are exact: no thousands are set apart, no decimals are cut, and none of what a text holds steers the terminal.
Does not belong here: where they are shown (`screen`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from pipelines.common.i18n import say
from pipelines.reports.sql_shell.answers import Row, as_text

NULL = "null"
# A text column is not folded to fewer cells than these, a number or day to fewer than it has.
LEGIBLE = 12
EDGES, BETWEEN = 3, 4  # cells between two columns: of a table, two blanks and a line; of a block
LEAST_WIDTH = 20  # the heads of blocks
NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL|DOUBLE|FLOAT)\b")
UNBROKEN = re.compile(r"(DATE|TIMESTAMP|TIME|BOOLEAN|UUID)\b")
# Signs that steer a terminal, or turn the direction of what follows.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Page:
    """Some rows with their columns.

    Attributes:
        names: Names of the columns.
        types: DuckDB's names of their types.
        rows: As DuckDB gives them.
    """

    names: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Row]


def render(page: Page, width: int | None, *, blocks: bool = False) -> RenderableType:
    """Return rows to print.

    Args:
        page: The rows.
        width: Cells of a line; None is as many as they need.
        blocks: One block per row, however wide they are.
    """
    if tuple(page.names) == ("explain_key", "explain_value"):  # a drawing of DuckDB's
        return Group(*(Text(str(row[1])) for row in page.rows))
    cells = [[cell_text(value) for value in row] for row in page.rows]
    least = [_least(page, cells, at) for at in range(len(page.names))]
    if page.rows and (blocks or (width is not None and sum(least) + EDGES * len(least) + 1 > width)):
        return _blocks(page, cells)
    table = Table(
        *(
            Column(_safe(name), justify="right" if NUMERIC.match(kind) else "left", overflow="fold", min_width=room)
            for name, kind, room in zip(page.names, page.types, least, strict=True)
        )
    )
    for row in cells:
        table.add_row(*row)
    return table


def natural_width(page: Page) -> int:
    """Return the cells that these rows need where nothing is folded, as a table or as blocks."""
    names = [cell_len(_safe(name)) for name in page.names]
    values = [max((_width(cell_text(row[at])) for row in page.rows), default=0) for at in range(len(names))]
    table = sum(map(max, names, values)) + EDGES * len(names) + 1
    return max(table, max(names, default=0) + max(values, default=0) + BETWEEN, LEAST_WIDTH)


def cell_text(value: Any) -> Text:
    """Return a value as a cell; null is quiet, and not the same as an empty text."""
    return Text(NULL, style="dim italic") if value is None else Text(_safe(as_text(value)))


def _safe(text: str) -> str:
    return STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _least(page: Page, cells: list[list[Text]], at: int) -> int:
    """Return the cells that a column needs to stay legible: numbers and days whole, texts and headers folded."""
    widest = max((_width(row[at]) for row in cells), default=1)
    name = min(cell_len(page.names[at]), LEGIBLE)
    whole = NUMERIC.match(page.types[at]) or UNBROKEN.match(page.types[at])
    return max(name, widest if whole else min(widest, LEGIBLE))


def _width(cell: Text) -> int:
    return max((cell_len(line) for line in cell.plain.split("\n")), default=0)


def _blocks(page: Page, cells: list[list[Text]]) -> RenderableType:
    names = max(cell_len(_safe(name)) for name in page.names)
    parts: list[RenderableType] = []
    for number, row in enumerate(cells, 1):
        block = Table.grid(Column(width=names, overflow="fold"), Column(overflow="fold"), padding=(0, 2, 0, 0))
        for name, cell in zip(page.names, row, strict=True):
            block.add_row(Text(_safe(name), style="bold"), cell)
        parts += [Text(f"─── {say('sql_row', number=number)} ───", style="dim"), block]
    return Group(*parts)
