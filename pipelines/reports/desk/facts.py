"""What the desk page says, as plain data: the night from its summary, figures from the published version.

Does not belong here: wording and layout (`render`), counting (the marts).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.sql import read_sql
from pipelines.publish.versions import current_version
from pipelines.reports.desk.layout import STEPS_PAGES
from pipelines.reports.dictionary.write import PAGE as DICTIONARY_PAGE
from pipelines.reports.morning.facts import Morning
from pipelines.reports.officers.facts import Row, read_rows
from pipelines.reports.officers.files import FINDINGS, RECORD, WORKLIST, read_record
from pipelines.reports.officers.worklist import INDEX
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import DATABASE_FILE, DICTIONARY_FOLDER, Settings

HOLDERS = 3  # units named for each component in which points are lost
CATEGORIES = ("overdue", "due_today", "due_soon", "waiting_long", "paused", "no_due_date", "in_time")


@dataclass(frozen=True)
class Figures:
    """Figures of a published version; each list is empty where the version has no such table.

    Attributes:
        subject: Whose figures, of which day and version (sql/subject.sql).
        total: Points of the province (sql/total.sql); None if there are none.
        line: Points at the last week ends and on the as-of day, oldest first (sql/line.sql).
        groups: Points by code of the group (sql/groups.sql).
        provinces: Provinces as the portal shows them, the best first (sql/provinces.sql).
        units: Units with something open, the worst first (sql/units.sql).
        has_worklist: True if the version knows what is open.
        knows_portal: True if the portal's copies of open dossiers are known.
        lost: Components in which the province loses points, the most first (sql/lost.sql).
        compared: Our points beside the portal's, the largest difference first (sql/compared.sql).
    """

    subject: Row
    total: Row | None = None
    line: Sequence[Row] = ()
    groups: Mapping[str, Row] = field(default_factory=dict)
    provinces: Sequence[Row] = ()
    units: Sequence[Row] = ()
    has_worklist: bool = False
    knows_portal: bool = False
    lost: Sequence[Row] = ()
    compared: Sequence[Row] = ()

    def open_by(self, category: str) -> int:
        """Return how many open dossiers stand so, in all units together."""
        return sum(int(unit[category]) for unit in self.units)


@dataclass(frozen=True)
class Files:
    """What lies beside the page and may be linked to, as paths below the folder of reports.

    Attributes:
        lists: By name of a unit's files its list and letter, if they are of the published version.
        findings: Names of units that have a workbook of findings.
        periods: By report period its workbook.
        dictionary: The dictionary of the published version, if it has one.
    """

    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    findings: frozenset[str] = frozenset()
    periods: Mapping[str, str] = field(default_factory=dict)
    dictionary: str | None = None


@dataclass(frozen=True)
class Desk:
    """Everything on the page.

    Attributes:
        made: When the page was made, in Việt Nam.
        morning: The summary of the newest run; None if there was none.
        figures: Figures of the published version; None if there is none that can be read.
        files: What may be linked to.
        has_steps_page: Whether the page of steps lies beside it.
    """

    made: dt.datetime
    morning: Morning | None
    figures: Figures | None
    files: Files
    has_steps_page: bool = False


def read_desk(settings: Settings, morning: Morning | None, made: dt.datetime) -> Desk:
    """Return what the page says now: the newest run, and the published version whatever became of that run.

    Args:
        settings: The installation.
        morning: The summary of the newest run.
        made: The moment that the page bears.
    """
    version, has_steps = current_version(settings), (settings.reports_dir / STEPS_PAGES["vi"]).is_file()
    if version is None or not (settings.current_link / DATABASE_FILE).is_file():
        return Desk(made, morning, None, Files(), has_steps)
    with read_only_connection(settings) as connection:
        figures = read_figures(connection)
    files = read_files(settings.reports_dir, version)
    page = settings.current_link / DICTIONARY_FOLDER / DICTIONARY_PAGE
    return Desk(
        made, morning, figures, replace(files, dictionary=_from_reports(page) if page.is_file() else None), has_steps
    )


def _from_reports(page: Path) -> str:
    """Return the address of a page of the published version, from the folder of reports."""
    return "/".join(("..", *page.parts[-3:]))


def read_figures(connection: duckdb.DuckDBPyConnection) -> Figures:
    """Read the figures of an open version; what a version of an earlier release lacks stays empty."""
    (subject,) = read_rows(connection, _sql("subject"))
    values = {"year_code": subject["year_code"], "as_of": subject["as_of"]}

    def rows(name: str, *needed: str, **further: Any) -> list[Row] | None:
        query = _sql(name)
        try:
            return read_rows(connection, query, {key: values[key] for key in needed} | further)
        except duckdb.CatalogException:  # the version was made by a release without this table
            return None

    total, units = rows("total", "year_code"), rows("units", "year_code")
    known = rows("portal_known")
    return Figures(
        subject=subject,
        total=total[0] if total else None,
        line=rows("line", "year_code", "as_of") or (),
        groups={row["group_code"]: row for row in rows("groups", "year_code") or ()},
        provinces=rows("provinces") or (),
        units=units or (),
        has_worklist=units is not None,
        knows_portal=bool(known and known[0]["is_known"]),
        lost=rows("lost", "year_code", "as_of", holders=HOLDERS) or (),
        compared=rows("compared", "year_code", "as_of") or (),
    )


def read_files(folder: Path, version: str) -> Files:
    """Return what lies in the folder of reports; lists of another version than the page's are left out."""
    record = read_record(folder / WORKLIST / INDEX)
    lists = record["units"] if record is not None and record["version"] == version else {}
    periods = {}
    for path in sorted(folder.glob(f"*/{RECORD}")):
        written = read_record(path)
        workbook = next((name for name in written["files"] if name.endswith(".xlsx")), None) if written else None
        if workbook:
            periods[path.parent.name] = f"{path.parent.name}/{workbook}"
    return Files(
        {name: [f"{WORKLIST}/{file}" for file in unit["files"]] for name, unit in lists.items()},
        frozenset(path.stem for path in (folder / FINDINGS).glob("*.xlsx")),
        periods,
    )


def _sql(name: str) -> str:
    return read_sql(__package__, f"sql/{name}")
