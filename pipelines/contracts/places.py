"""The place in a file that the reason for a rejection is about: a cell, a line and its column, a path in JSON.

A place holds numbers and names of columns, never a value. Belongs here: the place of one row and reason, and the paths
of rows that are only known after a second read. Does not belong here: sentences (`place_…` in `messages.yml`).
"""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

import polars as pl

from pipelines.contracts.batch import Batch


@dataclass(frozen=True)
class RowPlace:
    """The place in a file that a reason is about.

    Attributes:
        at: The cell (`E8`), the number of a line, row or element, or the path.
        column: What the file calls the column or member; None if `at` names it already or the whole row is meant.
    """

    kind: Literal["cell", "line", "row", "object", "element", "path"]
    at: str
    column: str | None = None

    def __str__(self) -> str:
        return f"{self.at}:{self.column}" if self.column else self.at


def place_of(batch: Batch, number: int, reason: str, path: str | None = None) -> RowPlace:
    """Return the place of a row of a batch that is rejected for a reason.

    Args:
        batch: The batch of the row, or an empty one of the same file and source.
        number: The `_row_number` of the row.
        reason: A reason such as `bad_date:NgayHenTra`, or the code of a row rule.
        path: Path of a JSON record, in NDJSON its line. Without it the path follows from `list_path`, and without both
            the place is the number of the row.
    """
    field = reason.partition(":")[2]
    label = batch.labels.get(field, field) or None
    if path is None and batch.list_path is not None:
        path = f"{batch.list_path}[{number - 1}]"
    if path is None:
        if field in batch.column_letters:
            return RowPlace("cell", f"{batch.column_letters[field]}{number}")
        return RowPlace(batch.row_unit, str(number), None if batch.column_letters else label)
    if path.isdigit():
        return RowPlace("object", path, label)
    if field in batch.enclosing and field not in batch.labels:
        path, label = path.rpartition(".")[0], batch.enclosing[field]
    return RowPlace("path", ".".join(part for part in (path, label) if part))


def json_paths_of(batches: Generator[Batch], wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], str]:
    """Return the paths of some rows by source and row number; reading stops after the last of them.

    Args:
        batches: The file, read with `whole`.
        wanted: Row numbers by source.
    """
    missing = {source: set(numbers) for source, numbers in wanted.items() if numbers}
    paths: dict[tuple[str, int], str] = {}
    with closing(batches):
        for batch in batches if missing else ():
            numbers = missing.get(batch.source, set())
            rows = batch.frame.filter(pl.col("_row_number").is_in(list(numbers))) if numbers else batch.frame.clear()
            for number, path in rows.select("_row_number", "_path").iter_rows():
                paths[batch.source, number] = path
                numbers.discard(number)
            if not any(missing.values()):
                break
    return paths
