"""What a sheet says of its cells beside their values, which the reader of values does not tell."""

from dataclasses import dataclass, field

from pipelines.common.errors import FileRefused

Place = tuple[int, int]


def letter(column: int) -> str:
    """Return the letter of a column, counted from 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def cell_name(row: int, column: int) -> str:
    """Return a cell as Excel names it, counted from 0."""
    return f"{letter(column)}{row + 1}"


@dataclass
class Marks:
    """Cells of one sheet by row and column, from 0: formulas, Excel errors, and numbers that are shown as others."""

    formulas: list[Place] = field(default_factory=list)
    errors: list[Place] = field(default_factory=list)
    scaled: list[Place] = field(default_factory=list)

    def refuse_any(self, sheet: int) -> None:
        """Raise FileRefused if a sheet that is not the list (`sheet`, from 1) holds a formula or an error."""
        for code, places in (("formulas", self.formulas), ("error_cells", self.errors)):
            if places:
                raise FileRefused(code, sheet=sheet, cell=cell_name(*places[0]))
