"""Dagster's home folder, in which its page and its daemon find runs, schedules and sensors.

Belongs here: creating it, replacing a damaged one, and removing what old runs left in it. No figure depends on it. Does
not belong here: what Dagster runs (`build`).
"""

import contextlib
import logging
import os
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from pipelines.common.files import remove_tree
from pipelines.common.i18n import say
from pipelines.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

log = logging.getLogger("tthc.dagster")
JOB_NAME, DEFINITIONS = "nightly", "pipelines.definitions"
EVENT_LOG = ("pipelines.nightly.event_log", "KeptEnginesEventLog")
MADE_BY_US = "# Made by tthc, and made again when settings change; delete this line to keep changes of your own."
DAGSTER_YAML = """\
{made_by_us}
# Nothing is sent anywhere, no newsletter is offered, and the steps' own messages reach the run's log.
telemetry:
  enabled: false
nux:
  enabled: false
python_logs:
  managed_python_loggers: [tthc]
# The daemon ends a run that its process left behind, or that takes longer than TTHC_LONGEST_NIGHT.
run_monitoring:
  enabled: true
  max_runtime_seconds: {seconds}
event_log_storage:
  module: {event_log[0]}
  class: {event_log[1]}
"""
GOING_ON = ("STARTED", "STARTING", "CANCELING")  # Dagster's states of a run that has a process
# Each run has a database of some megabytes.
RUNS_KEPT = 100


def page_lock(home: Path) -> FileLock:
    """Return the lock that the page with its daemon holds while it uses a home (`tthc dagster`)."""
    home.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(home.with_name(f"{home.name}-page.lock"), timeout=0)


def prepare_home(settings: Settings, more: str = "") -> bool:
    """Create Dagster's home with its settings, and return True if it can be used.

    A damaged home is moved to `<home>-earlier` first; if a page or daemon is running in it, it is left alone and cannot
    be used until that is stopped.

    Args:
        settings: The installation.
        more: Further lines of dagster.yaml.
    """
    home = settings.dagster_home
    if not _is_sound(home):
        lock = page_lock(home)
        try:
            with lock:
                earlier = home.with_name(f"{home.name}-earlier")
                remove_tree(earlier)
                home.rename(earlier)
        except TimeoutError:
            return False
    home.mkdir(parents=True, exist_ok=True)
    yaml = home / "dagster.yaml"
    text = DAGSTER_YAML.format(
        made_by_us=MADE_BY_US, seconds=settings.longest_night * 60, event_log=EVENT_LOG
    ) + more  # fmt: skip
    present = yaml.read_bytes().strip(b"\0").decode(errors="replace") if yaml.exists() else ""
    if present != text and (not present or present.startswith("# Made by tthc")):
        yaml.write_text(text, encoding="utf-8")
    return True


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


def open_instance(settings: Settings) -> "DagsterInstance":
    """Return Dagster's instance with its home prepared, whatever DAGSTER_HOME says.

    Where the home cannot be used, it is one that keeps nothing: the night matters more than its page.
    """
    import dagster as dg
    from dagster._core.instance.ref import InstanceRef

    home = settings.dagster_home
    if not prepare_home(settings):
        return dg.DagsterInstance.ephemeral()
    events = {"module": EVENT_LOG[0], "class": EVENT_LOG[1], "config": {"base_dir": str(home / "history" / "runs")}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides={"event_log_storage": events}))


def shows_killed_runs(home: Path) -> bool:
    """Return True if Dagster still shows a run as running; False if its databases cannot be read.

    The caller holds the lock, so the process of such a run is gone. Dagster itself is not needed to find out.
    """
    path = home / "history" / "runs.db"
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
            found = connection.execute("select 1 from runs where status in (?, ?, ?) limit 1", GOING_ON).fetchone()
    except sqlite3.DatabaseError:
        return False
    return found is not None


def close_killed_runs(instance: "DagsterInstance", spared: str | None = None) -> int:
    """Mark runs that Dagster still shows as running as failed, and return how many.

    Their processes are gone, since the caller holds the lock.

    Args:
        instance: Dagster's instance.
        spared: The id of the caller's own run, if Dagster has one already.
    """
    import dagster as dg

    going_on = [dg.DagsterRunStatus(status) for status in GOING_ON]
    found = instance.get_runs(filters=dg.RunsFilter(statuses=going_on))
    killed = [run for run in found if run.run_id != spared]
    for run in killed:
        instance.report_run_failed(run, message=say("run_was_killed"))
    return len(killed)


def remove_old_runs(instance: "DagsterInstance", home: Path, keep: int = RUNS_KEPT) -> int:
    """Remove the oldest ended runs beyond a number, with their events, and return how many.

    Schedules, sensors and their state stay; a page or daemon may be running meanwhile. A fault is logged and changes
    nothing of the night, which has ended already.
    """
    try:
        return _remove_old_runs(instance, home, keep)
    except Exception as error:
        log.warning(say("old_runs_stay", why=type(error).__name__))
        return 0


def _remove_old_runs(instance: "DagsterInstance", home: Path, keep: int) -> int:
    import dagster as dg

    ended = [status for status in dg.DagsterRunStatus if status.value in ("SUCCESS", "FAILURE", "CANCELED")]
    records = instance.get_run_records(filters=dg.RunsFilter(statuses=ended))
    old = [record.dagster_run.run_id for record in records[keep:]]  # the newest come first
    for run_id in old:
        instance.delete_run(run_id)
        for path in (home / "history" / "runs").glob(f"{run_id}.db*"):
            path.unlink(missing_ok=True)
        remove_tree(home / "storage" / run_id)
    return len(old)


def page_command(
    settings: Settings, host: str, port: int, module: str = DEFINITIONS
) -> tuple[list[str], dict[str, str]]:  # fmt: skip
    """Return the command of Dagster's page with its daemon, and its environment, for a home that is prepared."""
    command = [str(Path(sys.executable).parent / "dagster"), "dev", "-m", module,
               "--host", host, "--port", str(port)]  # fmt: skip
    return command, {**os.environ, "DAGSTER_HOME": str(settings.dagster_home), "PYTHONWARNINGS": "ignore"}
