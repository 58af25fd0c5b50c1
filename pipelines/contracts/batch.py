"""Batches: the rows of a file as text, the shape in which every reader hands them to validation.

The frame of a batch has one String column per field of the contract that the file holds (null if the cell is empty) and
`_row_number`: the line of a text file on which the row begins, the row of a sheet as Excel shows it, else the number of
the element. Where the reader itself found an error, it adds `_fault` (a reason code) and `_text` (the raw row, for the
quarantine only). A JSON file that is read with `whole` adds `_path`: where the row is in the file. Belongs here: that
shape, and splitting large batches. Does not belong here: reading and typing.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

Family = Literal["text", "sheet"]
RowUnit = Literal["line", "row", "element"]
# The size up to which readers collect rows; the first limit that is reached ends a batch.
ROWS_PER_BATCH, BYTES_PER_BATCH = 40_000, 32 << 20


@dataclass(frozen=True)
class Batch:
    """Rows of one source from one file, and how people find a row and a field in that file.

    Attributes:
        source: The source of the rows.
        frame: The rows (see the module).
        family: Whether the file is text (CSV, JSON, Parquet) or a sheet (Excel, HTML).
        untold: Fields that the format cannot express; null means unknown there, not empty.
        column_letters: Letters of the column of a sheet, by field.
        labels: What the file itself calls a column or member, by field.
        enclosing: Fields whose value is in the object around a JSON record, with the name of the member there.
        row_unit: What `_row_number` counts.
        list_path: Path of the JSON list whose elements are the rows; None if rows have no common list.
    """

    source: str
    frame: pl.DataFrame
    family: Family = "text"
    untold: tuple[str, ...] = field(default=())
    column_letters: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    enclosing: dict[str, str] = field(default_factory=dict)
    row_unit: RowUnit = "row"
    list_path: str | None = None

    @property
    def needs_second_read(self) -> bool:
        """True if the path of a row is only known after reading the file again with `whole`."""
        return self.row_unit == "element" and self.list_path is None


def text_frame(rows: list[dict[str, str | None]], numbers: list[int]) -> pl.DataFrame:
    """Return the frame of a batch from records; its columns are those that any record has.

    Args:
        rows: Text by field.
        numbers: The `_row_number` of each row.
    """
    names = {name: pl.String for row in rows for name in row}
    return pl.DataFrame(rows, schema=names).with_columns(_row_number=pl.Series(numbers, dtype=pl.Int64))


def split_batches(batches: Generator[Batch], most_bytes: int) -> Generator[Batch]:
    """Yield the same rows in batches of at most `most_bytes` each, or of one row if that is larger.

    This bounds the memory of polars, which has no limit of its own: validation takes several copies of a batch.
    """
    with closing(batches):
        for batch in batches:
            size = max(batch.frame.estimated_size(), 1)
            rows = max(batch.frame.height * most_bytes // int(size), 1)
            if size <= most_bytes:
                yield batch
                continue
            for piece in batch.frame.iter_slices(rows):
                if piece.height > 1 and piece.estimated_size() > most_bytes:  # rows of very different size
                    yield from split_batches((replace(batch, frame=half) for half in _halves(piece)), most_bytes)
                else:
                    yield replace(batch, frame=piece)


def _halves(frame: pl.DataFrame) -> list[pl.DataFrame]:
    middle = frame.height // 2
    return [frame[:middle], frame[middle:]]
