"""Facts of the quality page, read from a version or a refused candidate, or from the ledger if there is neither.

Belongs here: queries and records, free of language. No record holds a value of a row; file names and codes that look
personal are masked in the query. Does not belong here: sentences and markup.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.sql import read_sql
from pipelines.gate.suites import read_macros
from pipelines.parsing.receipts import LakeState, lake_state
from pipelines.publish.read_only import open_read_only
from pipelines.reports.quality.places import FileKey, place_for, places_in
from pipelines.settings import Settings

MASK = "…"
# Per reason a page shows places of rows in so many of the newest files.
FILES_SHOWN = 5


@dataclass(frozen=True)
class Source:
    """Files and rows of one source, over all deliveries; some counts are None if only the ledger was read."""

    source: str
    files: int
    files_refused: int
    rows_in: int
    rows_accepted: int | None
    rows_superseded: int | None
    rows_rejected: int
    newest_day: dt.date | None
    usual_gap: float | None = None
    silence: int | None = None
    longest_silence: float | None = None
    is_late: bool = False
    missing_days: int = 0


@dataclass(frozen=True)
class Rejection:
    """Rows of one file that were rejected for one reason and concern one unit.

    Attributes:
        unit_code: The unit; None if unknown.
        first_rows: Numbers of the first rows in the file, comma-separated; None if unknown.
        places: Place in the file by row number, for formats in which the number is not the place.
    """

    source: str
    business_day: dt.date
    file_name: str
    reason: str
    unit_code: str | None
    row_count: int
    first_rows: str | None
    places: Mapping[int, str] = field(default_factory=dict)

    @property
    def numbers(self) -> list[int]:
        """The first rows as numbers."""
        return [int(number) for number in self.first_rows.split(", ")] if self.first_rows else []


@dataclass(frozen=True)
class RefusedFile:
    """A refused file; `code` and `params` are the message that says why."""

    source: str
    business_day: dt.date
    file_name: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Restatement:
    """A file that was delivered again with other bytes: keys of the earlier one, and how many of them are gone."""

    source: str
    business_day: dt.date
    file_name: str
    keys_before: int
    keys_removed: int
    is_shrunk: bool


@dataclass(frozen=True)
class OddDay:
    """A business day of a source without a delivery, or with an unusual number of rows."""

    source: str
    business_day: dt.date
    standing: str
    rows_in: int | None
    usual_rows: float | None


@dataclass(frozen=True)
class Profile:
    """How many measures of a source's newest delivery are usual, unusual, or compared with nothing."""

    source: str
    business_day: dt.date
    usual: int
    unusual: int
    not_compared: int


@dataclass(frozen=True)
class UnitQuality:
    """A unit: its dossiers in scope, and how many of them are counted in spite of a defect."""

    unit_code: str
    unit_name: str
    unit_level: str
    dossiers: int
    no_due_date: int
    due_before_received: int
    newer_rejected: int
    input_as_result: int
    handler_unknown: int


@dataclass(frozen=True)
class CorrectionUse:
    """A known error of a source, and whether it still occurs."""

    correction_code: str
    source: str
    field_name: str
    reporter: str
    reported_on: dt.date
    standing: str
    rows_wrong: int


@dataclass(frozen=True)
class QualityFacts:
    """All facts of a page; a field is empty if the run did not get that far.

    Attributes:
        cleaned: Per source the number of names that a list mark was removed from.
    """

    sources: Sequence[Source] = ()
    rejections: Sequence[Rejection] = ()
    refused_files: Sequence[RefusedFile] = ()
    restatements: Sequence[Restatement] = ()
    odd_days: Sequence[OddDay] = ()
    profiles: Sequence[Profile] = ()
    units: Sequence[UnitQuality] = ()
    corrections: Sequence[CorrectionUse] = ()
    cleaned: Mapping[str, int] = field(default_factory=dict)
    synthetic: bool = False


def read_database(database: Path, settings: Settings) -> QualityFacts:
    """Return the facts of a version or candidate, with refused files from the ledger.

    Raises:
        duckdb.Error: If the file is not a complete warehouse.
    """
    state = lake_state(settings)
    with open_read_only(database, settings.duckdb_config()) as connection:
        connection.execute(read_macros(settings.expectations_dir))  # the page masks what the gate finds
        connection.execute("set schema = 'marts'")

        def rows(name: str, **values: str) -> list[tuple[Any, ...]]:
            return connection.execute(read_sql(__package__, f"sql/{name}"), values or None).fetchall()

        return QualityFacts(
            sources=[Source(*row) for row in rows("sources")],
            rejections=placed(
                [(Rejection(*row), name) for *row, name in rows("rejections", mask=MASK)], settings, state
            ),
            refused_files=refused_files(settings),
            cleaned=cleaned_names(state),
            restatements=[Restatement(*row) for row in rows("restatements", mask=MASK)],
            odd_days=[OddDay(*row) for row in rows("odd_days")],
            profiles=[Profile(*row) for row in rows("profiles")],
            units=[UnitQuality(*row) for row in rows("units")],
            corrections=[CorrectionUse(*row) for row in rows("corrections")],
            synthetic=connection.execute("select bool_or(is_synthetic) from deliveries").fetchone() == (True,),
        )


