"""What the quality page tells, read from a version or a refused candidate, and from the ledger where there is neither.

Belongs here: queries and records, free of language. Does not belong here: sentences and markup. No record holds a value
of a row; a file name or code that looks personal is masked before it leaves the database.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.patterns import fill_patterns
from pipelines.gate.suites import MACROS_FILE
from pipelines.parsing.update_lake import LakeState, lake_state
from pipelines.publish.read_only import open_read_only
from pipelines.reports.quality.places import FileKey, place_for, places_in
from pipelines.settings import Settings

MASK = "…"
# The newest files of which a page shows where rows of one reason stand.
FILES_SHOWN = 5


@dataclass(frozen=True)
class Source:
    """Files and rows of one source, over all deliveries; counts of rows are null if only the ledger was read."""

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
    """Rows of one file rejected for one reason that concern one unit; unit null means not known.

    `first_rows` are numbers of rows in the file, `places` by number where people find them, where the number does not
    say it.
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
    """A file from which nothing was taken; `code` and `params` name the sentence that says why."""

    source: str
    business_day: dt.date
    file_name: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Restatement:
    """A file that came again with other bytes: keys of the one before, and how many of them are gone."""

    source: str
    business_day: dt.date
    file_name: str
    keys_before: int
    keys_removed: int
    is_shrunk: bool


@dataclass(frozen=True)
class OddDay:
    """A day that is missing, low, high or empty against the usual."""

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
    """An office: dossiers in scope, and how many of them are kept in spite of what is odd about them."""

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
    """A known error of a source and whether it still applies."""

    correction_code: str
    source: str
    field_name: str
    reporter: str
    reported_on: dt.date
    standing: str
    rows_wrong: int


@dataclass(frozen=True)
class QualityFacts:
    """Everything that a page is made of; empty if a run did not come that far.

    Attributes:
        cleaned: By source, names that a list mark was taken off.
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


_NAME = f"case when looks_personal(file_name) then '{MASK}' else file_name end"
_CODE = f"""
    case when regexp_full_match(reason, '[A-Za-z][A-Za-z0-9_.:-]*') and not looks_personal(reason) then reason
         else '{MASK}' end
"""
_SOURCES = """
    select d.source, count(*) filter (where status = 'accepted'), count(*) filter (where status = 'refused'),
           coalesce(sum(rows_in), 0), coalesce(sum(rows_accepted), 0), coalesce(sum(rows_superseded), 0),
           coalesce(sum(rows_rejected), 0), any_value(f.newest_day), any_value(usual_gap), any_value(silence),
           any_value(longest_silence), coalesce(any_value(is_late), false),
           coalesce((select count(*) from delivery_days m where m.source = d.source and m.is_missing), 0)
    from (select * replace (case when status = 'accepted' then rows_in end as rows_in) from deliveries) d
    left join source_freshness f on f.source = d.source
    group by d.source order by d.source
"""
_REJECTIONS = f"""
    select source, business_day, {_NAME}, {_CODE}, unit_code, row_count,
           case when regexp_full_match(first_rows, '[0-9, ]+') then first_rows end, file_name
    from quarantine_units order by row_count desc, source, business_day, file_name, reason, unit_code
"""  # noqa: S608 - our own text
_RESTATEMENTS = f"""
    select source, business_day, {_NAME}, keys_before, keys_removed, is_shrunk
    from deliveries where keys_before is not null order by business_day desc, source, file_name
"""  # noqa: S608
_ODD_DAYS = """
    select source, business_day, standing, rows_in, usual_rows from delivery_days
    where standing in ('missing', 'low', 'high', 'empty') order by business_day desc, source
"""
_PROFILES = """
    with
        measured as (
            select source, business_day, standing from delivery_measures
            union all
            select source, business_day, standing from unit_measures
        ),
        newest as (select source, max(business_day) as business_day from delivery_measures group by source)
    select source, business_day, count(*) filter (where standing = 'usual'),
           count(*) filter (where standing = 'unusual'), count(*) filter (where standing = 'not_compared')
    from measured join newest using (source, business_day) group by source, business_day order by source
"""
_UNITS = """
    with
        handled as (
            select unit_code, count(*) as dossiers, count(*) filter (where due_date is null) as no_due_date,
                   count(*) filter (where due_date < received_date) as due_before_received,
                   count(*) filter (where newer_state_rejected) as newer_rejected,
                   count(*) filter (where handling_unit_unknown) as handler_unknown
            from fct_timeliness group by unit_code
        ),
        results as (
            select unit_code, count(*) filter (where has_result_file and not has_own_result_file) as input_as_result
            from fct_digitisation group by unit_code
        )
    select u.unit_code, u.unit_name, u.unit_level, coalesce(dossiers, 0), coalesce(no_due_date, 0),
           coalesce(due_before_received, 0), coalesce(newer_rejected, 0), coalesce(input_as_result, 0),
           coalesce(handler_unknown, 0)
    from dim_unit u left join handled using (unit_code) left join results using (unit_code)
    order by u.unit_code
