"""Starting the nightly job from a command: the same Dagster job that the schedule starts, run to its end here."""

import contextlib
import json
import warnings
from dataclasses import dataclass

from pipelines.common.errors import CandidateRefused, TthcError
from pipelines.nightly.causes import cause_of
from pipelines.nightly.dagster_home import close_killed_runs, open_instance, prepare_home
from pipelines.nightly.lock import run_lock
from pipelines.open_data.publication import open_data_of_run
from pipelines.publish.beside import refuse_future
from pipelines.reports.quality.write import write_quality_page
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.open_data_state import OpenData, published_open_data
from pipelines.storage.runs import Run, end_run, runs


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended.

    `version`: the published one, and whether it is new (`changed`), with the state of its open data; with `is_beside`
    the one that was computed beside the published one.
    """

    version: str
    changed: bool
    open_data: OpenData | None = None
    is_beside: bool = False


def run_nightly(settings: Settings) -> RunOutcome:
    """Run the job in this process.

    Raises:
        RunLocked: Another run is under way.
        CandidateRefused: The gate did not pass the candidate.
        UsageFault: The as-of day lies in the future.
        TthcError: What stopped a step.
    """
    refuse_future(settings.as_of)
    with run_lock(settings):
        settings.work_dir.mkdir(parents=True, exist_ok=True)
        verdict = settings.work_dir / "gate.json"
        verdict.unlink(missing_ok=True)
        prepare_home(settings.dagster_home)
        warnings.filterwarnings("ignore", module="dagster")

        from pipelines.nightly.build import JOB_NAME, build_definitions

        job = build_definitions(settings).resolve_job_def(JOB_NAME)
        # dbt's own lines, two per model and test, would drown what a person watches.
        log = (settings.work_dir / "dbt.log").open("w", encoding="utf-8")
        with open_instance(settings.dagster_home) as instance, log, contextlib.redirect_stdout(log):
            close_killed_runs(instance, JOB_NAME)
            quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
            result = job.execute_in_process(instance=instance, run_config=quiet, raise_on_error=False)
        gate = json.loads(verdict.read_text(encoding="utf-8")) if verdict.exists() else {}
        plan_file = settings.work_dir / "plan.json"
        # A green run proves nothing: a step that emits nothing skips what follows. A publication counts, or the
        # ledger's word that this run found its version out already.
        events = result.asset_materializations_for_node("published_version")
        if result.success and events:
            published = events[0].metadata
            changed, beside = bool(published["changed"].value), bool(published["beside"].value)
            return RunOutcome(str(published["version"].value), changed, open_data_of_run(settings), beside)
        found = _version_found(settings) if result.success else None
        if found:
            open_data = None if found.outcome == "beside" else published_open_data(settings)
            return RunOutcome(str(found.version), False, open_data, found.outcome == "beside")
        if gate and not gate["success"]:
            raise CandidateRefused("gate_refused", version=json.loads(plan_file.read_text(encoding="utf-8"))["version"])
        cause = cause_of(result, settings) if not result.success else TthcError("not_published")
        _note(settings, cause)
        raise cause


def _version_found(settings: Settings) -> Run | None:
    """Return the run just ended, if the ledger says that it found its version made already; null where it did not."""
    with open_ledger(settings.ledger_file) as ledger:
        last = runs(ledger, limit=1)
    return last[0] if last and last[0].outcome in ("unchanged", "beside") else None


def _note(settings: Settings, cause: TthcError) -> None:
    """Record in the ledger why the run failed, for the morning."""
    with open_ledger(settings.ledger_file) as ledger:
        last = runs(ledger, limit=1)
        if last and last[0].outcome == "failed":
            end_run(ledger, last[0].sequence, "failed", detail={"why": str(cause), "cause": cause.code})
    write_quality_page(settings)  # once more, now that it is known why
