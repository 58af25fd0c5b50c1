"""What Dagster itself starts, from its page or by its daemon: a part of a night, days, a run that fails, the sensor."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.common.errors import TthcError, UsageFault
from pipelines.nightly import steps
from pipelines.nightly.dagster_home import open_instance, page_lock, prepare_home, remove_old_runs
from pipelines.nightly.schedules import looks_of_new
from pipelines.settings import Settings
from pipelines.storage.ledger import arrivals, open_ledger
from pipelines.storage.runs import Run, runs
from tests.conftest import Night

pytestmark = pytest.mark.slow
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
DAYS = ("2024-11-30", "2024-12-31")


@pytest.fixture
def settings(night: Night, parsed_models: Path, tmp_path: Path) -> Settings:
    """Return an installation without any run yet, on whose landing steps last a moment: two days of three sources."""
    found = Settings(raw_dir=tmp_path / "raw", warehouse_dir=tmp_path / "kho", registers_dir=night.registers)
    shutil.copytree(parsed_models, found.warehouse_dir / "dbt")
    for source in ("ho_so", "don_vi", "thu_tuc"):
        for day in DAYS:
            if (night.raw / source / day).is_dir():
                shutil.copytree(night.raw / source / day, found.raw_dir / source / day)
    return found


def run_assets(settings: Settings, assets: Sequence[str], tags: dict[str, str] | None = None) -> Any:
    """Run single assets as Dagster's page does, and return its result."""
    from pipelines.nightly.build import build_definitions

    definitions = build_definitions(settings)
    job = definitions.get_implicit_global_asset_job_def()
    keys = [dg.AssetKey.from_user_string(name) for name in assets]
    with open_instance(settings) as instance:
        return job.execute_in_process(
            instance=instance, asset_selection=keys, tags=tags, run_config=QUIET, raise_on_error=False
        )


def all_runs(settings: Settings) -> list[Run]:
    with open_ledger(settings.ledger_file) as ledger:
        return runs(ledger)


def days_taken_in(settings: Settings) -> set[str]:
    with open_ledger(settings.ledger_file) as ledger:
        return {arrival.delivery.business_day.isoformat() for arrival in arrivals(ledger)}


def test_a_backfill_takes_in_the_deliveries_of_its_days_only(settings: Settings) -> None:
    first, last = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
    result = run_assets(settings, ["deliveries/ho_so"], {first: "2024-12-01", last: "2024-12-31"})
    assert result.success
    assert days_taken_in(settings) == {DAYS[1]}
    assert [run.outcome for run in all_runs(settings)] == ["received"]
    assert run_assets(settings, ["landing"]).success
    assert days_taken_in(settings) == set(DAYS)


def test_a_table_alone_is_refused_with_a_sentence_and_leaves_no_failed_night(settings: Settings) -> None:
    result = run_assets(settings, ["marts/handling_status"])
    assert not result.success
    error = result.all_events[-1].event_specific_data.error
    assert "[part_of_night]" in error.cause.message and "nightly" in error.cause.message
    assert not settings.ledger_file.exists()


def test_why_a_night_of_dagsters_failed_is_noted_as_for_the_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise TthcError("archive_missing", file="x")

    monkeypatch.setattr(steps, "update_lake", full)
    from pipelines.nightly.build import build_definitions

    job = build_definitions(settings).resolve_job_def("nightly")
    with open_instance(settings) as instance:
        assert not job.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=False).success
    (run,) = all_runs(settings)
    assert (run.outcome, run.detail["cause"]) == ("failed", "step_failed")
    assert "[archive_missing]" in run.detail["why"]
    assert settings.quality_page.is_dir()


def test_old_runs_are_removed_and_schedules_stay(settings: Settings) -> None:
    from pipelines.nightly.build import build_definitions

    for _ in range(3):
        assert run_assets(settings, ["landing"]).success
    schedule = build_definitions(settings).get_repository_def().get_schedule_def("every_night")
    with open_instance(settings) as instance:
        newest = instance.get_runs(limit=1)[0].run_id
        before = len(instance.schedule_storage.all_instigator_state()) if instance.schedule_storage else 0
        assert remove_old_runs(instance, settings.dagster_home, keep=1) == 2
        assert [run.run_id for run in instance.get_runs()] == [newest]
        assert instance.schedule_storage and len(instance.schedule_storage.all_instigator_state()) == before
    shards = {path.stem for path in (settings.dagster_home / "history" / "runs").glob("*.db")}
    assert shards == {newest, "index"}
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_old_runs_that_cannot_be_removed_change_nothing_of_the_night(settings: Settings, tmp_path: Path) -> None:
    class Broken:
        def get_run_records(self, **_: object) -> None:
            raise OSError("database is locked")

    assert remove_old_runs(Broken(), tmp_path) == 0  # type: ignore[arg-type]


def test_a_damaged_home_is_replaced_but_never_under_a_running_page(settings: Settings) -> None:
    prepare_home(settings)
    database = settings.dagster_home / "history" / "runs.db"
    database.parent.mkdir()
    database.write_bytes(b"\0" * 4_096)
    with page_lock(settings.dagster_home):
        assert not prepare_home(settings)
        with open_instance(settings) as instance:
            assert instance.is_ephemeral
    assert database.read_bytes() == b"\0" * 4_096
    assert prepare_home(settings) and not database.exists()
    assert settings.dagster_home.with_name("dagster-earlier").is_dir()


def test_settings_of_the_home_follow_ours_unless_somebody_took_it_over(settings: Settings) -> None:
    prepare_home(settings.model_copy(update={"longest_night": 1}))
    yaml = settings.dagster_home / "dagster.yaml"
    assert "max_runtime_seconds: 60\n" in yaml.read_text(encoding="utf-8")
    prepare_home(settings)
    assert "max_runtime_seconds: 21600\n" in yaml.read_text(encoding="utf-8")
    yaml.write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    prepare_home(settings)
    assert yaml.read_text(encoding="utf-8") == "telemetry: {enabled: false}\n"


def test_a_sensor_starts_a_run_once_what_was_delivered_is_settled(settings: Settings) -> None:
    from pipelines.contracts.model import load_contracts
    from pipelines.nightly.build import build_definitions

    watching = settings.model_copy(update={"watch_landing": 5})
    sensor = build_definitions(watching).get_repository_def().get_sensor_def("new_deliveries")
    assert (sensor.default_status, sensor.minimum_interval_seconds) == (dg.DefaultSensorStatus.RUNNING, 300)
    first = sensor.evaluate_tick(dg.build_sensor_context())
    assert not first.run_requests and first.cursor
    second = sensor.evaluate_tick(dg.build_sensor_context(cursor=first.cursor))
    assert second.run_requests and len(second.run_requests) == 1
    assert run_assets(settings, ["landing"]).success
    assert looks_of_new(settings, load_contracts(settings.contracts_dir)) is None


def test_a_schedule_that_is_no_crontab_line_is_refused_by_name(settings: Settings) -> None:
    from pipelines.nightly.build import build_definitions

    with pytest.raises(UsageFault, match="TTHC_SCHEDULE"):
        build_definitions(settings.model_copy(update={"schedule": "mỗi đêm"}))


@pytest.mark.parametrize("days", ["2024-13-01", "2024-12-31..2024-12-01", "hôm nay"])
def test_days_that_are_none_are_refused(night: Night, days: str) -> None:
    done = night.tthc("run", "--day", days)
    assert done.returncode == 2 and "2024-06-03..2024-06-30" in done.stdout + done.stderr
