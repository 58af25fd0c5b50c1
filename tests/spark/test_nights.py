"""Whole nights on Spark: the same tables and the same open data as on DuckDB, also when a worker dies."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.object_server import free_port
from pipelines.settings import OPEN_DATA_FOLDER
from tests.conftest import Night, tthc
from tests.differing import differing_tables
from tests.later_file import add_later_file, land_later_file, next_night, run_again
from tests.spark.available import needs_spark

pytestmark = [pytest.mark.slow, pytest.mark.campaign, needs_spark]

WORKERS = 2
SOME_TABLES = 60  # of two hundred; by then workers hold what later tables need


@pytest.fixture
def landed(night: Night, tmp_path: Path) -> Path:
    return land_later_file(night, tmp_path / "raw")


@pytest.fixture
def of_duckdb(night: Night, landed: Path, tmp_path: Path) -> Path:
    warehouse = tmp_path / "duckdb"
    assert next_night(night, landed, warehouse) == "carrying"
    return warehouse


def differing_files(one: Path, other: Path) -> list[str]:
    """Return the CSV files of the open data of two warehouses that differ."""
    ours, theirs = (warehouse / "current" / OPEN_DATA_FOLDER for warehouse in (one, other))
    names = sorted(path.relative_to(ours).as_posix() for path in ours.rglob("*.csv"))
    assert names
    return [name for name in names if (ours / name).read_bytes() != (theirs / name).read_bytes()]


def test_a_night_is_the_same(night: Night, landed: Path, of_duckdb: Path, tmp_path: Path) -> None:
    assert next_night(night, landed, tmp_path / "kho", "--engine", "spark") == "carrying_engine"
    assert differing_tables(of_duckdb, tmp_path / "kho") == []
    assert differing_files(of_duckdb, tmp_path / "kho") == []
    # The night after it is DuckDB's again, and carries over what Spark computed.
    add_later_file(landed, tmp_path / "kho" / "current", "later.csv", count=3)
    for warehouse in (of_duckdb, tmp_path / "kho"):
        assert run_again(night, landed, warehouse) == "carrying"
    assert differing_tables(of_duckdb, tmp_path / "kho") == []


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start Spark's own cluster of processes on this machine, and return its address and workers."""
    import pyspark  # only where it is installed

    port = free_port()
    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    address = f"spark://127.0.0.1:{port}"
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        log = (folder / f"{arguments[0].rpartition('.')[2]}-{len(started)}.log").open("wb")
        process = subprocess.Popen([str(program), *arguments], stdout=log, stderr=log, start_new_session=True)
        started.append(process)
        return process

    start("org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port))
    workers = [
        start("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "2g",
              "--work-dir", str(folder / f"worker-{number}"), address)
        for number in range(WORKERS)
    ]  # fmt: skip
    try:
        yield address, workers
    finally:
        for process in started:
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process of the cluster and what it started, such as a worker's executor."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_cluster_that_loses_a_worker_gives_the_same(
    night: Night, landed: Path, of_duckdb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, killed = tmp_path / "kho", []
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    with cluster(tmp_path) as (address, workers):

        def kill_one() -> None:
            tables = warehouse / "work" / "spark" / "tables"
            while len(list(tables.glob("*/*/_SUCCESS"))) < SOME_TABLES:
                time.sleep(0.2)
            _kill(workers[0])
            killed.append(len(list(tables.glob("*/*/_SUCCESS"))))

        threading.Thread(target=kill_one, daemon=True).start()
        monkeypatch.setenv("TTHC_SPARK_MASTER", address)
        monkeypatch.setenv("TTHC_MEMORY_LIMIT", "3GiB")
        assert next_night(night, landed, warehouse, "--engine", "spark") == "carrying_engine"
        assert workers[1].poll() is None
    assert killed and killed[0] < 150
    assert differing_tables(of_duckdb, warehouse) == []


def test_after_a_year_of_deliveries_it_is_the_same(tmp_path: Path) -> None:
    made, raw, warehouse = (tmp_path / name for name in ("made", "raw", "kho"))
    assert tthc("sample", "--out", str(made), "--dossiers", "2000", "--faults", "--by-night").returncode == 0
    nights = sorted(folder for folder in made.iterdir() if folder.is_dir())
    assert len(nights) >= 12
    given = {"TTHC_RAW_DIR": str(raw), "TTHC_WAREHOUSE_DIR": str(warehouse)}
    for number, folder in enumerate(nights, 1):
        shutil.copytree(folder, raw, dirs_exist_ok=True)
        if number == len(nights):
            shutil.copytree(warehouse, tmp_path / "spark", symlinks=True)
        done = tthc("run", **given)
        assert done.returncode == 0, done.stdout + done.stderr
    on_spark = {**given, "TTHC_WAREHOUSE_DIR": str(tmp_path / "spark"), "TTHC_ENGINE": "spark"}
    done = tthc("run", **on_spark)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        json.loads(tthc("status", "--json", "--timings", **on_spark).stdout)["timings"]["carrying"] == "carrying_engine"
    )
    assert differing_tables(warehouse, tmp_path / "spark") == []
    assert differing_files(warehouse, tmp_path / "spark") == []
