"""Dry run of extracts against their contracts, for those who deliver them.

Belongs here: reading and validating files as the nightly job does, without archive, lake or ledger, and writing the
outputs of `--out`. Reports name files, rows and reasons, never a value; `rejected.parquet` holds the deliverer's own
rows, readable by its owner only. Does not belong here: comparing rows (`rows`).
"""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from pipelines.common.errors import EXIT_FILE_REFUSED, EXIT_PUBLISHED, EXIT_ROWS_REJECTED, FileRefused
from pipelines.common.files import atomic_write, sha256_of
from pipelines.contracts.batch import Batch
from pipelines.contracts.model import Contract
from pipelines.contracts.places import RowPlace as RowPlace
from pipelines.contracts.places import json_paths_of, place_of
from pipelines.dry_run.places import FileToCheck
from pipelines.dry_run.report import FileReport
from pipelines.dry_run.rows import CONFLICT, DOSSIERS, ComparedRows, Conflict
from pipelines.landing.sidecars import LeftForNextRun, read_sidecars, refuse_other_count
from pipelines.parsing.prefetch import prefetch
from pipelines.parsing.quarantine import complete_rows
from pipelines.parsing.readers.reading import read
from pipelines.parsing.validate import Validators
from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.lake import ParquetFile, lake_schema, quarantine_schema

Watch = Callable[[int, int, str, int], None]


