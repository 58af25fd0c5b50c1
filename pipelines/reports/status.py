"""Status of the warehouse: deliveries and missing days, runs, the published version and its age, held items.

Belongs here: collecting it as plain data, as `tthc status --json` prints it. Figures never depend
on today's date. Does not belong here: printing (`status_view`).
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.errors import TthcError
from pipelines.common.i18n import say
from pipelines.common.sql import read_sql
from pipelines.landing.ingest import LEFT_IN_LANDING
from pipelines.open_data.editions import damaged_editions, editions
from pipelines.publish.read_only import open_read_only
from pipelines.publish.versions import current_version
from pipelines.registers.calendar import (
    CALENDAR_FILE,
    CalendarError,
    WorkCalendar,
    load_calendar,
    working_days_between,
    years_to_complete,
)
from pipelines.registers.holds import load_holds
from pipelines.registers.model import load_period_rules, period_table
from pipelines.reports.endings import ending_of
from pipelines.reports.officers.lock import handed_in
from pipelines.reports.plan_gaps import plan_gaps
from pipelines.settings import DATABASE_FILE, VERDICT_FILE, Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.ledger import Arrival, LedgerDamaged, arrivals, open_ledger
from pipelines.storage.manifest import MANIFEST_FILE, file_hashes, manifest_intact, read_manifest
from pipelines.storage.runs import Run, runs

RUNS_SHOWN = 10
WARN_AHEAD = dt.timedelta(days=14)


def read_status(settings: Settings, today: dt.date, *, verify: bool = False) -> dict[str, Any]:
    """Return the whole status, with days and times as ISO text.

    Args:
        settings: The installation.
        today: Today in Việt Nam.
        verify: True hashes every file of the current version and of the editions; `damaged` then lists the files that
            do not match the manifest, else it is None.

    Raises:
        TthcError: If the calendar lacks this year.
    """
    version, manifest = current_version(settings), _manifest(settings)
    last, came, is_sound = _ledger(settings)
    received = newest_received(came)
    limit = load_holds(settings.province_dir).status.stale_working_days
    calendar = load_calendar(settings.country_dir / CALENDAR_FILE)
    age = _age(calendar, manifest, today)
    gate = newest_verdict(settings, last)
    return {
        "version": version,
        "as_of": manifest.get("as_of"),
        "synthetic": manifest.get("synthetic"),
        "age_working_days": age,
        "stale_after_working_days": limit,
        # Synthetic data and a day that was asked for are of the past on purpose.
        "is_stale": age is None or (age > limit and not manifest.get("synthetic") and settings.as_of is None),
        "open_data": _open_data(manifest, last),
        "editions": _editions(settings, deep=verify),
        "damaged": _damaged(settings) if verify and version else None,
        "ledger_damaged": not is_sound,
        "sources": read_sources(settings, settings.current_link, received),
        "left_in_landing": _left_in_landing(last),
        "runs": [_shown_run(run, settings) for run in last],
        "ending": ending_of(last[0], settings, gate).to_dict() if last else None,
        "gate": summed(gate),
        "held": gate.get("held", []),
        "overrides": gate.get("overrides", []),
        "reports_due": _reports_due(settings, today),
        "reports_handed_in": handed_in(settings),
        "calendar": [asdict(gap) for gap in years_to_complete(calendar, today)],
        "plan_gaps": _plan_gaps(settings),
        "quality_page": _quality_page(settings),
    }


def _ledger(settings: Settings) -> tuple[list[Run], list[Arrival], bool]:
    """Return the last runs, all arrivals, and whether the ledger is intact; a missing ledger is not created."""
    if not settings.ledger_file.exists():
        return [], [], True
    try:
        with open_ledger(settings.ledger_file) as ledger:
            return runs(ledger, RUNS_SHOWN), arrivals(ledger), True
    except (LedgerDamaged, sqlite3.DatabaseError):
        return [], [], False


def _manifest(settings: Settings) -> Mapping[str, Any]:
    """Return the current version's manifest; empty if nothing is published or it cannot be read."""
    try:
        return read_manifest(settings.current_link)
    except (OSError, ValueError):
        return {}


def _open_data(manifest: Mapping[str, Any], last: list[Run]) -> dict[str, Any] | None:
    """Return the state of the current version's open data: that of the last run on it, else that of its manifest.

    After a rollback only the manifest counts.
    """
    if (manifest.get("open_data") or {}).get("state") == "stays":
        last = []
    of_version = (run for run in last if run.version == manifest.get("version") and "open_data" in run.detail)
    newest = next(of_version, None)
    row = newest.detail["open_data"] if newest else manifest.get("open_data")
    return {name: row.get(name) for name in ("state", "why", "params", "since")} if row else None


def _editions(settings: Settings, *, deep: bool) -> dict[str, Any]:
    """Return the number of editions, the newest one, and the lost or damaged ones."""
    known = editions(settings)
    names = list(dict.fromkeys(entry.name for entry in known))
    return {"count": len(names), "newest": known[-1].name if known else None, "folder": str(settings.editions_dir),
            "damaged": damaged_editions(settings, deep=deep)}  # fmt: skip


def _age(calendar: WorkCalendar, manifest: Mapping[str, Any], today: dt.date) -> int | None:
    """Return the number of working days after the published as-of day, today included; None if unknown."""
    if "as_of" not in manifest:
        return None
    try:
        return max(0, int(working_days_between(calendar, manifest["as_of"], today.isoformat())))
    except CalendarError:
        raise TthcError("no_calendar", year=today.year) from None


