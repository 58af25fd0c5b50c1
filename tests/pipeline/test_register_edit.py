"""Whole nights after a target was edited tenfold: refused first, and published under a named approval."""

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.common.errors import EXIT_PUBLISHED, EXIT_REFUSED
from pipelines.storage.manifest import read_manifest
from tests.approvals import approve_all
from tests.conftest import Night

pytestmark = pytest.mark.slow
OLD, NEW = "online_share,plan,xa,2024-01-01,2024-12-31,0.30", "online_share,plan,xa,2024-01-01,2024-12-31,0.03"
ENTRY = "online_share|plan|xa|2024-01-01#target"


def edit(registers: Path, name: str, old: str, new: str) -> None:
    path = registers / "dong-nai" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.campaign
@pytest.mark.parametrize("approved", [False, True])
def test_a_target_edited_tenfold_waits_for_a_named_approval(night: Night, tmp_path: Path, approved: bool) -> None:
    warehouse, registers = tmp_path / "kho", tmp_path / "registers"
    shutil.copytree(night.warehouse, warehouse, symlinks=True)
    shutil.copytree(night.registers, registers)
    before = (warehouse / "current").resolve().name
    edit(registers, "targets.csv", OLD, NEW)
    # What a goal is called is free.
    edit(registers, "goals.csv", "hoàn thiện hệ thống pháp luật", "hoàn thiện pháp luật")

    # On the same night a check of the gate fails: what is kept of a refused candidate tells of both.
    strict = shutil.copytree(night.settings.expectations_dir, tmp_path / "expectations")
    suite = strict / "handling_status.yml"
    suite.write_text(suite.read_text(encoding="utf-8").replace("min_rows: 1", "min_rows: 1000000"), encoding="utf-8")
    changed = {"TTHC_REGISTERS_DIR": str(registers), "TTHC_EXPECTATIONS_DIR": str(strict)}

    done = night.tthc("run", "--warehouse", str(warehouse), **changed)
    assert done.returncode == EXIT_REFUSED, done.stdout + done.stderr
    assert "handling_status" in done.stdout
    assert (warehouse / "current").resolve().name == before
    (refused,) = (warehouse / "refused").iterdir()
    assert (refused / "tthc.duckdb").exists()
    verdict = json.loads((refused / "gate.json").read_text(encoding="utf-8"))
    assert (verdict["success"], verdict["compared_with"]) == (False, before)
    page = (warehouse / "quality" / "latest" / "en" / "index.html").read_text(encoding="utf-8")
    assert "Held back by the gate" in page and "handling_status.min_rows" in page
    status = json.loads(night.tthc("status", "--json", "--warehouse", str(warehouse)).stdout)
    assert (status["version"], status["runs"][0]["outcome"]) == (before, "refused")
    assert "handling_status.min_rows" in status["gate"]["failed"]
    (held,) = verdict["held"]
    assert (held["hold"], held["register"], held["entry"]) == ("register", "target", ENTRY)
    assert (held["usual"], held["came"], held["override_code"]) == ("0.3", "0.03", None)
    assert verdict["uncompared"] == []
    effects = {
        (one["indicator_code"], one["unit_level"], one["met_before"], one["met_now"]) for one in verdict["effects"]
    }
    assert effects <= {("online_share", "xa", False, True)}
    assert f"value_hash={held['value_hash']}" in done.stdout and ENTRY in done.stdout
    if approved:
        approve(night, warehouse, registers, before)


def approve(night: Night, warehouse: Path, registers: Path, before: str) -> None:
    """Approve what is held by name, run again, and hold what is published against the approval."""
    overrides = registers / "dong-nai" / "overrides.csv"
    assert approve_all(warehouse, overrides) == 1
    (approval,) = csv.DictReader(overrides.read_text(encoding="utf-8").splitlines())
    done = night.tthc("run", "--warehouse", str(warehouse), TTHC_REGISTERS_DIR=str(registers))
    assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr
    current = (warehouse / "current").resolve()
    assert current.name != before
    gate = read_manifest(current)["gate"]
    assert [(one["entry"], one["override_code"]) for one in gate["held"]] == [(ENTRY, approval["override_code"])]
    assert [(one["override_code"], one["approved_by"], one["state"]) for one in gate["overrides"]] == [
        (approval["override_code"], approval["approved_by"], "used")
    ]
    with duckdb.connect(str(current / "tthc.duckdb"), read_only=True) as connection:
        targets = connection.execute(
            "select distinct target from marts.indicator_values"
            " where indicator_code = 'online_share' and rule = 'plan' and unit_level = 'xa' and target is not null"
        ).fetchall()
    assert targets == [(0.03,)]
