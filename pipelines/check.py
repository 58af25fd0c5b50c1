"""`tthc check`: a dry run of extracts against a contract, for whoever delivers them.

The same reading and judging as the nightly job, without archive, lake or ledger. What it says names files,
rows and reasons, never a value; `rejected.parquet` holds the deliverer's own rows, readable by its owner only.
"""

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.contracts import Contract
from pipelines.errors import EXIT_FILE_REFUSED, EXIT_PUBLISHED, EXIT_ROWS_REJECTED, FileRefused
from pipelines.files import replacing
from pipelines.lake import ParquetFile, lake_schema
from pipelines.parsing.parse import read
from pipelines.parsing.typed import judge

FIRST_ROWS = 5


@dataclass
class FileReport:
    """What one file would become. `refused` is a message code and its parameters where it cannot be read."""

    file: str
    refused: tuple[str, dict] | None = None
    counts: dict[str, Counter] = field(default_factory=dict)
    reasons: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """Rows that the nightly job would reject."""
        return sum(counts["rejected"] for counts in self.counts.values())

    def add(self, source: str, accepted: pl.DataFrame, rejected: pl.DataFrame) -> None:
        """Takes the verdict on one batch of rows."""
        rows_in = accepted.height + rejected.height
        self.counts.setdefault(source, Counter()).update(
            rows_in=rows_in, accepted=accepted.height, rejected=rejected.height
        )
        for number, reasons in rejected.select("_row_number", "_reasons").iter_rows():
            for reason in reasons:
                self.reasons.setdefault((source, reason), []).append(number)

    def to_dict(self) -> dict:
        """For report.json: counts, and per reason how many rows and which come first."""
        return {
            "file": self.file,
            "refused": {"code": self.refused[0], "params": self.refused[1]} if self.refused else None,
            "sources": {source: dict(counts) for source, counts in self.counts.items()},
            "reasons": [
                {"source": source, "reason": reason, "rows": len(numbers), "first_rows": sorted(numbers)[:FIRST_ROWS]}
                for (source, reason), numbers in sorted(self.reasons.items())
            ],
        }


def business_day_of(path: Path, fallback: dt.date) -> dt.date:
    """The day of a landing folder where the file lies in one, else the fallback."""
    try:
        return dt.date.fromisoformat(path.absolute().parent.name)
    except ValueError:
        return fallback


class Check:
    """Checks files one by one and, with `out`, keeps accepted and rejected rows as Parquet."""

    def __init__(self, contract: Contract, contracts: dict[str, Contract], out: Path | None) -> None:
        self.contract, self.contracts, self.out = contract, contracts, out
        self.reports: list[FileReport] = []
        self._accepted: dict[str, ParquetFile] = {}
        self._rejected: dict[str, list[pl.DataFrame]] = {}

    def file(self, path: Path, today: dt.date) -> FileReport:
        """Checks one file. A file that cannot be read is reported, not raised."""
        report = FileReport(str(path))
        day = business_day_of(path, today)
        judged: list[tuple[str, pl.DataFrame, pl.DataFrame]] = []
        try:
            if not path.is_file():
                raise FileRefused("no_such_file")
            for batch in read(path, path.name, self.contract, self.contracts):
                accepted, rejected = judge(batch, self.contracts[batch.source], day)
                report.add(batch.source, accepted, rejected)
                judged.append((batch.source, accepted, rejected))
        except FileRefused as error:
            report.refused = (error.code, error.params)
            report.counts, report.reasons = {}, {}
        else:
            if self.out is not None:
                for source, accepted, rejected in judged:
                    self._keep(self.out, source, path, day, accepted, rejected)
        self.reports.append(report)
        return report

    def _keep(
        self, out: Path, source: str, path: Path, day: dt.date, accepted: pl.DataFrame, rejected: pl.DataFrame
    ) -> None:
        contract = self.contracts[source]
        place = {"_source_file": pl.lit(str(path)), "_business_day": pl.lit(day)}
        if source not in self._accepted:
            hidden = {f.name for f in contract.fields if f.personal}
            schema = {name: kind for name, kind in lake_schema(contract).items() if name not in hidden}
            self._accepted[source] = ParquetFile(out / self._name("accepted", source), schema, mode=0o600)
        self._accepted[source].write(accepted.with_columns(**place))
        self._rejected.setdefault(source, []).append(rejected.with_columns(**place))

    def _name(self, what: str, source: str) -> str:
        return f"{what}.parquet" if source == self.contract.source else f"{what}.{source}.parquet"

    def finish(self) -> int:
        """Closes the outputs and writes report.json. Returns the exit code of the whole."""
        if self.out is not None:
            self.out.mkdir(parents=True, exist_ok=True)
            for file in self._accepted.values():
                file.close(keep=True)
            for source, frames in self._rejected.items():
                rejected = pl.concat(frames, how="diagonal")
                whole = ParquetFile(self.out / self._name("rejected", source), dict(rejected.schema), mode=0o600)
                whole.write(rejected)
                whole.close(keep=True)
            with replacing(self.out / "report.json") as temporary:
                content = [report.to_dict() for report in self.reports]
                temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        if any(report.refused for report in self.reports):
            return EXIT_FILE_REFUSED
        return EXIT_ROWS_REJECTED if any(report.rejected for report in self.reports) else EXIT_PUBLISHED
