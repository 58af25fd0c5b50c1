"""Runs that Dagster itself starts, from its page or its schedule: which part of a night they are, and why they failed.

Belongs here: telling a whole night from a part, and a part that makes sense from one that does not. Does not belong
here: the steps (`steps`), and the command, which does the first steps before Dagster is loaded (`run`).
"""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pipelines.common.errors import TthcError
from pipelines.common.i18n import say
from pipelines.landing.discover import Days
from pipelines.nightly.causes import cause_of
from pipelines.nightly.context import Nightly, open_run
from pipelines.nightly.dagster_home import JOB_NAME, close_killed_runs, remove_old_runs
from pipelines.settings import Settings

log = logging.getLogger("tthc.dagster")
# By their names in Dagster (`assets`, `checks`, `dbt_assets`).
FIRST_STEPS = {"take_in", "landing", "parsing_privacy_lake"}
ALL_STEPS = {"landing", "parsing_privacy_lake", "workspace", "dbt_build", "quarantine", "candidate", "gate",
             "published_version"}  # fmt: skip
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
PARTITION = "dagster/partition"


def is_whole(run: dg.DagsterRun) -> bool:
    """Return True if a run of Dagster's is a whole night, False if it only takes deliveries in.

    Raises:
        TthcError: If it is some other part. Tables are built together and judged together, or not at all.
    """
    steps = set(run.step_keys_to_execute or ALL_STEPS)
    if steps >= ALL_STEPS:
        return True
    if steps <= FIRST_STEPS:
        return False
    raise TthcError("part_of_night", job=JOB_NAME)


def days_of(run: dg.DagsterRun) -> Days | None:
    """Return the first and last business day that a run was started for (its partitions); None for all."""
    day = run.tags.get(PARTITION)
    first, last = run.tags.get(RANGE_START, day), run.tags.get(RANGE_END, day)
    return (dt.date.fromisoformat(first), dt.date.fromisoformat(last)) if first and last else None


@contextmanager
def open_dagster_run(settings: Settings, run: dg.DagsterRun, instance: dg.DagsterInstance) -> Iterator[Nightly]:
    """Open a run that Dagster started, and do before and after it what the command does.

    A night computes everything: where the command finds out that what it carried over has failed, it computes all anew,
    and Dagster could not take back the steps that it shows as done.

    Raises:
        RunLocked: If another run is under way.
        TthcError: If this part of a night cannot be run by itself.
    """
    whole = is_whole(run)
    computing = settings.model_copy(update={"rebuild": True})
    with open_run(computing, days=days_of(run), is_whole=whole) as opened:
        close_killed_runs(instance, spared=run.run_id)
        try:
            yield opened
        finally:
            opened.record_failure(_cause(settings, run, instance))
            remove_old_runs(instance, settings.dagster_home)


def _cause(settings: Settings, run: dg.DagsterRun, instance: dg.DagsterInstance) -> TthcError | None:
    """Return the error that stopped the run; None if no step failed."""
    failed: Sequence[Any] = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return cause_of([entry.dagster_event for entry in failed], settings) if failed else None


def refusal(error: TthcError) -> dg.Failure:
    """Return an error for Dagster's page: one sentence that says what to do, and no attempt to try again."""
    return dg.Failure(description=str(error), allow_retries=False, metadata={"why": say(error.code, **error.params)})
