"""Marks: cells with a formula, an Excel error or a misleading number format, which the reader of values hides."""

from dataclasses import dataclass, field

from pipelines.common.errors import FileRefused

# Row and column, from 0.
Place = tuple[int, int]


def column_letters(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell in Excel, such as `E8`; row and column are counted from 0."""
    return f"{column_letters(column)}{row + 1}"


@dataclass
class Marks:
    """Marked cells of one sheet.

    Attributes:
        formulas: Cells with a formula.
        errors: Cells with an Excel error such as `#REF!`.
        scaled: Numbers that their format shows as another number (`number_formats`).
    """

    formulas: list[Place] = field(default_factory=list)
    errors: list[Place] = field(default_factory=list)
    scaled: list[Place] = field(default_factory=list)

    def refuse_any(self, sheet: int) -> None:
        """Raise FileRefused if there is a formula or an error; the message names the sheet by its number, from 1."""
        for code, places in (("formulas", self.formulas), ("error_cells", self.errors)):
            if places:
                raise FileRefused(code, sheet=sheet, cell=cell_name(*places[0]))