class DryRun:
    """Check files, compare their rows and, with `out`, write accepted and rejected rows as Parquet.

    Attributes:
        reports: One report per file, in the order of `run`.
        lists_checked: None if nothing had to be looked up, else whether a published version's lists were available.
    """

    def __init__(self, contracts: dict[str, Contract], settings: Settings, out: Path | None) -> None:
        self.contracts, self.settings, self.out = contracts, settings, out
        self.reports: list[FileReport] = []
        self.lists_checked: bool | None = None
        self._files: dict[tuple[str, str], ParquetFile] = {}

    def run(self, places: list[FileToCheck], watch: Watch, comparing: Callable[[], None] = lambda: None) -> int:
        """Check all files and return the exit code.

        Args:
            places: The files.
            watch: Called with the number of the current file, the number of files, its name, and rows so far.
            comparing: Called when all files are read, before their rows are compared.
        """
        with tempfile.TemporaryDirectory(prefix="tthc-check-") as scratch:  # mode 0700
            rows = ComparedRows(Path(scratch), self.contracts, self.settings)
            try:
                for number, place in enumerate(places):
                    report_progress = partial(watch, number + 1, len(places), place.path.name)
                    self.reports.append(self._one(number, place, rows, report_progress))
                comparing()
                self._locate(places, self._compare(rows))
                if self.out is not None:
                    for number, place in enumerate(places):
                        self._keep(self.out, number, place, rows)
            finally:
                rows.close()
        self._finish()
        if any(report.is_refused for report in self.reports):
            return EXIT_FILE_REFUSED
        return EXIT_ROWS_REJECTED if any(report.rejected for report in self.reports) else EXIT_PUBLISHED

    def _one(self, number: int, place: FileToCheck, rows: ComparedRows, watch: Callable[[int], None]) -> FileReport:
        """Check one file by itself; a file that would be refused, for whatever reason, is reported, not raised."""
        report = FileReport(str(place.path), place.source)
        try:
            self._read(number, place, rows, report, watch)
        except FileRefused as error:
            report.refused = (error.code, error.params)
        except PermissionError:
            report.refused = ("left_unreadable", {})
        except Exception as error:
            if os.environ.get("TTHC_DEBUG"):
                raise
            report.refused = ("reading_broke", {"kind": type(error).__name__})
        if report.refused:
            report.counts, report.reasons, report.cleaned, report.layouts = {}, {}, {}, {}
            rows.drop(number)
        return report

    def _read(
        self, number: int, place: FileToCheck, rows: ComparedRows, report: FileReport, watch: Callable[[int], None]
    ) -> None:
        if place.left:
            raise FileRefused(place.left)
        watch(0)
        before = _identity(place.path)
        try:
            sidecars = read_sidecars(place.path)
        except LeftForNextRun as reason:
            raise FileRefused(reason.code) from None
        if sidecars.sha256 is not None and sidecars.sha256 != sha256_of(place.path):
            raise FileRefused("left_wrong_sha256")
        validate = Validators(self.contracts, place.day)
        for batch, accepted, rejected in self._validated_batches(place, validate):
            report.add(batch, accepted, rejected)
            rows.add(number, batch.source, accepted, place.day, batch.untold)
            watch(report.counts.get(place.source, Counter())["rows_in"])
        report.cleaned = {source: validate.changed_cells(source) for source in report.counts}
        got = report.counts.get(place.source, Counter())["rows_in"]
        if _identity(place.path) != before:
            raise FileRefused("left_still_growing")
        refuse_other_count(sidecars.rows, got)

    def _validated_batches(
        self, place: FileToCheck, validate: Validators
    ) -> Iterator[tuple[Batch, pl.DataFrame, pl.DataFrame]]:
        for batch in prefetch(self._batches(place)):
            yield batch, *validate(batch)

    def _compare(self, rows: ComparedRows) -> list[Conflict]:
        """Add rejections by lists and by other rows to the reports, and return the first conflicts."""
        if rows.needs_lists():
            at_hand = self._load_lists(rows)
            self.lists_checked = at_hand if rows.looks_up() else None
        for rejection in rows.compare():
            self.reports[rejection.file].add_comparison_rejection(
                rejection.source, rejection.reason, rejection.count, rejection.first_rows
            )
        for (file, source), count in rows.superseded().items():
            self.reports[file].superseded[source] = count
        for unnamed in rows.unnamed():
            self.reports[unnamed.file].unnamed = (unnamed.count, unnamed.first_rows)
        conflicts = rows.conflicts()
        for source, spots in conflicts:
            named = [(self.reports[file].file, row) for file, row in spots]
            for file in dict.fromkeys(file for file, _ in spots):
                self.reports[file].conflicts.setdefault(source, []).append(named)
        return conflicts

    def _locate(self, places: list[FileToCheck], conflicts: list[Conflict]) -> None:
        """Add the places of the shown rows to the reports.

        A file is read again only for rows whose place nothing else tells: in NDJSON and in lists within messages.
        """
        shown = self._shown_rows(conflicts)
        paths = {file: self._paths(places[file], self.reports[file], wanted) for file, wanted in shown.items()}

        def place(file: int, source: str, row: int, reason: str) -> RowPlace:
            return place_of(self.reports[file].layouts[source], row, reason, paths[file].get((source, row)))

        for number, report in enumerate(self.reports):
            for (source, reason), (_, rows) in report.reasons.items():
                report.first_places[source, reason] = [place(number, source, row, reason) for row in rows]
            unnamed = [place(number, DOSSIERS, row, "handling_unit_unknown:DonViXuLy") for row in report.unnamed[1]]
            report.unnamed_places = unnamed
        for source, spots in conflicts:
            named = [place(file, source, row, CONFLICT) for file, row in spots]
            for file in dict.fromkeys(file for file, _ in spots):
                self.reports[file].conflict_places.setdefault(source, []).append(named)

    def _shown_rows(self, conflicts: list[Conflict]) -> dict[int, dict[str, set[int]]]:
        """Return the row numbers that the reports show, by file and source."""
        shown: dict[int, dict[str, set[int]]] = {}
        for number, report in enumerate(self.reports):
            for (source, _), (_, rows) in report.reasons.items():
                shown.setdefault(number, {}).setdefault(source, set()).update(rows)
            if report.unnamed[0]:
                shown.setdefault(number, {}).setdefault(DOSSIERS, set()).update(report.unnamed[1])
        for source, spots in conflicts:
            for file, row in spots:
                shown.setdefault(file, {}).setdefault(source, set()).add(row)
        return shown

    def _paths(self, place: FileToCheck, report: FileReport, wanted: dict[str, set[int]]) -> dict[tuple[str, int], str]:
        """Return the JSON paths of rows, by source and row number; none if the file can no longer be read."""
        unknown = {source: rows for source, rows in wanted.items() if report.layouts[source].needs_second_read}
        try:
            batches = self._batches(place, whole=True)
            return json_paths_of(batches, unknown) if unknown else {}
        except (FileRefused, OSError):
            return {}

    def _load_lists(self, rows: ComparedRows) -> bool:
        """Load the lists of the published version; return False if there is none that can be read."""
        try:
            rows.load_lists((self.settings.current_link / DATABASE_FILE).resolve())
        except duckdb.Error:
            return False
        return True

    def _keep(self, out: Path, number: int, place: FileToCheck, rows: ComparedRows) -> None:
        """Read the file again, now that all comparisons are done, and write its rows."""
        if self.reports[number].refused:
            return
        origin = {"_source_file": pl.lit(str(place.path)), "_business_day": pl.lit(place.day)}
        own: dict[str, list[pl.DataFrame]] = {}
        for batch, accepted, rejected in self._validated_batches(place, Validators(self.contracts, place.day)):
            source, contract = batch.source, self.contracts[batch.source]
            hidden = {field.name for field in contract.fields if field.personal}
            schema = {name: kind for name, kind in lake_schema(contract).items() if name not in hidden}
            rejection = rows.rejected_of_file(number, source, *_span(accepted))
            self._file(out, "accepted", place, source, schema).write(
                accepted.join(rejection, on="_row_number", how="anti").with_columns(**origin)
            )
            self._file(out, "rejected", place, source, quarantine_schema(contract))
            why = rejection.group_by("_row_number").agg(_reasons="_reason")
            own.setdefault(source, []).append(pl.concat([rejected.select("_row_number", "_reasons"), why]))
        self._keep_rejected(out, place, {source: pl.concat(frames) for source, frames in own.items()}, origin)

    def _batches(self, place: FileToCheck, *, whole: bool = False) -> Generator[Batch]:
        contract, limits = self.contracts[place.source], self.settings.read_limits
        return read(place.path, place.path.name, contract, self.contracts, whole=whole, limits=limits)

    def _keep_rejected(
        self, out: Path, place: FileToCheck, rejections: dict[str, pl.DataFrame], origin: dict[str, pl.Expr]
    ) -> None:
        """Write the rejected rows as the file has them, personal fields included."""
        delivery = Delivery(place.source, place.day, place.path.name)
        found = {source: frame for source, frame in rejections.items() if frame.height}
        limits = self.settings.read_limits
        for source, rows in complete_rows(place.path, delivery, self.contracts, found, limits) if found else ():
            schema = quarantine_schema(self.contracts[source])
            self._file(out, "rejected", place, source, schema).write(rows.with_columns(**origin))

    def _file(
        self, out: Path, what: str, place: FileToCheck, source: str, schema: dict[str, pl.DataType]
    ) -> ParquetFile:
        if (what, source) not in self._files:
            # Outputs of the first file's source have no source in their name.
            first = next(report.source for report in self.reports if not report.refused)
            name = f"{what}.parquet" if source == first else f"{what}.{source}.parquet"
            self._files[what, source] = ParquetFile(out / name, schema, mode=0o600)
        return self._files[what, source]

    def _finish(self) -> None:
        """Close the outputs and write report.json."""
        if self.out is None:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        for file in self._files.values():
            file.close(keep=True)
        with atomic_write(self.out / "report.json") as temporary:
            content = [report.to_dict() for report in self.reports]
            temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _identity(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _span(frame: pl.DataFrame) -> tuple[int, int]:
    """Return the first and last row number of a batch; an empty range where it has no row."""
    numbers = frame["_row_number"]
    return (0, -1) if frame.is_empty() else (int(numbers.min()), int(numbers.max()))  # type: ignore[arg-type]