def placed(named: Sequence[tuple[Rejection, str]], settings: Settings, state: LakeState) -> list[Rejection]:
    """Return rejections with the places of those rows that a page shows.

    Args:
        named: Rejections, each with the true name of its file, which the rejection may mask.
        settings: The installation.
        state: Deliveries and receipts.
    """
    groups: dict[tuple[str | None, ...], set[FileKey]] = {}
    for rejection, name in named:
        for group in ((rejection.source, rejection.reason), (rejection.source, rejection.reason, rejection.unit_code)):
            groups.setdefault(group, set()).add((rejection.source, rejection.business_day, name))
    shown = {key for files in groups.values() for key in sorted(files, reverse=True)[:FILES_SHOWN]}
    return placed_all(named, settings, state, shown)


def placed_all(
    named: Sequence[tuple[Rejection, str]], settings: Settings, state: LakeState, files: Set[FileKey] | None = None
) -> list[Rejection]:
    """Return rejections with the places of their rows, in all files or only in some of them."""
    wanted: dict[FileKey, set[int]] = {}
    for rejection, name in named:
        key = (rejection.source, rejection.business_day, name)
        if files is None or key in files:
            wanted.setdefault(key, set()).update(rejection.numbers)
    found = places_in(wanted, settings, state)

    def places(rejection: Rejection, name: str) -> dict[int, str]:
        of_file = found.get((rejection.source, rejection.business_day, name), {})
        return {
            number: place_for(rejection.reason, *of_file[number]) for number in rejection.numbers if number in of_file
        }

    return [replace(rejection, places=places(rejection, name)) for rejection, name in named]


def read_ledger(settings: Settings) -> QualityFacts:
    """Return the facts that the ledger has of a run without a candidate: files and parsing results."""
    state, shown = lake_state(settings), _shown_names(settings)
    counted: dict[str, dict[str, Any]] = {}
    for arrival, receipt in state.parsed:
        own = arrival.delivery.source
        for source in receipt["sources"] or [own]:
            totals = counted.setdefault(
                source, {"files": 0, "refused": 0, "rows_in": 0, "rejected": 0, "newest": arrival.delivery.business_day}
            )
            totals["refused" if receipt["refused"] else "files"] += 1
            totals["newest"] = max(totals["newest"], arrival.delivery.business_day)
            if counts := receipt["sources"].get(source):
                totals["rows_in"] += counts["rows_in"]
                totals["rejected"] += counts["rejected"]
    return QualityFacts(
        sources=[
            Source(
                source,
                totals["files"],
                totals["refused"],
                totals["rows_in"],
                None,
                None,
                totals["rejected"],
                totals["newest"],
            )
            for source, totals in sorted(counted.items())
        ],
        rejections=[
            Rejection(
                source, arrival.delivery.business_day, shown(arrival.delivery.file_name), reason, None, count, None
            )
            for arrival, receipt in state.accepted
            for source, counts in receipt["sources"].items()
            for reason, count in counts["reasons"].items()
        ],
        refused_files=refused_files(settings),
        cleaned=cleaned_names(state),
        synthetic=any(arrival.delivery.is_synthetic for arrival, _ in state.parsed),
    )


def cleaned_names(state: LakeState) -> dict[str, int]:
    """Return, per source, how many names in active deliveries had a list mark removed."""
    found: Counter[str] = Counter()
    for _, receipt in state.accepted:
        found.update({source: counts.get("cleaned", 0) for source, counts in receipt["sources"].items()})
    return {source: count for source, count in sorted(found.items()) if count}


def refused_files(settings: Settings) -> list[RefusedFile]:
    """Return the refused files, the newest first, with the reason that parsing gave."""
    shown = _shown_names(settings)
    found = [
        RefusedFile(
            arrival.delivery.source,
            arrival.delivery.business_day,
            shown(arrival.delivery.file_name),
            receipt["refused"]["code"],
            receipt["refused"]["params"],
        )
        for arrival, receipt in lake_state(settings).parsed
        if receipt["refused"]
    ]
    return sorted(found, key=lambda file: (file.business_day, file.source, file.file_name), reverse=True)


def _shown_names(settings: Settings) -> Callable[[str], str]:
    """Return a function that masks file names that look personal."""
    connection = duckdb.connect()
    connection.execute(read_macros(settings.expectations_dir))  # the page masks what the gate finds

    def shown(name: str) -> str:
        found = connection.execute("select looks_personal(?)", [name]).fetchone()
        return name if found == (False,) else MASK

    return shown
