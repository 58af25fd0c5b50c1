"""The report of `tthc check` on one file: counts, reasons with their first rows, superseded rows, conflicts.

Belongs here: adding up results, and their form in report.json. Rows are known by number while files are read; the
places of the few rows that are shown are added at the end. Does not belong here: validating, printing.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from pipelines.contracts.batch import Batch
from pipelines.contracts.places import RowPlace

FIRST_ROWS = 5
SpotInFile = tuple[str, int]


@dataclass
class FileReport:
    """The result of checking one file.

    Attributes:
        file: Path as given.
        source: Source of the file.
        refused: Message code and parameters if the file would not be taken.
        counts: Per source `rows_in`, `accepted`, `rejected`.
        reasons: Per source and reason the number of rows and the first row numbers.
        cleaned: Per source the number of names that a list mark was removed from.
        superseded: Per source the number of superseded rows.
        unnamed: Accepted rows whose handling unit is in no list: their number and the first row numbers.
        unnamed_places: The places of those first rows.
        conflicts: Per source the first conflicts, each as the files and row numbers of its rows.
        layouts: Per source a batch without rows, from which the place of a row follows.
        first_places: The places of the first rows in `reasons`.
        conflict_places: The places of the rows in `conflicts`.
    """

    file: str
    source: str
    refused: tuple[str, dict[str, Any]] | None = None
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], tuple[int, list[int]]] = field(default_factory=dict)
    cleaned: dict[str, int] = field(default_factory=dict)
    superseded: dict[str, int] = field(default_factory=dict)
    unnamed: tuple[int, list[int]] = (0, [])
    unnamed_places: list[RowPlace] = field(default_factory=list)
    conflicts: dict[str, list[list[SpotInFile]]] = field(default_factory=dict)
    layouts: dict[str, Batch] = field(default_factory=dict)
    first_places: dict[tuple[str, str], list[RowPlace]] = field(default_factory=dict)
    conflict_places: dict[str, list[list[RowPlace]]] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        """True if a file would not be taken; a folder that no contract names is only reported, as in landing."""
        return self.refused is not None and self.refused[0] != "left_unknown_source"

    @property
    def rejected(self) -> int:
        """Rows that the nightly job would reject."""
        return self.total("rejected")

    def total(self, what: str) -> int:
        """Return `rows_in`, `accepted` or `rejected` over all sources of the file."""
        return sum(counts[what] for counts in self.counts.values())

    def add(self, batch: Batch, accepted: pl.DataFrame, rejected: pl.DataFrame) -> None:
        """Add the accepted and rejected rows of one batch."""
        source = batch.source
        if source not in self.layouts:
            self.layouts[source] = replace(batch, frame=batch.frame.clear())
        rows_in = accepted.height + rejected.height
        self.counts.setdefault(source, Counter()).update(
            rows_in=rows_in, accepted=accepted.height, rejected=rejected.height
        )
        exploded = rejected.select("_row_number", reason=pl.col("_reasons")).explode("reason")
        found = exploded.group_by("reason").agg(pl.len(), pl.col("_row_number").bottom_k(FIRST_ROWS).alias("first"))
        for reason, count, first in found.iter_rows():
            self._add_reason(source, reason, count, first)

    def add_comparison_rejection(self, source: str, reason: str, count: int, first: list[int]) -> None:
        """Count accepted rows as rejected because a list or another row contradicts them."""
        self.counts[source].update(accepted=-count, rejected=count)
        self._add_reason(source, reason, count, first)

    def _add_reason(self, source: str, reason: str, count: int, first: list[int]) -> None:
        earlier, rows = self.reasons.get((source, reason), (0, []))
        self.reasons[source, reason] = earlier + count, sorted([*rows, *first])[:FIRST_ROWS]

    def _cleaned(self, source: str) -> dict[str, int]:
        """Return the count of cleaned names for report.json; empty if there is none."""
        return {"cleaned": self.cleaned[source]} if self.cleaned.get(source) else {}

    def to_dict(self) -> dict[str, Any]:
        """Return the content of report.json: counts, reasons with first rows and their places, conflicts."""
        return {
            "file": self.file,
            "source": self.source,
            "refused": {"code": self.refused[0], "params": self.refused[1]} if self.refused else None,
            "sources": {source: {**counts, **self._cleaned(source)} for source, counts in self.counts.items()},
            "superseded": self.superseded,
            "handling_unit_unknown": {"rows": self.unnamed[0], "first_rows": self.unnamed[1],
                                      "first_places": [str(place) for place in self.unnamed_places]},
            "reasons": [
                {"source": source, "reason": reason, "rows": count, "first_rows": first,
                 "first_places": [str(place) for place in self.first_places.get((source, reason), [])]}
                for (source, reason), (count, first) in sorted(self.reasons.items())
            ],
            "conflicts": [
                {"source": source, "rows": [{"file": file, "row": row, "place": str(place)}
                                            for (file, row), place in zip(spots, places, strict=True)]}
                for source, several in self.conflicts.items()
                for spots, places in zip(several, self.conflict_places[source], strict=True)
            ],
        }  # fmt: skip
