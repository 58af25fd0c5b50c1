"""When Dagster's daemon starts a night: at a time of day, and where wanted as soon as something was delivered.

Both are on from the start; when is a setting. Does not belong here: what a night does.
"""

import hashlib

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.common.errors import UsageFault
from pipelines.contracts.model import Contract
from pipelines.landing.discover import HOME, discover
from pipelines.landing.ingest import known_folders
from pipelines.settings import Settings

ONCE_A_NIGHT = "30 1 * * *"


def night_schedule(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Return the schedule of the night, which is on unless TTHC_SCHEDULE is `off` or somebody stops it on the page.

    Raises:
        UsageFault: If TTHC_SCHEDULE is no crontab line.
    """
    is_off = settings.schedule.strip().lower() == "off"
    try:
        return dg.ScheduleDefinition(
            name="every_night", job=job, cron_schedule=ONCE_A_NIGHT if is_off else settings.schedule,
            execution_timezone=HOME.key,
            default_status=dg.DefaultScheduleStatus.STOPPED if is_off else dg.DefaultScheduleStatus.RUNNING,
            description="Starts the night at the time of TTHC_SCHEDULE.",
        )  # fmt: skip
    except dg.DagsterInvalidDefinitionError as error:
        raise UsageFault("setting_invalid", name="TTHC_SCHEDULE", why=str(error).partition("\n")[0]) from None


def landing_sensor(
    settings: Settings, job: UnresolvedAssetJobDefinition, contracts: dict[str, Contract]
) -> dg.SensorDefinition:
    """Return the sensor that starts a run once new deliveries have stopped changing between two looks.

    It is on where TTHC_WATCH_LANDING says after how many minutes it looks.
    """

    @dg.sensor(
        name="new_deliveries", job=job, minimum_interval_seconds=max(settings.watch_landing, 1) * 60,
        default_status=dg.DefaultSensorStatus.RUNNING if settings.watch_landing else dg.DefaultSensorStatus.STOPPED,
        description="Starts a run once something new was delivered and no longer changes (TTHC_WATCH_LANDING).",
    )  # fmt: skip
    def new_deliveries(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        new = looks_of_new(settings, contracts)
        if new is None:
            return dg.SkipReason("nothing new was delivered")
        if new != context.cursor:
            return dg.SensorResult(cursor=new, skip_reason="something was delivered; a run starts when it is settled")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=new)], cursor=new)

    return new_deliveries


def looks_of_new(settings: Settings, contracts: dict[str, Contract]) -> str | None:
    """Return a hash over how the folders of days look that were not taken in as they are; None if there are none."""
    landing = discover(settings.raw_dir, set(contracts), known=known_folders(settings))
    changed = sorted(f"{path.relative_to(settings.raw_dir)} {looks}" for path, looks in landing.looks.items())
    return hashlib.sha256("\n".join(changed).encode()).hexdigest() if changed else None
