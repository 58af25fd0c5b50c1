"""`tthc check`: a dry run of extracts against a contract, for whoever delivers them.

The same reading and judging as the nightly job, without archive, lake or ledger. What it says names files,
rows and reasons, never a value; `rejected.parquet` holds the deliverer's own rows, readable by its owner only.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.contracts import Contract
from pipelines.errors import EXIT_FILE_REFUSED, EXIT_PUBLISHED, EXIT_ROWS_REJECTED, FileRefused
from pipelines.files import replacing
from pipelines.lake import ParquetFile, lake_schema, quarantine_schema
from pipelines.landing.discover import Delivery
from pipelines.parsing.judge import Judges
from pipelines.parsing.quarantine import whole_rows
from pipelines.parsing.reading import read

FIRST_ROWS = 5


@dataclass
class FileReport:
    """What one file would become. `refused` is a message code and its parameters where it cannot be read."""

    file: str
    refused: tuple[str, dict] | None = None
    counts: dict[str, Counter] = field(default_factory=dict)
    reasons: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    cleaned: dict[str, int] = field(default_factory=dict)

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

    def _cleaned(self, source: str) -> dict[str, int]:
        return {"cleaned": self.cleaned[source]} if self.cleaned.get(source) else {}

    def to_dict(self) -> dict:
        """For report.json: counts, and per reason how many rows and which come first."""
        return {
            "file": self.file,
            "refused": {"code": self.refused[0], "params": self.refused[1]} if self.refused else None,
            "sources": {source: {**counts, **self._cleaned(source)} for source, counts in self.counts.items()},
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
        self._files: dict[tuple[str, str], ParquetFile] = {}

    def file(self, path: Path, today: dt.date) -> FileReport:
        """Checks one file. A file that cannot be read is reported, not raised."""
        report, day = FileReport(str(path)), business_day_of(path, today)
        listed: dict[str, list[pl.DataFrame]] = {}
        try:
            for source, accepted, rejected in self._judged(path, day):
                report.add(source, accepted, rejected)
                if rejected.height:
                    listed.setdefault(source, []).append(rejected.select("_row_number", "_reasons"))
        except FileRefused as error:
            report.refused = (error.code, error.params)
            report.counts, report.reasons = {}, {}
        else:
            report.cleaned = {source: self._judges.changed_cells(source) for source in report.counts}
            if self.out is not None:
                self._keep(self.out, path, day, {source: pl.concat(frames) for source, frames in listed.items()})
        self.reports.append(report)
        return report

    def _judged(self, path: Path, day: dt.date) -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame]]:
        if not path.is_file():
            raise FileRefused("no_such_file")
        self._judges = judge = Judges(self.contracts, day)
        for batch in read(path, path.name, self.contract, self.contracts):
            yield batch.source, *judge(batch)

    def _keep(self, out: Path, path: Path, day: dt.date, rejections: dict[str, pl.DataFrame]) -> None:
        """Reads the file once more, now that it is certain, and writes its rows."""
        delivery = Delivery(self.contract.source, day, path.name)
        place = {"_source_file": pl.lit(str(path)), "_business_day": pl.lit(day)}
        for source, accepted, _ in self._judged(path, day):
            contract = self.contracts[source]
            hidden = {field.name for field in contract.fields if field.personal}
            schema = {name: kind for name, kind in lake_schema(contract).items() if name not in hidden}
            self._file(out, "accepted", source, schema).write(accepted.with_columns(**place))
            self._file(out, "rejected", source, quarantine_schema(contract))
        for source, rows in whole_rows(path, delivery, self.contracts, rejections):
            schema = quarantine_schema(self.contracts[source])
            self._file(out, "rejected", source, schema).write(rows.with_columns(**place))

    def _file(self, out: Path, what: str, source: str, schema: dict[str, pl.DataType]) -> ParquetFile:
        if (what, source) not in self._files:
            name = f"{what}.parquet" if source == self.contract.source else f"{what}.{source}.parquet"
            self._files[what, source] = ParquetFile(out / name, schema, mode=0o600)
        return self._files[what, source]

    def finish(self) -> int:
        """Closes the outputs and writes report.json. Returns the exit code of the whole."""
        if self.out is not None:
            self.out.mkdir(parents=True, exist_ok=True)
            for file in self._files.values():
                file.close(keep=True)
            with replacing(self.out / "report.json") as temporary:
                content = [report.to_dict() for report in self.reports]
                temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        if any(report.refused for report in self.reports):
            return EXIT_FILE_REFUSED
        return EXIT_ROWS_REJECTED if any(report.rejected for report in self.reports) else EXIT_PUBLISHED
