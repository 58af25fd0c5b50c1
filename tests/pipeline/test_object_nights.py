"""A week of whole nights whose lake lies in an object store: each publishes what it would from a folder.

On the way the store is away, a run is killed as it writes, and files are lost.
"""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.common.errors import EXIT_FAULT, EXIT_PUBLISHED
from pipelines.parsing.receipts import lake_state
from pipelines.sample import write_province
from pipelines.settings import Settings
from tests.campaign.faults.fixture import small_registers
from tests.conftest import FIXED, tthc
from tests.differing import differing_tables
from tests.object_store import ObjectStore, serve

pytestmark = [pytest.mark.campaign, pytest.mark.slow]
NOBODY = "http://127.0.0.1:9"  # where nothing answers
DOSSIERS, WEEK, PATIENCE = 1_500, (dt.date(2024, 6, 3), dt.date(2024, 6, 6)), 120


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    yield from serve(tmp_path_factory.mktemp("store"))


class Warehouses:
    """The same province twice: with its lake in a folder, and in the store."""

    def __init__(self, folder: Path, store: ObjectStore) -> None:
        self.store, self.raw, self.on_folder, self.on_store = store, folder / "raw", folder / "folder", folder / "store"
        small_registers(folder / "registers", places=None)
        (folder / "secret").touch(mode=0o600)
        (folder / "secret").write_text("5a" * 32)  # so that pseudonyms are the same
        self._environment = {
            "TTHC_RAW_DIR": str(self.raw), "TTHC_REGISTERS_DIR": str(folder / "registers"),
            "TTHC_SECRET_FILE": str(folder / "secret"),
        }  # fmt: skip

    def environment(self, warehouse: Path) -> dict[str, str]:
        lake = self.store.environment if warehouse == self.on_store else {}
        return {**self._environment, "TTHC_WAREHOUSE_DIR": str(warehouse), **lake}

    @property
    def settings(self) -> Settings:
        """Those of the one with its lake in the store."""
        given = {name.removeprefix("TTHC_").lower(): value for name, value in self.environment(self.on_store).items()}
        return Settings.model_validate({name: given[name] for name in Settings.model_fields if name in given})

    def run(self, warehouse: Path, **others: str) -> "subprocess.CompletedProcess[str]":
        return tthc("run", **{**self.environment(warehouse), **others})

    def publish(self, *warehouses: Path) -> None:
        for warehouse in warehouses:
            done = self.run(warehouse)
            assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr

    def carrying(self, warehouse: Path) -> str:
        status = json.loads(tthc("status", "--json", "--timings", **self.environment(warehouse)).stdout)
        return str(status["timings"]["carrying"])

    def named(self) -> set[str]:
        """Return the files that receipts name."""
        return {name for _, receipt in lake_state(self.settings).accepted for name in receipt["files"]}

    def kill_as_it_writes(self) -> None:
        """Start a run and kill it once there is a new object."""
        before = self.store.names()
        environment = {**os.environ, **FIXED, **self.environment(self.on_store)}
        run = subprocess.Popen(
            [sys.executable, "-m", "pipelines", "run"], env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while self.store.names() <= before and time.monotonic() < end:
            assert run.poll() is None, "it ended before it wrote"
        run.kill()
        run.wait()


def test_a_week_on_a_store_publishes_what_a_week_on_a_folder_does(store: ObjectStore, tmp_path: Path) -> None:
    both = Warehouses(tmp_path, store)
    nights = tmp_path / "nights"
    first, last = WEEK
    write_province(
        nights, DOSSIERS, seed=7, registers=tmp_path / "registers", cadence="daily", first=first, last=last,
        by_night=True,
    )  # fmt: skip
    carried = []
    for number, night in enumerate(sorted(path for path in nights.iterdir() if path.is_dir())):
        shutil.copytree(night, both.raw, dirs_exist_ok=True)
        both.publish(both.on_folder)
        published = (both.on_store / "current").readlink() if number else None
        if number == 1:
            away = both.run(both.on_store, TTHC_LAKE_ENDPOINT=NOBODY)
            assert away.returncode == EXIT_FAULT
            assert "TTHC_LAKE_ENDPOINT" in away.stdout + away.stderr
            assert (both.on_store / "current").readlink() == published
        if number == 2:
            both.kill_as_it_writes()
            assert (both.on_store / "current").readlink() == published
        if number == 3:
            lost = max(name for name in both.named() if name.startswith("tien_trinh/"))
            store.delete(lost)
            (both.settings.lake_dir / lost).unlink()
        both.publish(both.on_store)
        assert differing_tables(both.on_store, both.on_folder) == []
        assert store.names() == both.named()
        carried.append(both.carrying(both.on_store))
    assert "carrying" in carried
    shutil.rmtree(both.settings.lake_dir)  # another machine, say
    done = both.run(both.on_store)
    assert done.returncode == EXIT_PUBLISHED
    assert {path.name for path in both.settings.lake_dir.rglob("*.parquet")} == {
        Path(name).name for name in both.named()
    }
