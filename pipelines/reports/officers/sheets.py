"""Sheets as official papers have them: Times New Roman, landscape A4, one page wide, the header repeated on each page.

Belongs here: formats and page set-up that all sheets share, and sheets that are one table. Does not belong here: what
stands in them (`workbook`), form II.06a (`form_sheet`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipelines.reports.officers.words import word

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FONT = "Times New Roman"
PAPER_A4 = 9
LINE_HEIGHT, HIGHEST_ROW = 15.0, 400.0  # points
LETTERS_PER_WIDTH = 1.15  # letters of this font at 11 points that take the width of one digit of Excel's own
# Sheets are put together in memory: a file for each of them takes longer than all else.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
NUMBERS = {
    "number": "#,##0",
    "decimal": "#,##0.0",
    "share": "0.00%",
    "change": "+0.00%;−0.00%;0.00%",
    "day": "dd/mm/yyyy",
}
Kind = Literal["text", "code", "number", "decimal", "share", "change", "day"]


@dataclass(frozen=True)
class Column:
    """One column of a table: header, width in characters, and what its cells are."""

    header: str
    width: float
    kind: Kind = "text"


@dataclass(frozen=True)
class Shown:
    """A cell that is not what the others of its column are, such as a count among shares."""

    value: Any
    kind: Kind


@dataclass(frozen=True)
class Paper:
    """What every sheet of a report says of itself.

    Attributes:
        version_line: Which version and which day the figures are of.
        synthetic: Whether the data are synthetic.
    """

    version_line: str
    synthetic: bool


class Sheets:
    """A workbook under work, with the formats of its sheets."""

    def __init__(self, book: "Workbook", paper: Paper) -> None:
        self.book, self.paper = book, paper
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, **properties: Any) -> "Format":
        """Return a format with the reports' font and these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 12, "valign": "vcenter"}
            self._formats[key] = self.book.add_format({**base, **properties})
        return self._formats[key]

    def cell(self, kind: Kind = "text", **properties: Any) -> "Format":
        """Return the format of a bordered cell of a table."""
        own: dict[str, Any] = {"num_format": NUMBERS[kind]} if kind in NUMBERS else {"text_wrap": kind == "text"}
        align = {"text": "left", "code": "left", "day": "center"}.get(kind, "right")
        return self.format(
            **{"border": 1, "font_size": 11, "align": align, "indent": int(align == "right"), **own, **properties}
        )

    @cached_property
    def header(self) -> "Format":
        """The format of headers."""
        return self.format(border=1, bold=True, align="center", text_wrap=True, font_size=11, bg_color="#F2F2F2")

    @cached_property
    def title(self) -> "Format":
        """The format of a sheet's title."""
        return self.format(bold=True, align="center", font_size=14)

    @cached_property
    def note(self) -> "Format":
        """The format of notes below a title or a table."""
        return self.format(italic=True, text_wrap=True, font_size=11, valign="top")

    @cached_property
    def warning(self) -> "Format":
        """The format of what must not be overlooked."""
        return self.format(bold=True, align="center", font_color="#C00000")

    def add(self, name: str, widths: Sequence[float]) -> "Worksheet":
        """Add a sheet for an A4 page across, one page wide, with version and page number below."""
        sheet = self.book.add_worksheet(name)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width, self.format())
        sheet.set_landscape()
        sheet.set_paper(PAPER_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f'&L&"{FONT},Italic"&9{self.paper.version_line}&R&"{FONT},Regular"&9&P/&N')
        if self.paper.synthetic:
            sheet.set_header(f'&C&"{FONT},Bold"&10{word("synthetic")}')
        sheet.hide_gridlines(2)
        return sheet

    def table(self, name: str, title: str, notes: Sequence[str], columns: Sequence[Column],
              rows: Sequence[Sequence[Any]]) -> None:  # fmt: skip
        """Add a sheet that is one table; where there are no rows it says so.

        Args:
            name: The sheet's name.
            title: Its title.
            notes: Lines below the title.
            columns: The columns.
            rows: Cells by column; None is an empty cell.
        """
        sheet = self.add(name, [column.width for column in columns])
        last = len(columns) - 1
        sheet.merge_range(0, 0, 0, last, title, self.title)
        sheet.set_row(0, 24)
        lines = [*([word("synthetic")] if self.paper.synthetic else []), *notes]
        for at, line in enumerate(lines, start=1):
            look = self.warning if line == word("synthetic") else self.note
            sheet.merge_range(at, 0, at, last, line, look)
            sheet.set_row(at, 16 * _lines(line, sum(column.width for column in columns)))
        top = len(lines) + 1
        for at, column in enumerate(columns):
            sheet.write_string(top, at, column.header, self.header)
        sheet.set_row(top, 32)
        look_of = cache(self.cell)  # a list has thousands of cells and a few kinds
        for line_number, row in enumerate(rows, start=top + 1):
            for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                own = value if isinstance(value, Shown) else Shown(value, column.kind)
                write(sheet, line_number, at, own.value, look_of(own.kind))
            sheet.set_row(line_number, _height(columns, row))
        if rows:
            sheet.autofilter(top, 0, top + len(rows), last)
        else:
            sheet.merge_range(top + 1, 0, top + 1, last, word("note_nothing"), self.cell("text", align="center"))
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.print_area(0, 0, top + max(1, len(rows)), last)


def write(sheet: "Worksheet", row: int, column: int, value: Any, look: "Format") -> None:
    """Write a value as what it is: never a text as a number or formula."""
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    else:
        sheet.write_datetime(row, column, value, look)


def new_book(path: Path, title: str, created: Any) -> "Workbook":
    """Return a new workbook whose bytes depend on its content alone: no clock is used."""
    from xlsxwriter import Workbook

    book = Workbook(str(path), OPTIONS)
    book.set_properties({"title": title, "created": created})
    return book


def _height(columns: Sequence[Column], row: Sequence[Any]) -> float:
    """Return the height of a row, so that texts that take several lines are seen whole: LibreOffice does not do it."""
    texts = [(str(value), column.width) for column, value in zip(columns, row, strict=True)
             if value is not None and column.kind == "text"]  # fmt: skip
    most = max((_lines(text, width) for text, width in texts), default=1)
    return min(LINE_HEIGHT * most + 3, HIGHEST_ROW)


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a merged cell of a width in characters."""
    return max(1, -(-len(text) // max(1, int(width * LETTERS_PER_WIDTH))))
