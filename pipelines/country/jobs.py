"""Dagster's definitions of an installation with several provinces: one partition per province.

A run of the job `nights` is the night of one province, so a backfill or the schedule starts one run each, and the run
queue lets as many go on as the list of provinces allows. In it the night is `tthc run` in a process of its own, under
the settings of its province. Belongs here: assets, jobs, schedule and sensor. Does not belong here: Dagster's home
(`run_queue`), the definitions of a single province, which stay as they are (`nightly.build`).
"""

import hashlib
import importlib
from collections.abc import Iterator

import dagster as dg

from pipelines.common.errors import EXIT_OPEN_DATA_KEPT, EXIT_PUBLISHED, TthcError, UsageFault
from pipelines.common.i18n import say
from pipelines.country.night_ends import ProvinceNight, read_night
from pipelines.country.nights import run_nights
from pipelines.country.provinces import ExecutorName, Installation
from pipelines.country.rollup_version import roll_up
from pipelines.country.run_queue import NIGHT_TAG
from pipelines.country.sources import added
from pipelines.landing.discover import HOME
from pipelines.nightly.schedules import ONCE_A_NIGHT
from pipelines.nightly.stages import STAGE_OF_LINE
from pipelines.publish.versions import current_version

NIGHTS_JOB, ROLLUP_JOB = "nights", "rollup"
OPERATOR = "team:operator"
WAITING = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
           dg.DagsterRunStatus.STARTED)  # fmt: skip
LOOKED_EVERY = 60  # seconds


def build_country_definitions(installation: Installation) -> dg.Definitions:
    """Return the definitions of all provinces of an installation; tests and production build them alike."""
    night, country = night_asset(installation), rollup_asset(installation, night_key())
    nights = dg.define_asset_job(
        NIGHTS_JOB, selection=[night], executor_def=executor_of(installation.executor), tags={NIGHT_TAG: "1"},
        description="The night of one province: a partition. A backfill runs those that are chosen, some at a time.",
    )  # fmt: skip
    rollup = dg.define_asset_job(
        ROLLUP_JOB, selection=[country], executor_def=dg.in_process_executor,
        description="Adds up what the provinces publish to figures of the country.",
    )  # fmt: skip
    return dg.Definitions(
        assets=[night, country], jobs=[nights, rollup], schedules=[nights_schedule(installation)],
        sensors=[rollup_sensor(installation)],
    )  # fmt: skip


def night_key() -> dg.AssetKey:
    """Return the key of the asset whose partitions are provinces."""
    return dg.AssetKey(["country", "published_province"])


def executor_of(name: ExecutorName) -> dg.ExecutorDefinition:
    """Return where the steps of a run are executed.

    Raises:
        UsageFault: If the library for it is not installed.
    """
    if name == "in_process":
        return dg.in_process_executor
    if name == "multiprocess":
        return dg.multiprocess_executor
    try:
        found: dg.ExecutorDefinition = importlib.import_module("dagster_k8s").k8s_job_executor
    except ImportError:
        raise UsageFault("kubernetes_missing") from None
    return found


def night_asset(installation: Installation) -> dg.AssetsDefinition:
    """Return the asset of which each province is a partition."""

    @dg.asset(
        key=night_key(), partitions_def=dg.StaticPartitionsDefinition([*installation.provinces]),
        group_name="country", kinds={"duckdb"}, owners=[OPERATOR], tags={"layer": "publication"},
    )  # fmt: skip
    def published_province(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        """Run the night of a province, which publishes a version or leaves the earlier one."""
        code = context.partition_key

        def tell(_: str, line: str) -> None:
            if STAGE_OF_LINE.match(line):
                context.log.info(line)

        (end,) = run_nights(installation, [code], tell)
        night = read_night(installation.settings_of(code), end)
        if night.exit_code not in (EXIT_PUBLISHED, EXIT_OPEN_DATA_KEPT):
            raise failure_of(night)
        known = {name: value for name, value in night.to_dict().items() if value is not None}
        return dg.MaterializeResult(metadata=known)

    return published_province


def failure_of(night: ProvinceNight) -> dg.Failure:
    """Return why a night failed, for Dagster's page: what happened, what to do, and no attempt to try again."""
    said = ". ".join(part for part in (night.why, night.next_step) if part)
    return dg.Failure(
        description=f"{night.code}: {said}", allow_retries=False,
        metadata={"exit_code": night.exit_code, "outcome": night.outcome, "log": night.log or ""},
    )  # fmt: skip


def rollup_asset(installation: Installation, night: dg.AssetKey) -> dg.AssetsDefinition:
    """Return the asset of the country's figures, which stands on all provinces."""

    @dg.asset(
        key=dg.AssetKey(["country", "rollup"]), group_name="country", kinds={"duckdb", "csv"}, owners=[OPERATOR],
        deps=[dg.AssetDep(night, partition_mapping=dg.AllPartitionMapping())], tags={"layer": "publication"},
    )  # fmt: skip
    def rollup() -> dg.MaterializeResult[None]:
        """Add up the open data of all provinces, and publish the figures of the country."""
        try:
            outcome = roll_up(installation)
        except TthcError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from None
        left = {one.code: say(f"rollup_not_{one.why_not}") for one in outcome.sources if one.why_not is not None}
        return dg.MaterializeResult(metadata={
            "version": outcome.version, "changed": outcome.changed, "provinces": len(added(outcome.sources)),
            "left_out": left,
        })  # fmt: skip

    return rollup


def nights_schedule(installation: Installation) -> dg.ScheduleDefinition:
    """Return the schedule that asks for one run per province at the time of TTHC_SCHEDULE; the queue spreads them.

    Raises:
        UsageFault: If TTHC_SCHEDULE is no crontab line.
    """
    when = installation.base.schedule.strip()
    is_off = when.lower() == "off"

    def runs_of_all(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        moment = context.scheduled_execution_time.isoformat()
        for code in installation.provinces:
            yield dg.RunRequest(run_key=f"{moment} {code}", partition_key=code)

    try:
        return dg.ScheduleDefinition(
            name="nights_of_all_provinces", job_name=NIGHTS_JOB, cron_schedule=ONCE_A_NIGHT if is_off else when,
            execution_timezone=HOME.key, execution_fn=runs_of_all,
            default_status=dg.DefaultScheduleStatus.STOPPED if is_off else dg.DefaultScheduleStatus.RUNNING,
            description="Starts the nights of all provinces at the time of TTHC_SCHEDULE.",
        )  # fmt: skip
    except dg.DagsterInvalidDefinitionError as error:
        raise UsageFault("setting_invalid", name="TTHC_SCHEDULE", why=str(error).partition("\n")[0]) from None


def rollup_sensor(installation: Installation) -> dg.SensorDefinition:
    """Return the sensor that rolls up once all nights have ended and a province has published something else."""

    @dg.sensor(
        name="provinces_changed", job_name=ROLLUP_JOB, minimum_interval_seconds=LOOKED_EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Rolls up when no night goes on and a province has published another version since.",
    )  # fmt: skip
    def provinces_changed(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if context.instance.get_runs(dg.RunsFilter(job_name=NIGHTS_JOB, statuses=[*WAITING]), limit=1):
            return dg.SkipReason("nights go on")
        now = published_now(installation)
        if now == context.cursor:
            return dg.SkipReason("nothing else was published")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=now)], cursor=now)

    return provinces_changed


def published_now(installation: Installation) -> str:
    """Return a hash over the versions that the provinces publish."""
    versions = [f"{code} {current_version(installation.settings_of(code))}" for code in installation.provinces]
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()
