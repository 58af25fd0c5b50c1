"""A night of today's software over a warehouse that an earlier state of it made: published, and nothing is lost."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.common.errors import EXIT_PUBLISHED, EXIT_REFUSED
from pipelines.sample import write_province
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.warehouse_format import FORMAT
from tests.approvals import approve_all
from tests.conftest import tthc
from tests.conservation import unaccounted

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
STATES = yaml.safe_load((Path(__file__).parent / "earlier_states.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upgrade") / "raw"
    write_province(folder, 1_500, seed=7, faults=True)
    return folder


def check_out(ref: str, folder: Path) -> None:
    """Write the files of an earlier state into a folder, or skip the test where the history lacks it."""
    packed = subprocess.run(["git", "archive", ref], cwd=PROJECT_DIR, capture_output=True, check=False)
    if packed.returncode != 0:
        pytest.skip(f"this clone has no {ref} (git fetch --unshallow)")
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)


def earlier_night(code: Path, raw: Path, warehouse: Path) -> None:
    """Run a night of the earlier state's own code, registers and contracts, with the packages of today."""
    place = {"PYTHONPATH": str(code), "TTHC_RAW_DIR": str(raw), "TTHC_WAREHOUSE_DIR": str(warehouse), "TTHC_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "run"], cwd=code, env={**os.environ, **place}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr


def arrivals(warehouse: Path) -> list[Any]:
    with sqlite3.connect(warehouse / "ledger" / "ledger.sqlite") as ledger:
        return ledger.execute(
            "select sequence, source, file_name, sha256, archived_as from arrival order by 1"
        ).fetchall()


def contents(folder: Path, *patterns: str) -> dict[str, bytes]:
    found = [path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("state", STATES, ids=[state["ref"][:7] for state in STATES])
def test_todays_night_takes_over_an_earlier_warehouse(state: dict[str, str], raw: Path, tmp_path: Path) -> None:
    code, warehouse, registers = tmp_path / "code", tmp_path / "kho", tmp_path / "registers"
    check_out(state["ref"], code)
    earlier_night(code, raw, warehouse)
    shutil.copytree(PROJECT_DIR / "registers", registers)
    first = (warehouse / "current").resolve().name
    known, archive = arrivals(warehouse), contents(warehouse / "restricted" / "archive", "*")
    key = (warehouse / "restricted" / "secret.key").read_bytes()
    public = contents(warehouse, "editions/2*/*", "first-published/*.parquet")
    assert known and archive and public

    place = {"TTHC_RAW_DIR": str(raw), "TTHC_WAREHOUSE_DIR": str(warehouse), "TTHC_REGISTERS_DIR": str(registers)}
    done = tthc("run", **place)
    if done.returncode == EXIT_REFUSED:  # the release changed registers or contracts: somebody named approves that
        (refused,) = (warehouse / "refused").iterdir()
        held = json.loads((refused / "gate.json").read_text(encoding="utf-8"))["held"]
        assert {one["hold"] for one in held if one["override_code"] is None} == {"register"}, done.stdout
        assert (warehouse / "current").resolve().name == first
        approve_all(warehouse, registers / "dong-nai" / "overrides.csv")
        done = tthc("run", **place)
    assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr

    assert (warehouse / "current").resolve().name != first and (warehouse / "versions" / first).is_dir()
    assert arrivals(warehouse) == known
    assert contents(warehouse / "restricted" / "archive", "*") == archive
    assert (warehouse / "restricted" / "secret.key").read_bytes() == key
    now = contents(warehouse, "editions/2*/*", "first-published/*.parquet")
    assert {name: now.get(name) for name in public} == public
    assert list(unaccounted(warehouse)) == []
    with open_ledger(Settings(warehouse_dir=warehouse).ledger_file) as ledger:
        assert ledger.execute("select format from warehouse_format").fetchone() == (FORMAT,)
    status = json.loads(tthc("status", "--json", "--verify", **place).stdout)
    assert status["damaged"] == [] and status["editions"]["damaged"] == []
    assert tthc("rollback", **place).returncode == 0
    assert (warehouse / "current").resolve().name == first
