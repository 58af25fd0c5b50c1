"""Run the nightly job in this process: the same Dagster job that the schedule starts.

Belongs here: starting the job and deriving its outcome. Does not belong here: assets (`assets`), recovery (`recovery`).
"""

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
from pipelines.storage.documents import OpenData
from pipelines.storage.ledger import open_ledger
from pipelines.storage.open_data_state import published_open_data
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import Run, end_run, runs


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


def run_nightly(settings: Settings) -> RunOutcome:
    """Run the job in this process.

    Raises:
        RunLocked: If another run is under way.
        CandidateRefused: If the gate refused the candidate.
        UsageFault: If the as-of day lies in the future.
        TthcError: If a step failed.
    """
    refuse_future(settings.as_of)
    with run_lock(settings):
        settings.work_dir.mkdir(parents=True, exist_ok=True)
        settings.verdict_file.unlink(missing_ok=True)
        prepare_home(settings.dagster_home)
        warnings.filterwarnings("ignore", module="dagster")

        from pipelines.nightly.build import JOB_NAME, build_definitions

        job = build_definitions(settings).resolve_job_def(JOB_NAME)
        # dbt prints two lines per model and test, which would hide our own progress.
        log = (settings.work_dir / "dbt.log").open("w", encoding="utf-8")
        with open_instance(settings.dagster_home) as instance, log, contextlib.redirect_stdout(log):
            close_killed_runs(instance, JOB_NAME)
            quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
            result = job.execute_in_process(instance=instance, run_config=quiet, raise_on_error=False)
        verdict_file = settings.verdict_file
        gate = json.loads(verdict_file.read_text(encoding="utf-8")) if verdict_file.exists() else {}
        # A successful Dagster run is not enough: an asset that yields nothing skips all later ones. A version must have
        # been published, or the ledger must say that this run found its version already made.
        events = result.asset_materializations_for_node("published_version")
        if result.success and events:
            published = events[0].metadata
            changed, beside = bool(published["changed"].value), bool(published["beside"].value)
            return RunOutcome(str(published["version"].value), changed, open_data_of_run(settings), beside)
        found = _run_without_work(settings) if result.success else None
        if found:
            open_data = None if found.outcome == "beside" else published_open_data(settings)
            return RunOutcome(str(found.version), False, open_data, found.outcome == "beside")
        if gate and not gate["success"]:
            raise CandidateRefused("gate_refused", version=RunSpec.load(settings).version)
        cause = cause_of(result, settings) if not result.success else TthcError("not_published")
        _record_cause(settings, cause)
        raise cause


def _run_without_work(settings: Settings) -> Run | None:
    """Return the run that just ended if it found its version already made, else None."""
    with open_ledger(settings.ledger_file) as ledger:
        last = runs(ledger, limit=1)
    return last[0] if last and last[0].outcome in ("unchanged", "beside") else None


def _record_cause(settings: Settings, cause: TthcError) -> None:
    """Record in the ledger why the run failed."""
    with open_ledger(settings.ledger_file) as ledger:
        last = runs(ledger, limit=1)
        if last and last[0].outcome == "failed":
            end_run(ledger, last[0].sequence, "failed", detail={"why": str(cause), "cause": cause.code})
    write_quality_page(settings)  # again, now that the cause is known
