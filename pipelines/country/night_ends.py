"""How the night of a province ended, as its own ledger says: outcome, version, reason and what to do next.

Belongs here: finding the run of a process in the ledger, and what stands for it where there is none. Does not belong
here: the sentences (`reports.endings`), printing (`cli.country`).
"""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.common.errors import EXIT_LOCKED, EXIT_OPEN_DATA_KEPT, EXIT_PUBLISHED, TthcError
from pipelines.common.i18n import say
from pipelines.country.nights import NightEnd
from pipelines.reports.endings import ending_of
from pipelines.reports.status import newest_verdict
from pipelines.settings import Settings
from pipelines.storage.ledger import LedgerDamaged, open_ledger
from pipelines.storage.runs import Run, runs

# Among which the run of a process is looked for; further back the number may be that of another process.
NEWEST = 3


@dataclass(frozen=True)
class ProvinceNight:
    """The night of one province, for people.

    Attributes:
        code: Code of the province.
        exit_code: As of `tthc run`.
        outcome: An outcome of `storage.runs.Run`; `locked` if another run was under way, `not_started` if it never
            began.
        version: Name of the version that it made or found; None if there is none.
        as_of: Its as-of day (ISO); None if it was not known.
        why: What went wrong; None if nothing did.
        next_step: What to do.
        log: Path of what it printed; None if it was never started.
        seconds: How long it took.
    """

    code: str
    exit_code: int
    outcome: str
    version: str | None
    as_of: str | None
    why: str | None
    next_step: str
    log: str | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the night for JSON."""
        return asdict(self)


def read_night(settings: Settings, end: NightEnd) -> ProvinceNight:
    """Return how a night ended.

    Args:
        settings: Those of the province.
        end: The end of its process.
    """
    log = str(end.log) if end.log else None

    def night(outcome: str, why: str | None, next_step: str, run: Run | None = None) -> ProvinceNight:
        version, as_of = (run.version, run.as_of) if run else (None, None)
        return ProvinceNight(end.code, end.exit_code, outcome, version, as_of, why, next_step, log, end.seconds)

    if end.why is not None:
        return night("not_started", str(end.why), say("country_mend_entry", province=end.code))
    if end.exit_code == EXIT_LOCKED:
        return night("locked", _last_line(end), say("next_locked"))
    run = _run_of(settings, end)
    if run is None:
        return night("failed", _last_line(end), say("country_see_log", log=log))
    ending = ending_of(run, settings, newest_verdict(settings, [run]))
    if end.exit_code == EXIT_OPEN_DATA_KEPT:
        return night(ending.outcome, say("night_open_data_kept"), say("country_see_log", log=log), run)
    if end.exit_code != EXIT_PUBLISHED and ending.is_good:
        # It published, and broke in what it does afterwards.
        return night(ending.outcome, _last_line(end), say("country_see_log", log=log), run)
    return night(ending.outcome, ending.why, ending.next_step, run)


def _run_of(settings: Settings, end: NightEnd) -> Run | None:
    """Return the run of the process in the ledger; None if it never began one or the ledger cannot be read."""
    if not settings.ledger_file.exists():
        return None
    try:
        with open_ledger(settings.ledger_file) as ledger:
            return next((run for run in runs(ledger, NEWEST) if run.pid == end.pid), None)
    except (LedgerDamaged, TthcError, sqlite3.Error, OSError):
        return None


def _last_line(end: NightEnd) -> str | None:
    """Return the last line that a night printed: the error that ended it."""
    if end.log is None or not end.log.is_file():
        return None
    lines = [line.strip() for line in end.log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), None)
