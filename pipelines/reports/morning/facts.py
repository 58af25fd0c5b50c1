"""What the summary of a night says, as plain data, from ledger, verdict and published version.

Does not belong here: wording and layout (`render`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.sql import read_sql
from pipelines.publish.read_only import open_read_only
from pipelines.publish.versions import published_history
from pipelines.reports.endings import Ending, ending_of
from pipelines.reports.held_items import held_sentence, proposed_lines
from pipelines.reports.status import newest_received, newest_verdict, read_sources, read_status, summed
from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.ledger import arrivals, open_ledger
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import CAME, SECONDS, Run, runs

UNITS_SHOWN, REASONS_SHOWN, HELD_SHOWN = 10, 3, 20


@dataclass(frozen=True)
class Turned:
    """A goal of the plan whose standing is another than in the version before.

    Attributes:
        before: Standing in the version before: met, not_met, tracked or no_data; None if it had no such goal.
        now: Standing now.
    """

    goal_code: str
    wording: str
    unit_level: str | None
    before: str | None
    now: str
    value: float | None
    target: float | None


@dataclass(frozen=True)
class Morning:
    """The summary of one run.

    Attributes:
        run: The run.
        ending: How it ended, and what to do.
        status: The status of the warehouse (`status.read_status`).
        came: By source what this run took in: files, refused files, rows, rejected rows.
        rejected: Units with the most rejected rows in what this run took in: name, rows, main reasons.
        held: Sentences on held items that nobody has approved, each with the line that approves it; None where one
            before it has the same line.
        turned: Goals whose standing changed with this version.
        seconds: How long the run took, all stages together; None if unknown.
    """

    run: Run
    ending: Ending
    status: Mapping[str, Any]
    came: Mapping[str, Mapping[str, int]]
    rejected: Sequence[tuple[str, int, str]]
    held: Sequence[tuple[str, str | None]]
    turned: Sequence[Turned]
    seconds: float | None


@dataclass(frozen=True)
class Sealing:
    """A candidate that is about to be published: its folder, what it is, and the gate's verdict."""

    folder: Path
    spec: RunSpec
    verdict: Mapping[str, Any]


def read_morning(settings: Settings, today: dt.date, sealing: Sealing | None = None) -> Morning | None:
    """Return the summary of the newest run; None if there was none.

    Args:
        settings: The installation.
        today: Today in Việt Nam.
        sealing: The candidate that this run publishes next: the summary is then that of the published version.
    """
    if not settings.ledger_file.exists():
        return None
    with open_ledger(settings.ledger_file) as ledger:
        last, arrived = runs(ledger, limit=1), newest_received(arrivals(ledger))
    if not last:
        return None
    run, status, verdict = last[0], read_status(settings, today), newest_verdict(settings, last)
    versions = [settings.versions_dir / name for name in published_history(settings)[-2:]]
    if sealing is not None:
        verdict, spec, versions = sealing.verdict, sealing.spec, [*versions[-1:], sealing.folder]
        run = replace(run, outcome="published", version=spec.version, as_of=spec.as_of)
        status = {
            **status, "version": spec.version, "as_of": spec.as_of, "synthetic": spec.is_synthetic,
            "held": verdict["held"], "gate": summed(verdict), "is_stale": False,
            "sources": read_sources(settings, sealing.folder, arrived),
        }  # fmt: skip
    came, seconds = run.detail.get(CAME, {}), run.detail.get(SECONDS)
    return Morning(
        run, ending_of(run, settings, verdict), status, came,
        _rejected(versions[-1], sorted(came)) if came and versions else [],
        _held(settings, status, run.as_of), _turned(versions) if run.outcome == "published" else [],
        sum(seconds.values()) if seconds else None,
    )  # fmt: skip


def _held(settings: Settings, status: Mapping[str, Any], as_of: str | None) -> list[tuple[str, str | None]]:
    waiting = [item for item in status["held"] if item["override_code"] is None][:HELD_SHOWN]
    return [
        (held_sentence(item, settings.country_dir) or f"{item['register']} {item['entry']}", line)
        for item, line in proposed_lines(waiting, as_of)
    ]


def _rejected(version: Path, sources: list[str]) -> list[tuple[str, int, str]]:
    """Return the units with the most rejected rows on the newest day of some sources."""
    found: dict[str, list[tuple[int, str]]] = {}
    for unit, source, reason, count in _rows(version, "sql/rejected_newest", {"sources": sources}):
        found.setdefault(unit, []).append((count, f"{source}.{reason}"))
    counts = {unit: sum(count for count, _ in rows) for unit, rows in found.items()}
    most = sorted(counts, key=lambda unit: (-counts[unit], unit))[:UNITS_SHOWN]
    reasons = {unit: sorted(found[unit], reverse=True)[:REASONS_SHOWN] for unit in most}
    shown = {unit: ", ".join(f"{name} ({count})" for count, name in reasons[unit]) for unit in most}
    return [(unit, counts[unit], shown[unit]) for unit in most]


def _turned(versions: Sequence[Path]) -> list[Turned]:
    """Return the goals whose standing differs between the last two versions; none if there is one only."""
    if len(versions) < 2:
        return []
    now, before = _goals(versions[-1]), _goals(versions[-2])
    return [
        Turned(code, wording, level, before.get((code, level), (None,))[0], standing, value, target)
        for (code, level), (standing, value, target, wording) in now.items()
        if before.get((code, level), (None,))[0] != standing
    ]


def _goals(folder: Path) -> dict[tuple[str, str | None], tuple[Any, ...]]:
    return {(goal, level): tuple(row) for goal, level, *row in _rows(folder, "sql/goals", {})}


def _rows(folder: Path, query: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a query on a version; none if it cannot be read or lacks a table."""
    try:
        with open_read_only(folder / DATABASE_FILE, {}) as connection:
            return connection.execute(read_sql(__package__, query), params).fetchall()
    except (duckdb.Error, FileNotFoundError):
        return []
