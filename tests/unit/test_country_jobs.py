"""Provinces as Dagster's partitions: one run each, a failed night is a failed run, and the roll-up waits for nights."""

import datetime as dt
import sys
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from pipelines.common.errors import UsageFault
from pipelines.country import jobs
from pipelines.country.jobs import build_country_definitions, executor_of, published_now
from pipelines.country.nights import run_nights
from pipelines.country.provinces import Installation
from pipelines.country.run_queue import NIGHT_TAG, prepare_country_home
from tests.provinces import SmallProvince, write_installation

pytestmark = pytest.mark.slow
CODES = ("H19", "H20")
# A night that fails for one province, and is interrupted by nothing.
NIGHT = "import os, sys; print('   0.1 s  1/7 Landing'); sys.exit(3 if os.environ['TTHC_PROVINCE'] == 'h20' else 0)"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return write_installation(tmp_path, CODES)


def test_a_province_is_a_partition_and_the_schedule_asks_for_one_run_each(installation: Installation) -> None:
    definitions = build_country_definitions(installation)
    dg.Definitions.validate_loadable(definitions)
    job = definitions.resolve_job_def("nights")
    assert job.partitions_def is not None and job.partitions_def.get_partition_keys() == [*CODES]
    assert job.executor_def is dg.multiprocess_executor and job.tags[NIGHT_TAG] == "1"
    repository = definitions.get_repository_def()
    (schedule,) = repository.schedule_defs
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 1 * * *", "Asia/Ho_Chi_Minh")
    night = dt.datetime(2026, 1, 2, 1, 30, tzinfo=dt.UTC)
    asked = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=night, repository_def=repository)
    )  # fmt: skip
    assert [request.partition_key for request in asked.run_requests or []] == [*CODES]
    assert len({request.run_key for request in asked.run_requests or []}) == len(CODES)


def test_a_failed_night_is_a_failed_run_of_its_province_alone(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "run_nights", partial(run_nights, command=[sys.executable, "-c", NIGHT]))
    job = build_country_definitions(installation).resolve_job_def("nights")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    done = {
        code: job.execute_in_process(run_config=quiet, partition_key=code, raise_on_error=False) for code in CODES
    }  # fmt: skip
    assert {code: result.success for code, result in done.items()} == {"H19": True, "H20": False}
    (failed,) = done["H20"].get_step_failure_events()
    described = str(failed.step_failure_data.error)
    assert "H20" in described and ".log" in described  # what happened, and where to read on


def test_the_roll_up_waits_for_nights_and_for_something_new(installation: Installation, tmp_path: Path) -> None:
    (sensor,) = build_country_definitions(installation).get_repository_def().sensor_defs
    with dg.DagsterInstance.ephemeral() as instance:

        def look(cursor: str | None) -> dg.SensorResult | dg.SkipReason:
            found = sensor(dg.build_sensor_context(instance=instance, cursor=cursor))
            assert isinstance(found, dg.SensorResult | dg.SkipReason)
            return found

        before = published_now(installation)
        assert isinstance(look(before), dg.SkipReason)
        SmallProvince("H19").publish(installation.settings_of("H19").warehouse_dir)
        new = look(before)
        assert isinstance(new, dg.SensorResult) and new.cursor == published_now(installation)
        job = build_country_definitions(installation).resolve_job_def("nights")
        instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        assert isinstance(look(before), dg.SkipReason)


def test_the_home_has_the_queue_and_keeps_what_a_single_province_has(installation: Installation) -> None:
    assert prepare_country_home(installation)
    text = (installation.country_settings.dagster_home / "dagster.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Made by tthc") and "telemetry:\n  enabled: false" in text
    # 8 GiB for all and 4 GiB for each: two at a time, and a roll-up beside them.
    assert "max_concurrent_runs: 3" in text and "limit: 2" in text


def test_without_the_library_of_kubernetes_the_list_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dagster_k8s", None)
    with pytest.raises(UsageFault, match="kubernetes_missing"):
        executor_of("kubernetes")
