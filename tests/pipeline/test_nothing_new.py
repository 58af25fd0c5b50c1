"""A night with nothing new loads neither Dagster nor dbt nor Great Expectations; Dagster's own way ends alike."""

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.common.files import remove_tree
from pipelines.nightly.dagster_home import shows_killed_runs
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import read_manifest
from pipelines.storage.runs import SECONDS, STAGES, Run, runs
from tests.conftest import Night

pytestmark = pytest.mark.slow
HEAVY = ("dagster", "dagster_dbt", "dbt", "great_expectations")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
COMMAND = f"""
import sys
from pipelines.cli import main
try:
    main()
finally:
    print("loaded:", *(name for name in {HEAVY} if name in sys.modules))
"""


@pytest.fixture(scope="module")
def again(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Return the night's province with a copy of its warehouse: the next night finds nothing new."""
    warehouse = tmp_path_factory.mktemp("again") / "kho"
    shutil.copytree(night.warehouse, warehouse, symlinks=True)
    return replace(night, warehouse=warehouse)


def last_run(night: Night) -> Run:
    with open_ledger(night.settings.ledger_file) as ledger:
        return runs(ledger, limit=1)[0]


def run_apart(night: Night) -> str:
    """Return what `tthc run` prints in a process that has imported nothing before, and then what it has loaded."""
    places = {"RAW": night.raw, "WAREHOUSE": night.warehouse, "REGISTERS": night.registers}
    environment = {**os.environ, **{f"TTHC_{name}_DIR": str(path) for name, path in places.items()}, "TTHC_LANG": "en"}
    done = subprocess.run([sys.executable, "-c", COMMAND, "run"], env=environment, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def test_the_command_loads_none_of_the_three(again: Night) -> None:
    before = last_run(again)
    said = run_apart(again)
    assert "Nothing new" in said
    assert said.splitlines()[-1] == "loaded:"
    assert [said.count(f"{number}/7 ") for number in range(1, 8)] == [1, 1, 1, 0, 0, 0, 0]
    now = last_run(again)
    assert list(now.detail[SECONDS]) == ["start", "landing", "parsing", "workspace", "end"]
    assert sum(now.detail[SECONDS].values()) < 60
    assert (now.sequence, now.outcome, now.version) == (before.sequence + 1, "unchanged", before.version)


def test_the_job_in_dagster_ends_alike(again: Night, caplog: pytest.LogCaptureFixture) -> None:
    from pipelines.nightly.build import build_definitions

    run_apart(again)
    command = last_run(again)
    job = build_definitions(again.settings).resolve_job_def("nightly")
    with caplog.at_level("INFO", "tthc.stage"):
        result = job.execute_in_process(run_config=QUIET)
    assert result.success and not result.asset_materializations_for_node("published_version")
    stages = [record.__dict__["stage"] for record in caplog.records if record.name == "tthc.stage"]
    assert stages == ["landing", "parsing", "workspace"]
    found = last_run(again)
    assert (found.sequence, found.outcome) == (command.sequence + 1, "unchanged")
    assert (found.version, found.as_of, found.detail.keys()) == (command.version, command.as_of, command.detail.keys())


@pytest.mark.campaign
def test_the_job_in_dagster_does_the_work_too(again: Night) -> None:
    """`tthc run` starts dbt before it loads Dagster; on its own schedule Dagster starts dbt, and publishes the same."""
    from pipelines.nightly.build import build_definitions

    before = read_manifest(again.current)
    remove_tree(again.current.resolve())
    again.current.unlink()
    result = build_definitions(again.settings).resolve_job_def("nightly").execute_in_process(run_config=QUIET)
    assert result.success and len(result.asset_materializations_for_node("published_version")) == 1
    after = read_manifest(again.current)
    assert (after["version"], after["rows"], after["code"]) == (before["version"], before["rows"], before["code"])
    of_duckdb = [stage for stage in STAGES if stage != "spark"]
    assert list(last_run(again).detail[SECONDS]) == of_duckdb


def test_a_run_that_dagster_shows_as_running_is_closed(again: Night) -> None:
    """It was killed after it published; no later night with work has to come for its page to be true."""
    database = again.settings.dagster_home / "history" / "runs.db"
    connection = sqlite3.connect(database)
    with connection:
        assert connection.execute("update runs set status = 'STARTED'").rowcount
    connection.close()
    assert shows_killed_runs(again.settings.dagster_home)
    assert "Nothing new" in run_apart(again)
    assert not shows_killed_runs(again.settings.dagster_home)
    assert last_run(again).outcome == "unchanged"


def test_a_damaged_home_of_dagster_harms_no_night_that_does_not_need_it(again: Night, tmp_path: Path) -> None:
    database = again.settings.dagster_home / "history" / "runs.db"
    shutil.copy(database, tmp_path)
    database.write_bytes(b"\0" * 4_096)
    assert "Nothing new" in run_apart(again)
    shutil.copy(tmp_path / database.name, database)
