"""Where in a file people find what a reason is about: a cell, a line and its column, a path in JSON.

Belongs here: the place of one row and reason, and the paths of rows that only reading tells. Does not belong here:
sentences (`messages.yml`, `place_…`). A place holds numbers and names of columns, never a value.
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

    `at`: the cell (`E8`), the number of a line, row or element, or the path; `column`: what the file calls the column
    or member where `at` does not say it, null if the whole row is meant.
    """

    kind: Literal["cell", "line", "row", "object", "element", "path"]
    at: str
    column: str | None = None

    def __str__(self) -> str:
        return f"{self.at}:{self.column}" if self.column else self.at


def place_of(batch: Batch, number: int, reason: str, path: str | None = None) -> RowPlace:
    """Return the place of a row of a batch that is rejected for a reason.

    Args:
        path: Where a JSON record stands (its line in NDJSON); it may be null if the batch has a `stem`, and without
            either the row goes by its number.
    """
    field = reason.partition(":")[2]
    label = batch.labels.get(field, field) or None
    if path is None and batch.stem is not None:
        path = f"{batch.stem}[{number - 1}]"
    if path is None:
        if field in batch.letters:
            return RowPlace("cell", f"{batch.letters[field]}{number}")
        return RowPlace(batch.numbered, str(number), None if batch.letters else label)
    if path.isdigit():
        return RowPlace("object", path, label)
    if field in batch.given and field not in batch.labels:
        path, label = path.rpartition(".")[0], batch.given[field]
    return RowPlace("path", ".".join(part for part in (path, label) if part))


def json_paths_of(batches: Generator[Batch], wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], str]:
    """Return the paths of the rows that `wanted` numbers by source; reading ends with the last of them."""
    left = {source: set(numbers) for source, numbers in wanted.items() if numbers}
    found: dict[tuple[str, int], str] = {}
    with closing(batches):
        for batch in batches if left else ():
            numbers = left.get(batch.source, set())
            rows = batch.frame.filter(pl.col("_row_number").is_in(list(numbers))) if numbers else batch.frame.clear()
            for number, path in rows.select("_row_number", "_path").iter_rows():
                found[batch.source, number] = path
                numbers.discard(number)
            if not any(left.values()):
                break
    return found