def newest_verdict(settings: Settings, last: list[Run]) -> Mapping[str, Any]:
    """Return the newest verdict: on the refused candidate if the last run was refused, else on the published one."""
    last_gated = next((run for run in last if run.outcome in ("published", "unchanged", "refused")), None)
    if last_gated is not None and last_gated.outcome == "refused":
        path = settings.refused_dir / str(last_gated.version) / VERDICT_FILE
        if path.is_file():
            refused: Verdict = json.loads(path.read_text(encoding="utf-8"))
            return refused
    published: Mapping[str, Any] = _manifest(settings).get("gate", {})
    return published


def summed(gate: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a summary of the verdict; None if there is none."""
    if not gate:
        return None
    checks = [(table["table"], check) for table in gate["tables"] for check in table["checks"]]
    return {
        "success": gate["success"],
        "expected": gate["expected"],
        "passed": sum(check["success"] for _, check in checks),
        "tables": len(gate["tables"]),
        "compared_with": gate.get("compared_with"),
        "new_sources": gate.get("new_sources", []),
        "uncompared": gate.get("uncompared", []),
        "failed": [f"{table}.{check['id']}" for table, check in checks if not check["success"]],
        "problems": [
            *gate["problems"],
            *(f"{table['table']}: {problem}" for table in gate["tables"] for problem in table["problems"]),
        ],
    }


def _left_in_landing(last: list[Run]) -> list[dict[str, str]]:
    """Return the files that the last run left in landing: message code, file, and the sentence with the remedy."""
    left = last[0].detail.get(LEFT_IN_LANDING, []) if last else []
    return [{"code": entry["code"], "file": entry["file"], "why": say(**entry)} for entry in left]


def _shown_run(run: Run, settings: Settings) -> dict[str, Any]:
    """Return a run for display; a run marked as running whose process is gone is shown as interrupted."""
    row, detail = asdict(run), run.detail
    del row["detail"]
    ending = ending_of(run, settings)
    return {**row, "outcome": ending.outcome, "cause": detail.get("cause") or ending.cause, "why": ending.why}


def newest_received(came: list[Arrival]) -> dict[str, dt.date]:
    """Return the newest business day that came, by source."""
    received: dict[str, dt.date] = {}
    for arrival in came:
        source, day = arrival.delivery.source, arrival.delivery.business_day
        received[source] = max(day, received.get(source, day))
    return received


def read_sources(settings: Settings, version: Path, received: Mapping[str, dt.date]) -> list[dict[str, Any]]:
    """Return one entry per source ever delivered, with its newest received and its newest published business day.

    Args:
        settings: The installation.
        version: The folder of a version or a candidate, which knows what was published.
        received: The newest business day that came, by source (`newest_received`).
    """
    published: dict[str, dict[str, Any]] = {}
    database = version / DATABASE_FILE
    try:
        with open_read_only(database, settings.duckdb_config()) as connection:
            found = connection.execute(read_sql(__package__, "sql/source_freshness"))
            names = [column[0] for column in found.description or ()]
            published = {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}
    except (duckdb.Error, FileNotFoundError):
        pass  # nothing is published, or the version has no table of freshness: the ledger still has the deliveries
    nothing: dict[str, Any] = dict.fromkeys(("newest_day", "usual_gap", "silence", "longest_silence"))
    nothing |= {"delivered_days": 0, "is_late": False, "missing_days": []}
    row = []
    for source in sorted({*received, *published}):
        known = published.get(source, nothing)
        row.append(
            {
                **known,
                "source": source,
                "newest_day": _iso(known["newest_day"]),
                "newest_received": _iso(received.get(source)),
                "missing_days": [day.isoformat() for day in known["missing_days"]],
            }
        )
    return row


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _damaged(settings: Settings) -> list[str]:
    """Return files of the current version that are missing, changed or unexpected.

    If the manifest itself is damaged, it is the only entry.
    """
    folder = settings.current_link.resolve()
    try:
        manifest = read_manifest(folder)
        expected = manifest["files"] if manifest_intact(manifest) else None
    except (OSError, ValueError, KeyError, AttributeError):
        expected = None
    if expected is None:
        return [MANIFEST_FILE]
    found = file_hashes(folder) if folder.is_dir() else {}
    return sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))


def _reports_due(settings: Settings, today: dt.date) -> list[dict[str, str]]:
    """Return reports of the plan that are due within the next two weeks."""
    rules = load_period_rules(settings.province_dir)
    rows = period_table(rules, today).drop_nulls("report_due_date").to_dicts()
    return [
        {"period_code": row["period_code"], "report_due_date": row["report_due_date"].isoformat()}
        for row in rows
        if today <= row["report_due_date"] <= today + WARN_AHEAD
    ]


def _plan_gaps(settings: Settings) -> list[dict[str, Any]]:
    """Return the gaps in registers that affect the current version; empty if it cannot be read."""
    try:
        with open_read_only(settings.current_link / DATABASE_FILE, settings.duckdb_config()) as connection:
            return plan_gaps(connection)
    except (duckdb.Error, FileNotFoundError):
        return []


def _quality_page(settings: Settings) -> str | None:
    return str(settings.quality_page) if settings.quality_page.is_dir() else None
