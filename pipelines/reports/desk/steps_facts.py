"""What the page of steps says, as plain data of the published version: which step eats the days, how long people wait.

Does not belong here: wording and layout (`steps_render`), counting (the marts).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from pipelines.common.sql import read_sql
from pipelines.publish.versions import current_version
from pipelines.registers.steps import StepsPage
from pipelines.reports.officers.facts import Row, read_rows
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import DATABASE_FILE, Settings


@dataclass(frozen=True)
class StepFigures:
    """Figures of a published version, of the whole province.

    Attributes:
        subject: Whose figures, of which day and version (sql/subject.sql).
        knows_steps: False if the version is of a release without these tables.
        has_steps: Whether `tien_trinh` was ever delivered.
        shown_year: The newest year in which handling of a dossier ended; None if none did.
        years: All procedures together, that year and the one before (sql/steps_years.sql).
        procedures: Those that cost most days, the most first (sql/steps_procedures.sql).
        parts: By procedure what its bar is made of (sql/steps_parts.sql).
        ways: By procedure its most frequent ways (sql/steps_ways.sql).
        departments: Offices in which dossiers got late, the worst first (sql/steps_departments.sql).
        statuses: By code the row of a status with its names (sql/statuses.sql).
    """

    subject: Row
    knows_steps: bool = False
    has_steps: bool = False
    shown_year: int | None = None
    years: Mapping[int, Row] = field(default_factory=dict)
    procedures: Sequence[Row] = ()
    parts: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    ways: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    departments: Sequence[Row] = ()
    statuses: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class StepsDesk:
    """Everything on the page.

    Attributes:
        made: When the page was made, in Việt Nam.
        figures: Figures of the published version; None if there is none that can be read.
    """

    made: dt.datetime
    figures: StepFigures | None


def read_steps(settings: Settings, shown: StepsPage, made: dt.datetime) -> StepsDesk:
    """Return what the page says of the published version.

    Args:
        settings: The installation.
        shown: How much the page shows.
        made: The moment that the page bears.
    """
    if current_version(settings) is None or not (settings.current_link / DATABASE_FILE).is_file():
        return StepsDesk(made, None)
    with read_only_connection(settings) as connection:
        return StepsDesk(made, read_step_figures(connection, shown))


def read_step_figures(connection: duckdb.DuckDBPyConnection, shown: StepsPage) -> StepFigures:
    """Read the figures of an open version; what a version of an earlier release lacks stays empty."""
    (subject,) = read_rows(connection, _sql("subject"))
    try:
        return _read(connection, subject, shown)
    except duckdb.CatalogException:  # the version was made by a release without one of the tables
        return StepFigures(subject)


def _read(connection: duckdb.DuckDBPyConnection, subject: Row, shown: StepsPage) -> StepFigures:
    (state,) = read_rows(connection, _sql("steps_state"), {"as_of": subject["as_of"]})
    year = state["shown_year"]
    if not state["has_steps"] or year is None:
        return StepFigures(subject, True, state["has_steps"], year)
    of_year = {"shown_year": year}
    procedures = read_rows(connection, _sql("steps_procedures"), of_year | {"procedures": shown.procedures})
    of_shown = of_year | {"codes": [row["procedure_code"] for row in procedures]}
    return StepFigures(
        subject, True, True, year,
        years={row["finished_year"]: row for row in read_rows(connection, _sql("steps_years"), of_year)},
        procedures=procedures,
        parts=_by_procedure(read_rows(connection, _sql("steps_parts"), of_shown | {"segments": shown.segments})),
        ways=_by_procedure(read_rows(connection, _sql("steps_ways"), of_shown | {"ways": shown.ways})),
        departments=read_rows(connection, _sql("steps_departments"), of_year | {"holders": shown.holders}),
        statuses={row["code"]: row for row in read_rows(connection, _sql("statuses"))},
    )  # fmt: skip


def _by_procedure(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["procedure_code"], []).append(row)
    return found


def _sql(name: str) -> str:
    return read_sql(__package__, f"sql/{name}")
