"""Run the nightly job in this process: its first steps and, if there is work, the Dagster job that the schedule starts.

Belongs here: starting the job and deriving its outcome. A run with nothing new loads neither Dagster nor dbt nor Great
Expectations. Does not belong here: the steps (`steps`, `assets`), recovery (`recovery`).
"""

import contextlib
import json
import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.common.errors import CandidateRefused, TthcError
from pipelines.common.i18n import say
from pipelines.landing.discover import Days
from pipelines.nightly.causes import cause_of, cause_of_error, raise_interrupt
from pipelines.nightly.context import Nightly, open_run
from pipelines.nightly.dagster_home import (
    JOB_NAME,
    close_killed_runs,
    open_instance,
    remove_old_runs,
    shows_killed_runs,
)
from pipelines.nightly.lock import run_lock
from pipelines.nightly.steps import (
    ends_without_work,
    finish_parse_of_models,
    land_deliveries,
    lay_out_workspace,
    parse_deliveries,
    prepare_dbt,
    start_dbt,
    start_parse_of_models,
)
from pipelines.publish.beside import refuse_future
from pipelines.settings import Settings
from pipelines.storage.documents import OpenData
from pipelines.storage.open_data_state import published_open_data
from pipelines.storage.run_spec import RunSpec

log = logging.getLogger("tthc.stage")
# The steps before dbt, by the names that they have in Dagster.
FIRST_STEPS = {"landing": land_deliveries, "parsing_privacy_lake": parse_deliveries, "workspace": ends_without_work}


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended.

    Attributes:
        version: The version that is published or, with `is_beside`, the one computed beside it.
        changed: True if that changed what is published.
        open_data: The state of its open data; None for a version computed beside, or if unknown.
        is_beside: True if the version was computed beside the published one.
    """

    version: str
    changed: bool
    open_data: OpenData | None = None
    is_beside: bool = False


def run_nightly(settings: Settings, began: float | None = None, days: Days | None = None) -> RunOutcome:
    """Run the job in this process.

    Args:
        settings: The installation.
        began: When the work on the run began, by `time.monotonic`; default: now.
        days: First and last business day to take in; None is all.

    Raises:
        RunLocked: If another run is under way.
        CandidateRefused: If the gate refused the candidate.
        UsageFault: If the as-of day lies in the future.
        TthcError: If a step failed.
    """
    refuse_future(settings.as_of)
    with run_lock(settings), open_run(settings, began, days=days) as run:
        try:
            return _run_first_steps(run) or _compute(run)
        except TthcError as cause:
            run.record_failure(cause)
            raise


def _run_first_steps(run: Nightly) -> RunOutcome | None:
    """Run the steps before dbt; return the outcome if the version is made already, else None, and dbt is started."""
    start_parse_of_models(run)
    for name, step in FIRST_STEPS.items():
        _do(run, name, step)
        if step is land_deliveries:
            prepare_dbt(run)
    finish_parse_of_models(run)
    spec = run.run_spec
    if spec is None or not run.is_made:
        _do(run, "workspace", lay_out_workspace)
        start_dbt(run)
        return None
    if shows_killed_runs(run.settings.dagster_home):
        with open_instance(run.settings) as instance:
            close_killed_runs(instance)
    open_data = None if spec.is_beside else published_open_data(run.settings)
    return RunOutcome(spec.version, False, open_data, spec.is_beside)


def _compute(run: Nightly) -> RunOutcome:
    """Compute, judge and publish. What was carried over and then failed or was refused is computed whole, once.

    So neither a refusal nor a failure is ever the fault of a shortcut, and the rows that a check found can be located.
    What fails after publication is not computed again, and want of memory would be no smaller the second time.
    """
    if run.carried is None:
        return _run_in_dagster(run)
    try:
        return _run_in_dagster(run)
    except TthcError as cause:
        if run.outcome not in ("running", "refused") or cause.code in ("out_of_memory", "child_killed"):
            raise
        log.warning(say("carried_computed_whole", why=cause))
        run.compute_whole(cause)
        _do(run, "workspace", lay_out_workspace)
        start_dbt(run)
        return _run_in_dagster(run)


def _do(run: Nightly, name: str, step: Callable[[Nightly], object]) -> None:
    """Do a step; a fault of it is raised as Dagster's would be (`causes`)."""
    try:
        step(run)
    except Exception as error:
        raise cause_of_error(name, error, run.settings) from error


def _run_in_dagster(run: Nightly) -> RunOutcome:
    """Run the job in Dagster, whose first steps are done already and dbt under way, and return the outcome."""
    settings = run.settings
    warnings.filterwarnings("ignore", module="dagster")

    from pipelines.nightly.build import build_definitions
    from pipelines.open_data.publication import open_data_of_run

    job = build_definitions(settings, run).resolve_job_def(JOB_NAME)
    # dbt prints two lines per model and test, which would hide our own progress.
    log = (settings.work_dir / "dbt.log").open("w", encoding="utf-8")
    with open_instance(settings) as instance, log, contextlib.redirect_stdout(log):
        close_killed_runs(instance)
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        result = job.execute_in_process(instance=instance, run_config=quiet, raise_on_error=False)
        remove_old_runs(instance, settings.dagster_home)
    raise_interrupt(result)
    verdict_file = settings.verdict_file
    gate = json.loads(verdict_file.read_text(encoding="utf-8")) if verdict_file.exists() else {}
    # A successful Dagster run is not enough: an asset that yields nothing skips all later ones. A version must have
    # been published.
    events = result.asset_materializations_for_node("published_version")
    if result.success and events:
        published = events[0].metadata
        changed, beside = bool(published["changed"].value), bool(published["beside"].value)
        return RunOutcome(str(published["version"].value), changed, open_data_of_run(settings), beside)
    if gate and not gate["success"]:
        raise CandidateRefused("gate_refused", version=RunSpec.load(settings).version)
    raise cause_of(result.get_step_failure_events(), settings) if not result.success else TthcError("not_published")
