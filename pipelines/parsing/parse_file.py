"""Parses one archived file into lake and quarantine, with a receipt that accounts for every row.

The order is: read → validate → protect → write. A file that cannot be read with certainty leaves no row anywhere, and a
receipt that says why. Does not belong here: which files are parsed (`update_lake`).
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
    """Return the key of a parsing result, 24 hex digits: results with the same key are the same.

    It covers delivery, bytes and the stated row count, and by `made_by` contracts, parser and secret.

    Args:
        arrival: The file.
        made_by: The version of the parser (`version.parser_version`).
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
    """Files and counts of one delivery while it is parsed, by source."""

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
            self.rejected.setdefault(source, []).append(without_content(rejected, contract))

    def finish(self, *, keep: bool) -> dict[str, str]:
        """Close the files of the lake and write the lists of rejected rows; delete all files unless `keep`.

        Returns:
            SHA-256 by path below the lake.
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
        """Return the receipt of a file that was read."""
        sources: dict[str, SourceCounts] = {
            source: {
                "rows_in": counts["rows_in"], "accepted": counts["accepted"], "rejected": counts["rejected"],
                "cleaned": self.cleaned[source], "reasons": dict(self.reasons.get(source, {})),
            }
            for source, counts in self.counts.items()
        }  # fmt: skip
        return {
            "delivery": self.delivery.label, "sha256": self.sha256, "refused": None, "sources": sources, "files": files,
        }  # fmt: skip


def without_content(rejected: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return what may be stored of rejected rows outside the quarantine: numbers, reasons, dossier and update time.

    The dossier is the one that the rows are about by their contract; null if the cell does not look like a code.
    """
    field = contract.subject.dossier if contract.subject else None
    code = pl.lit(None, pl.String)
    if field is not None and field in rejected.columns:
        code = pl.col(field).str.strip_chars()
    is_code = code.str.contains(r"^[A-Za-z0-9.\-]{3,64}$") & ~code.str.contains(r"^[0-9]+$") & ~looks_personal(code)
    return rejected.select(
        "_row_number",
        "_reasons",
        dossier_code=pl.when(is_code).then(code),
        updated_at="_updated_at",
    )


def parse_arrival(
    arrival: Arrival, archived: Path, contracts: dict[str, Contract], key: str, secret: str,
    lake: Path, quarantine: Path, limits: ReadLimits = ReadLimits(),  # noqa: B008 - frozen
) -> Receipt:  # fmt: skip
    """Parse one archived file, write its rows, and return its receipt.

    A file that cannot be read with certainty is refused: its receipt says so, and nothing is raised.

    Args:
        arrival: The file in the ledger.
        archived: Path of its bytes.
        contracts: All contracts by source.
        key: Name of the result (`parse_key`).
        secret: Key of the pseudonyms.
        lake: Folder of the accepted rows.
        quarantine: Folder of the rejected rows.
        limits: What reading may use.
    """
    delivery = arrival.delivery
    outcome, validators = FileOutcome(arrival, key, lake, secret), Validators(contracts, delivery.business_day)
    try:
        with background_writer() as writer:
            batches = read(archived, delivery.file_name, contracts[delivery.source], contracts, limits=limits)
            for batch in prefetch(batches):
                outcome.add(contracts[batch.source], *validators(batch), writer)
        outcome.cleaned.update({source: validators.changed_cells(source) for source in outcome.counts})
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
