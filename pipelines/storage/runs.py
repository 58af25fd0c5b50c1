"""The runs of the nightly job in the ledger: when each began, how it ended, which version it made.

They are for people and for pruning; no figure depends on them. Does not belong here: the schema of the table (that of
the whole ledger, `sql/ledger_schema`).
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.storage.memory_kills import cause_of_end, kernel_memory_kills

RUNS_KEPT = 1_000
KILLS_BEFORE = "memory_kills_before"
CAME = "came"  # under which a run keeps what it took in, by source
CARRYING = "carrying"  # under which a run keeps what it carried over, a message code
LOCKED_OUT = "locked_out"  # under which a run keeps when another one could not begin because of it
SECONDS = "seconds"  # under which a run keeps the seconds of its stages
STAGES = ("start", "landing", "parsing", "workspace", "spark", "transform", "candidate", "gate", "publish", "end")


@dataclass(frozen=True)
class Run:
    """One run of the nightly job.

    Attributes:
        began: UTC by the clock of the machine (ISO), for people only; so is `ended`, None while it runs.
        outcome: running, published, unchanged, beside, received (deliveries only), refused, failed or interrupted.
        version: Name of the version that it made or found; None if there is none.
        as_of: ISO date; None if it was not known yet.
        detail: More facts, such as why it failed.
    """

    sequence: int
    pid: int
    began: str
    ended: str | None
    outcome: str
    version: str | None
    as_of: str | None
    detail: dict[str, Any]


def begin_run(ledger: sqlite3.Connection, pid: int) -> int:
    """Add the run that begins, and return its number; the caller holds the lock of the job.

    So a run that is still marked as running was killed: it becomes `interrupted`. The newest RUNS_KEPT runs are kept.
    """
    for sequence, detail in ledger.execute("select sequence, detail from run where outcome = 'running'").fetchall():
        cause = json.dumps({"cause": cause_of_end(json.loads(detail).get(KILLS_BEFORE))})
        ledger.execute(
            "update run set outcome = 'interrupted', detail = json_patch(detail, ?) where sequence = ?",
            (cause, sequence),
        )
    row = ledger.execute(
        "insert into run (pid, began, outcome, detail) values (?, ?, 'running', ?) returning sequence",
        (pid, _now(), json.dumps({KILLS_BEFORE: kernel_memory_kills()})),
    ).fetchone()
    ledger.execute("delete from run where sequence <= ?", (row[0] - RUNS_KEPT,))
    return int(row[0])


def end_run(
    ledger: sqlite3.Connection, sequence: int, outcome: str, *, version: str | None = None, as_of: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """Write how a run ended; what is not given stays unchanged, so that a reason can be added later.

    Args:
        ledger: An open ledger.
        sequence: The number that `begin_run` returned.
        outcome: One of the outcomes of `Run`.
        version: The version that the run made.
        as_of: Its as-of day (ISO).
        detail: More facts, merged into the present ones.
    """
    ledger.execute(
        "update run set ended = ?, outcome = ?, version = coalesce(?, version), as_of = coalesce(?, as_of),"
        " detail = json_patch(detail, ?) where sequence = ?",
        (_now(), outcome, version, as_of, json.dumps(detail or {}, ensure_ascii=False), sequence),
    )


def reopen_run(ledger: sqlite3.Connection, sequence: int) -> None:
    """Take back the outcome of a run that goes on after all."""
    ledger.execute("update run set ended = null, outcome = 'running' where sequence = ?", (sequence,))


def note_run(ledger: sqlite3.Connection, detail: Mapping[str, object]) -> None:
    """Merge facts into the details of the current run; do nothing if none is running."""
    ledger.execute(
        "update run set detail = json_patch(detail, ?)"
        " where sequence = (select max(sequence) from run) and outcome = 'running'",
        (json.dumps(detail, ensure_ascii=False),),
    )


def note_locked_out(ledger: sqlite3.Connection) -> None:
    """Note in the run that goes on that another one could not begin now; do nothing if none is running."""
    note_run(ledger, {LOCKED_OUT: _now()})


def note_detail(ledger: sqlite3.Connection, sequence: int, detail: Mapping[str, object]) -> None:
    """Merge facts into the details of a run, which may have ended already."""
    ledger.execute("update run set detail = json_patch(detail, ?) where sequence = ?", (json.dumps(detail), sequence))


def note_seconds(ledger: sqlite3.Connection, sequence: int, seconds: Mapping[str, float]) -> None:
    """Merge the seconds of some stages (`STAGES`) into the details of a run, which may have ended already."""
    note_detail(ledger, sequence, {SECONDS: seconds})


def runs(ledger: sqlite3.Connection, limit: int = 10) -> list[Run]:
    """Return the newest runs, the newest first."""
    rows = ledger.execute(
        "select sequence, pid, began, ended, outcome, version, as_of, detail from run order by sequence desc limit ?",
        (limit,),
    ).fetchall()
    return [
        Run(sequence, pid, began, ended, outcome, version, as_of, json.loads(detail))
        for sequence, pid, began, ended, outcome, version, as_of, detail in rows
    ]


def last_runs(ledger: sqlite3.Connection) -> dict[str, int]:
    """Return by version the number of the last run that made it."""
    return dict(ledger.execute("select version, max(sequence) from run where version is not null group by version"))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
