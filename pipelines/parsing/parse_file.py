"""One archived file into the lake and the quarantine, with a receipt that accounts for every row.

The order is: read → judge → protect → write. A file that cannot be read with certainty leaves no row anywhere and a
receipt that says why.
"""

import hashlib
from collections import Counter
from pathlib import Path

import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.column_types import looks_personal
from pipelines.contracts.model import Contract
from pipelines.landing.sidecars import refuse_other_count
from pipelines.parsing.prefetch import BackgroundCalls, background_writer, prefetch
from pipelines.parsing.privacy import protect
from pipelines.parsing.quarantine import write_quarantine
from pipelines.parsing.readers.reading import read
from pipelines.parsing.validate import Validators
from pipelines.settings import ReadLimits
from pipelines.storage.documents import Receipt, SourceCounts
from pipelines.storage.lake import REJECTED, ParquetFile, lake_file, lake_schema, rejected_file
from pipelines.storage.ledger import Arrival


def parse_key(arrival: Arrival, made_by: str) -> str:
    """Return the key of a parsing result: whatever has the same key has the same result.

    It covers delivery, bytes, the row count said beside them, and contracts, parser and secret (the latter three are
    `version.parser_version`).
    """
    parts = (arrival.delivery.label, arrival.sha256, str(arrival.expected_rows), made_by)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def refused_receipt(arrival: Arrival, refusal: FileRefused) -> Receipt:
    """Return the receipt of a file from which nothing was taken."""
    return {
        "delivery": arrival.delivery.label,
        "sha256": arrival.sha256,
        "refused": {"code": refusal.code, "params": refusal.params},
        "sources": {},
        "files": {},
    }


class FileOutcome:
    """Files and counts of one delivery while it is parsed, source by source."""

    def __init__(self, arrival: Arrival, key: str, lake: Path, secret: str) -> None:
        self.delivery, self.sha256, self.key = arrival.delivery, arrival.sha256, key
        self.lake, self.secret = lake, secret
        self.counts: dict[str, Counter[str]] = {}
        self.reasons: dict[str, Counter[str]] = {}
        self.cleaned: Counter[str] = Counter()
        self.files: dict[str, ParquetFile] = {}
        self.rejected: dict[str, list[pl.DataFrame]] = {}

    def add(self, contract: Contract, accepted: pl.DataFrame, rejected: pl.DataFrame, writer: BackgroundCalls) -> None:
        """Add the accepted and rejected rows of one batch."""
        source, delivery = contract.source, self.delivery
        name = lake_file(source, delivery, self.key)
        if name not in self.files:
            self.files[name] = ParquetFile(self.lake / name, lake_schema(contract))
        kept = protect(accepted, contract, self.secret).with_columns(
            _source_file=pl.lit(delivery.label), _business_day=pl.lit(delivery.business_day)
        )
        writer.call(self.files[name].write, kept)
        self.counts.setdefault(source, Counter()).update(
            rows_in=accepted.height + rejected.height, accepted=accepted.height, rejected=rejected.height
        )
        if rejected.height:
            self.reasons.setdefault(source, Counter()).update(rejected["_reasons"].explode().to_list())
            self.rejected.setdefault(source, []).append(_listed(rejected))

    def finish(self, *, keep: bool) -> dict[str, str]:
        """Close the lake's files and write the lists of rejected rows.

        Returns:
            Path below the lake → SHA-256.
        """
        hashes = {name: file.close(keep=keep) for name, file in self.files.items()}
        for source, frames in self.rejected.items() if keep else ():
            name = rejected_file(source, self.delivery, self.key)
            file = ParquetFile(self.lake / name, REJECTED)
            file.write(
                pl.concat(frames).with_columns(
                    source=pl.lit(source), reasons="_reasons",
                    _source_file=pl.lit(self.delivery.label), _business_day=pl.lit(self.delivery.business_day),
                )
            )  # fmt: skip
            hashes[name] = file.close(keep=True)
        return {name: sha for name, sha in hashes.items() if sha}

    def receipt(self, files: dict[str, str]) -> Receipt:
        """Return what the ledger remembers of a file that was read: counts and reasons per source, files by hash."""
        sources: dict[str, SourceCounts] = {
            s: {
                "rows_in": c["rows_in"], "accepted": c["accepted"], "rejected": c["rejected"],
                "cleaned": self.cleaned[s], "reasons": dict(self.reasons.get(s, {})),
            }
            for s, c in self.counts.items()
        }  # fmt: skip
        return {
            "delivery": self.delivery.label, "sha256": self.sha256, "refused": None, "sources": sources, "files": files,
        }  # fmt: skip


def _listed(rejected: pl.DataFrame) -> pl.DataFrame:
    """Return what may be known of rejected rows outside the quarantine: numbers, reasons and a sound dossier code."""
    none = pl.lit(None, pl.String)
    code = pl.col("MaHoSo").str.strip_chars() if "MaHoSo" in rejected.columns else none
    sound = code.str.contains(r"^[A-Za-z0-9.\-]{3,64}$") & ~code.str.contains(r"^[0-9]+$") & ~looks_personal(code)
    return rejected.select(
        "_row_number",
        "_reasons",
        dossier_code=pl.when(sound).then(code),
        updated_at="_updated_at",
    )


def parse_arrival(
    arrival: Arrival, archived: Path, contracts: dict[str, Contract], key: str, secret: str,
    lake: Path, quarantine: Path, limits: ReadLimits = ReadLimits(),  # noqa: B008 - frozen
) -> Receipt:  # fmt: skip
    """Parse one archived file and return its receipt; a file that cannot be read is no error, the receipt says so.

    Args:
        arrival: The ledger's line.
        archived: The bytes.
        contracts: By source.
        key: Name of the result (`parse_key`).
        secret: For pseudonyms.
        lake: Folder of the accepted rows.
        quarantine: Folder of the rejected ones.
    """
    delivery = arrival.delivery
    outcome, judge = FileOutcome(arrival, key, lake, secret), Validators(contracts, delivery.business_day)
    try:
        with background_writer() as writer:
            batches = read(archived, delivery.file_name, contracts[delivery.source], contracts, limits=limits)
            for batch in prefetch(batches):
                outcome.add(contracts[batch.source], *judge(batch), writer)
        outcome.cleaned.update({source: judge.changed_cells(source) for source in outcome.counts})
        rows = outcome.counts.get(delivery.source, Counter())["rows_in"]
        refuse_other_count(arrival.expected_rows, rows)
        rejections = {s: pl.concat(frames).select("_row_number", "_reasons") for s, frames in outcome.rejected.items()}
        if rejections:
            write_quarantine(quarantine, key, archived, delivery, contracts, rejections, limits)
    except FileRefused as refusal:
        outcome.finish(keep=False)
        return refused_receipt(arrival, refusal)
    except BaseException:
        outcome.finish(keep=False)
        raise
    return outcome.receipt(outcome.finish(keep=True))
