"""The one shape between readers and typing: a frame of text.

A batch has one String column per field of the contract that the file holds (null if the cell is empty), `_row_number`
(the line of a text file on which the row begins, the row of a sheet as Excel shows it, else the number of the element)
and, where the reader itself found something wrong, `_fault` (a reason code) and `_text` (the row as it stood, for the
quarantine only). Rows that are wanted whole may have `_path`: where they stand in a JSON file.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

Family = Literal["text", "sheet"]
Numbered = Literal["line", "row", "element"]
# What readers put together; where rows are long, the bytes end a batch.
ROWS_PER_BATCH, BYTES_PER_BATCH = 40_000, 32 << 20


@dataclass(frozen=True)
class Batch:
    """Rows of one source out of one file.

    How people find a row and a field in the file: `numbered`, what a row's number counts; `letters`, the columns of a
    sheet by field; `labels`, by field what the file itself calls it; `given`, fields that what encloses a JSON record
    says for it, by what it is called there; `stem`, the path of the JSON list whose elements the rows are, one by one,
    null if a row's path takes reading the file with `whole`.

    Attributes:
        untold: Fields the format cannot tell, null meaning unknown.
    """

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
        """True if only reading the file with `whole` says where in it a row stands."""
        return self.numbered == "element" and self.stem is None


def text_frame(rows: list[dict[str, str | None]], numbers: list[int]) -> pl.DataFrame:
    """Return a batch's frame from records; its columns are those that any record has."""
    names = {name: pl.String for row in rows for name in row}
    return pl.DataFrame(rows, schema=names).with_columns(_row_number=pl.Series(numbers, dtype=pl.Int64))


def split_batches(batches: Generator[Batch], most_bytes: int) -> Generator[Batch]:
    """Yield the same rows in batches of at most `most_bytes` each, or of one row.

    Polars has no limit of its own: this is what bounds it, as judging takes several copies of a batch.
    """
    with closing(batches):
        for batch in batches:
            size = max(batch.frame.estimated_size(), 1)
            rows = max(batch.frame.height * most_bytes // int(size), 1)
            if size <= most_bytes:
                yield batch
                continue
            for piece in batch.frame.iter_slices(rows):
                if piece.height > 1 and piece.estimated_size() > most_bytes:  # long cells stand close together
                    yield from split_batches((replace(batch, frame=half) for half in _halves(piece)), most_bytes)
                else:
                    yield replace(batch, frame=piece)


def _halves(frame: pl.DataFrame) -> list[pl.DataFrame]:
    middle = frame.height // 2
    return [frame[:middle], frame[middle:]]
