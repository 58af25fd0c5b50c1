"""Dagster's home folder, in which its web page finds past runs.

Belongs here: creating it, replacing a damaged one and limiting its size. No figure depends on it.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.common.files import remove_tree
from pipelines.common.i18n import say

if TYPE_CHECKING:
    from dagster import DagsterInstance

JOB_NAME = "nightly"
EVENT_LOG = ("pipelines.nightly.event_log", "KeptEnginesEventLog")
DAGSTER_YAML = f"""\
# Made by tthc where there was none; telemetry stays off, and the steps' own messages reach the run's log.
telemetry:
  enabled: false
python_logs:
  managed_python_loggers: [tthc]
event_log_storage:
  module: {EVENT_LOG[0]}
  class: {EVENT_LOG[1]}
"""
GOING_ON = ("STARTED", "STARTING", "CANCELING")  # Dagster's states of a run that has a process
# Each run adds a database of some megabytes; after so many runs a new home is begun, and the last one is kept.
RUNS_KEPT = 60


def prepare_home(home: Path) -> None:
    """Create a Dagster home with telemetry off; move a full or damaged one to `<home>-earlier` first."""
    if len(list(home.glob("history/runs/*.db"))) > RUNS_KEPT or not _is_sound(home):
        earlier = home.with_name(f"{home.name}-earlier")
        remove_tree(earlier)
        home.rename(earlier)
    home.mkdir(parents=True, exist_ok=True)
    yaml = home / "dagster.yaml"
    if not yaml.exists() or not yaml.read_bytes().strip(b"\0"):
        yaml.write_text(DAGSTER_YAML, encoding="utf-8")


def _is_sound(home: Path) -> bool:
    """Return True if SQLite finds no fault in the databases that every run opens."""
    for path in (home / "history" / "runs.db", home / "history" / "runs" / "index.db"):
        if path.exists():
            try:
                with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
                    verdict = connection.execute("pragma quick_check").fetchone()
            except sqlite3.DatabaseError:
                return False
            if verdict != ("ok",):
                return False
    return True


def open_instance(home: Path) -> "DagsterInstance":
    """Return Dagster's instance with its home there, whatever DAGSTER_HOME says."""
    import dagster as dg
    from dagster._core.instance.ref import InstanceRef

    events = {"module": EVENT_LOG[0], "class": EVENT_LOG[1], "config": {"base_dir": str(home / "history" / "runs")}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides={"event_log_storage": events}))


def shows_killed_runs(home: Path) -> bool:
    """Return True if Dagster still shows a run of the job as running; False if its databases cannot be read.

    The caller holds the lock, so the process of such a run is gone. Dagster itself is not needed to find out.
    """
    path = home / "history" / "runs.db"
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
            found = connection.execute(
                "select 1 from runs where pipeline_name = ? and status in (?, ?, ?) limit 1", (JOB_NAME, *GOING_ON)
            ).fetchone()
    except sqlite3.DatabaseError:
        return False
    return found is not None


def close_killed_runs(instance: "DagsterInstance") -> int:
    """Mark runs that Dagster still shows as running as failed, and return how many.

    Their processes are gone, since the caller holds the lock.
    """
    import dagster as dg

    going_on = [dg.DagsterRunStatus(status) for status in GOING_ON]
    killed = instance.get_runs(filters=dg.RunsFilter(job_name=JOB_NAME, statuses=going_on))
    for run in killed:
        instance.report_run_failed(run, message=say("run_was_killed"))
    return len(killed)