"""
_CORRECTIONS = """
    select correction_code, source, field, reporter, reported_on, standing, rows_wrong
    from known_corrections order by correction_code
"""


def read_database(database: Path, settings: Settings) -> QualityFacts:
    """Return the facts of a version or candidate, with what the ledger knows of refused files.

    Raise duckdb.Error where the file is not a whole warehouse.
    """
    state = lake_state(settings)
    with open_read_only(database, settings.duckdb_config()) as connection:
        connection.execute(_macros(settings))
        connection.execute("set schema = 'marts'")

        def rows(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        return QualityFacts(
            sources=[Source(*row) for row in rows(_SOURCES)],
            rejections=placed([(Rejection(*row), name) for *row, name in rows(_REJECTIONS)], settings, state),
            refused_files=refused_files(settings),
            cleaned=cleaned_names(state),
            restatements=[Restatement(*row) for row in rows(_RESTATEMENTS)],
            odd_days=[OddDay(*row) for row in rows(_ODD_DAYS)],
            profiles=[Profile(*row) for row in rows(_PROFILES)],
            units=[UnitQuality(*row) for row in rows(_UNITS)],
            corrections=[CorrectionUse(*row) for row in rows(_CORRECTIONS)],
            synthetic=bool(rows("select coalesce(bool_or(is_synthetic), false) from deliveries")[0][0]),
        )


def placed(named: Sequence[tuple[Rejection, str]], settings: Settings, state: LakeState) -> list[Rejection]:
    """Return rejections with their places, looked up for those that a page shows.

    Each comes with its file's own name, which the rejection may not show.
    """
    groups: dict[tuple[str | None, ...], set[FileKey]] = {}
    for one, name in named:
        for group in ((one.source, one.reason), (one.source, one.reason, one.unit_code)):
            groups.setdefault(group, set()).add((one.source, one.business_day, name))
    shown = {key for files in groups.values() for key in sorted(files, reverse=True)[:FILES_SHOWN]}
    wanted: dict[FileKey, set[int]] = {}
    for one, name in named:
        if (key := (one.source, one.business_day, name)) in shown:
            wanted.setdefault(key, set()).update(one.numbers)
    found = places_in(wanted, settings, state)

    def places(one: Rejection, name: str) -> dict[int, str]:
        of_file = found.get((one.source, one.business_day, name), {})
        return {number: place_for(one.reason, *of_file[number]) for number in one.numbers if number in of_file}

    return [replace(one, places=places(one, name)) for one, name in named]


def read_ledger(settings: Settings) -> QualityFacts:
    """Return what the ledger alone knows of a run that made no candidate: files and the results of parsing."""
    state, shown = lake_state(settings), _shown_names(settings)
    counted: dict[str, dict[str, Any]] = {}
    for arrival, receipt in state.parsed:
        own = arrival.delivery.source
        for source in receipt["sources"] or [own]:
            told = counted.setdefault(
                source, {"files": 0, "refused": 0, "rows_in": 0, "rejected": 0, "newest": arrival.delivery.business_day}
            )
            told["refused" if receipt["refused"] else "files"] += 1
            told["newest"] = max(told["newest"], arrival.delivery.business_day)
            if counts := receipt["sources"].get(source):
                told["rows_in"] += counts["rows_in"]
                told["rejected"] += counts["rejected"]
    return QualityFacts(
        sources=[
            Source(
                source, told["files"], told["refused"], told["rows_in"], None, None, told["rejected"], told["newest"]
            )
            for source, told in sorted(counted.items())
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
    """Return by source how many names of deliveries in use had a list mark that was removed."""
    found: Counter[str] = Counter()
    for _, receipt in state.accepted:
        found.update({source: counts.get("cleaned", 0) for source, counts in receipt["sources"].items()})
    return {source: count for source, count in sorted(found.items()) if count}


def refused_files(settings: Settings) -> list[RefusedFile]:
    """Return files that could not be read with certainty, the newest first, with the reason that parsing gave."""
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


def _macros(settings: Settings) -> str:
    """Return the SQL macros with the gate's idea of personal text; the page must not be laxer."""
    return fill_patterns((settings.expectations_dir / MACROS_FILE).read_text(encoding="utf-8"))


def _shown_names(settings: Settings) -> Callable[[str], str]:
    """Return a function that masks file names that look personal."""
    connection = duckdb.connect()
    connection.execute(_macros(settings))

    def shown(name: str) -> str:
        found = connection.execute("select looks_personal(?)", [name]).fetchone()
        return name if found == (False,) else MASK

    return shown
