"""The one shape between readers and typing: a frame of text.

A batch has one String column per field of the contract that the file holds (null where the cell is empty),
`_row_number` (the line of a text file on which the row begins, the row of a sheet as Excel shows it, else the number
of the element) and, where the reader itself found something wrong, `_fault` (a reason code) and `_text` (the row as it
stood, for the quarantine only). Rows that are wanted whole may have `_path`: where they stand in a JSON file.
"""

from dataclasses import dataclass, field
from typing import Literal

import polars as pl

Family = Literal["text", "sheet"]
Numbered = Literal["line", "row", "element"]
ROWS_PER_BATCH = 40_000


@dataclass(frozen=True)
class Batch:
    """Rows of one source out of one file. `untold`: fields the format cannot tell, null meaning unknown.

    How people find a row and a field in the file: `numbered`, what a row's number counts; `letters`, the columns of a
    sheet by field; `labels`, by field what the file itself calls it; `given`, fields that what encloses a JSON record
    says for it, by what it is called there; `stem`, the path of the JSON list whose elements the rows are, one by one,
    null where a row's path takes reading the file with `whole`."""

    source: str
    frame: pl.DataFrame
    family: Family = "text"
    untold: tuple[str, ...] = field(default=())
    letters: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    numbered: Numbered = "row"
    stem: str | None = None

    @property
    def takes_reading(self) -> bool:
        """True where only reading the file with `whole` says where in it a row stands."""
        return self.numbered == "element" and self.stem is None


def text_frame(rows: list[dict[str, str | None]], numbers: list[int]) -> pl.DataFrame:
    """A batch's frame from records; the columns are those that any record has."""
    names = {name: pl.String for row in rows for name in row}
    return pl.DataFrame(rows, schema=names).with_columns(_row_number=pl.Series(numbers, dtype=pl.Int64))
