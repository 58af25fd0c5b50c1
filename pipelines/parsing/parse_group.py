"""Parses many small files of one source together: one validation and one file of the lake for all of them.

What a small file costs is hardly its rows, but what is done once for any file. Each file gets the receipt and the rows
that it gets alone (`parse_file`); only the files of the lake are shared. Does not belong here: which files are parsed
together (`groups`), and what happens if it fails (`update_lake`).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import Batch
from pipelines.contracts.model import Contract
from pipelines.landing.sidecars import refuse_other_count
from pipelines.parsing.parse_file import refused_receipt, without_content
from pipelines.parsing.privacy import protect
from pipelines.parsing.quarantine import write_quarantine
from pipelines.parsing.readers.reading import read
from pipelines.parsing.validate import Validators
from pipelines.settings import ReadLimits
from pipelines.storage.documents import Receipt, SourceCounts
from pipelines.storage.lake import REJECTED, lake_file, lake_schema, rejected_file, write_whole
from pipelines.storage.ledger import Arrival


@dataclass(frozen=True)
class Member:
    """One file of a group: the arrival, the path of its bytes, and the key of its result (`parse_key`)."""

    arrival: Arrival
    archived: Path
    key: str


def shared_key(keys: Iterable[str]) -> str:
    """Return the name of a lake file that holds the results of these keys; of one key it is the key itself."""
    ordered = sorted(keys)
    return ordered[0] if len(ordered) == 1 else hashlib.sha256("\0".join(ordered).encode()).hexdigest()[:24]


@dataclass
class _Rows:
    """The validated rows of one source, of all files of a group."""

    accepted: list[pl.DataFrame] = field(default_factory=list)
    rejected: list[pl.DataFrame] = field(default_factory=list)
    files: set[int] = field(default_factory=set)


class _Group:
    """The files of a group while they are parsed; a file is named by its number."""

    def __init__(self, members: Sequence[Member], contracts: dict[str, Contract], limits: ReadLimits) -> None:
        self.members, self.contracts, self.limits = members, contracts, limits
        self.source = members[0].arrival.delivery.source
        self.labels = pl.Series([member.arrival.delivery.label for member in members], dtype=pl.String)
        self.days = pl.Series([member.arrival.delivery.business_day for member in members], dtype=pl.Date)
        self.validators = Validators(contracts, None)
        self.refused: dict[int, FileRefused] = {}
        self.rows: dict[str, _Rows] = {}
        self.counts: dict[int, dict[str, SourceCounts]] = {number: {} for number in range(len(members))}

    def read(self) -> None:
        """Read and validate the rows of all files; a file that cannot be read with certainty is refused alone."""
        found: dict[tuple[object, ...], list[tuple[int, Batch]]] = {}
        for number, member in enumerate(self.members):
            name, contract = member.arrival.delivery.file_name, self.contracts[self.source]
            try:
                batches = list(read(member.archived, name, contract, self.contracts, limits=self.limits))
            except FileRefused as refusal:
                self.refused[number] = refusal
                continue
            for batch in batches:
                found.setdefault((batch.source, batch.family, batch.untold), []).append((number, batch))
        for parts in found.values():
            rows = self.rows.setdefault(parts[0][1].source, _Rows())
            accepted, rejected = self.validators(self._merged(parts))
            rows.accepted.append(accepted)
            rows.rejected.append(rejected)
            rows.files.update(number for number, _ in parts)

    def _merged(self, parts: list[tuple[int, Batch]]) -> Batch:
        """Return one batch with the rows of several files, which `_file` tells apart."""
        frame = pl.concat([batch.frame for _, batch in parts], how="diagonal")
        numbers = np.repeat([number for number, _ in parts], [batch.frame.height for _, batch in parts])
        file = pl.Series("_file", numbers, dtype=pl.Int64)
        return replace(parts[0][1], frame=frame.with_columns(file, self.days.gather(file).alias("_business_day")))

    def count(self) -> None:
        """Count the rows of each file by source."""
        for source, rows in self.rows.items():
            accepted, rejected = _heights(rows.accepted), _heights(rows.rejected)
            reasons: dict[int, Counter[str]] = {}
            for frame in rows.rejected:
                for number, listed in frame.select("_file", "_reasons").iter_rows():
                    reasons.setdefault(number, Counter()).update(listed)
            for number in sorted(rows.files):
                self.counts[number][source] = {
                    "rows_in": accepted[number] + rejected[number], "accepted": accepted[number],
                    "rejected": rejected[number], "cleaned": self.validators.changed_cells(source, number),
                    "reasons": dict(reasons.get(number, {})),
                }  # fmt: skip

    def settle(self, quarantine: Path) -> None:
        """Hold each file against its stated row count, and write its rejected rows to the quarantine."""
        rejections = self._rejections()
        for number, member in enumerate(self.members):
            if number in self.refused:
                continue
            arrival, own = member.arrival, self.counts[number].get(self.source)
            try:
                refuse_other_count(arrival.expected_rows, own["rows_in"] if own else 0)
                if number in rejections:
                    write_quarantine(
                        quarantine, member.key, member.archived, arrival.delivery, self.contracts, rejections[number],
                        self.limits,
                    )  # fmt: skip
            except FileRefused as refusal:
                self.refused[number] = refusal

    def _rejections(self) -> dict[int, dict[str, pl.DataFrame]]:
        """Return, by file and source, numbers and reasons of rejected rows."""
        found: dict[int, dict[str, pl.DataFrame]] = {}
        for source, rows in self.rows.items():
            kept = pl.concat([frame.select("_file", "_row_number", "_reasons") for frame in rows.rejected])
            for (number,), frame in kept.partition_by("_file", as_dict=True, include_key=False).items():
                found.setdefault(int(str(number)), {})[source] = frame
        return found

    def write(self, lake: Path, secret: str) -> list[tuple[str, str, set[int]]]:
        """Write the lake files, and return of each the path below the lake, its SHA-256, and the files in it."""
        written = []
        for source, rows in self.rows.items():
            contract, numbers = self.contracts[source], rows.files - set(self.refused)
            if numbers:
                accepted = self._of(rows.accepted, numbers)
                frame = protect(accepted.drop("_file"), contract, secret).with_columns(self._provenance(accepted))
                name = lake_file(source, self.members[0].arrival.delivery, self._key(numbers))
                written.append((name, write_whole(lake / name, lake_schema(contract), frame), numbers))
            rejected = self._of(rows.rejected, numbers)
            if rejected.height:
                numbers = set(rejected["_file"].unique().to_list())
                frame = without_content(rejected, contract).with_columns(
                    *self._provenance(rejected), source=pl.lit(source), reasons="_reasons"
                )
                name = rejected_file(source, self.members[0].arrival.delivery, self._key(numbers))
                written.append((name, write_whole(lake / name, REJECTED, frame), numbers))
        return written

    def _provenance(self, frame: pl.DataFrame) -> list[pl.Expr]:
        """Return the columns that name the delivery of each row, by the number of its file."""
        columns = {"_source_file": self.labels, "_business_day": self.days}
        return [pl.lit(values.gather(frame["_file"])).alias(name) for name, values in columns.items()]

    def _key(self, numbers: set[int]) -> str:
        return shared_key(self.members[number].key for number in numbers)

    @staticmethod
    def _of(frames: list[pl.DataFrame], numbers: set[int]) -> pl.DataFrame:
        """Return the rows of these files, file by file."""
        frame = pl.concat(frames, how="diagonal")
        wanted = frame.filter(pl.col("_file").is_in(sorted(numbers)))
        return wanted.sort("_file", maintain_order=True)

    def receipts(self, written: list[tuple[str, str, set[int]]]) -> list[Receipt]:
        """Return the receipt of each file."""
        found: list[Receipt] = []
        for number, member in enumerate(self.members):
            arrival = member.arrival
            if number in self.refused:
                found.append(refused_receipt(arrival, self.refused[number]))
                continue
            files = {name: sha for name, sha, numbers in written if number in numbers}
            shared = {name: len(numbers) for name, _, numbers in written if number in numbers and len(numbers) > 1}
            receipt: Receipt = {
                "delivery": arrival.delivery.label, "sha256": arrival.sha256, "refused": None,
                "sources": self.counts[number], "files": files,
            }  # fmt: skip
            found.append({**receipt, "shared": shared} if shared else receipt)
        return found


def _heights(frames: list[pl.DataFrame]) -> Counter[int]:
    found: Counter[int] = Counter()
    for frame in frames:
        found.update(dict(frame.group_by("_file").len().iter_rows()))
    return found


def parse_group(
    members: Sequence[Member], contracts: dict[str, Contract], secret: str, lake: Path, quarantine: Path,
    limits: ReadLimits,
) -> list[Receipt]:  # fmt: skip
    """Parse files of one source together, and return their receipts in the same order.

    Args:
        members: The files.
        contracts: All contracts by source.
        secret: Key of the pseudonyms.
        lake: Folder of the accepted rows.
        quarantine: Folder of the rejected rows.
        limits: What reading may use; the text of all files together fits a batch.

    Raises:
        FileRefused: If a cell shows that one of the files was written in another encoding; which one, is not known.
    """
    group = _Group(members, contracts, limits)
    group.read()
    group.count()
    group.settle(quarantine)
    return group.receipts(group.write(lake, secret))
