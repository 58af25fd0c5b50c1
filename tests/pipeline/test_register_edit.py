"""Two whole nights after a target was edited tenfold: held first, then let by under a named approval."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.errors import EXIT_PUBLISHED
from pipelines.registers.holds import Override
from pipelines.storage.manifest import read_manifest
from tests.conftest import Night

pytestmark = pytest.mark.slow
OLD, NEW = "online_share,plan,xa,2024-01-01,2024-12-31,0.30", "online_share,plan,xa,2024-01-01,2024-12-31,0.03"
ENTRY = "online_share|plan|xa|2024-01-01#target"


def edit(registers: Path, name: str, old: str, new: str) -> None:
    path = registers / "dong-nai" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def approve(registers: Path, held: dict[str, Any]) -> None:
    subject = {name: held[name] for name in ("hold", "register", "entry", "value_hash")}
    line = {
        "override_code": "PD-1",
        **subject,
        "approved_by": "Trưởng phòng Chuyển đổi số",
        "approved_on": "2024-12-31",
        "valid_until": "2025-01-31",
        "reason": "Chỉ tiêu được giao lại theo quyết định",
    }
    with (registers / "dong-nai" / "overrides.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(Override.model_fields))
        writer.writeheader()
        writer.writerow(line)


def test_a_target_edited_tenfold_waits_for_a_named_approval(night: Night, tmp_path: Path) -> None:
    warehouse, registers = tmp_path / "kho", tmp_path / "registers"
    shutil.copytree(night.warehouse, warehouse, symlinks=True)
    shutil.copytree(night.registers, registers)
    before = (warehouse / "current").resolve().name
    edit(registers, "targets.csv", OLD, NEW)
    # What a goal is called is free.
    edit(registers, "goals.csv", "hoàn thiện hệ thống pháp luật", "hoàn thiện pháp luật")

    done = night.tthc("run", "--warehouse", str(warehouse), TTHC_REGISTERS_DIR=str(registers))
    assert done.returncode == 3, done.stdout + done.stderr
    assert (warehouse / "current").resolve().name == before
    (refused,) = (warehouse / "refused").iterdir()
    verdict = json.loads((refused / "gate.json").read_text(encoding="utf-8"))
    (held,) = verdict["held"]
    assert (held["hold"], held["register"], held["entry"]) == ("register", "target", ENTRY)
    assert (held["usual"], held["came"], held["override_code"]) == ("0.3", "0.03", None)
    assert verdict["uncompared"] == []
    effects = {
        (one["indicator_code"], one["unit_level"], one["met_before"], one["met_now"]) for one in verdict["effects"]
    }
    assert effects <= {("online_share", "xa", False, True)}
    assert f"value_hash={held['value_hash']}" in done.stdout and ENTRY in done.stdout

    approve(registers, held)
    done = night.tthc("run", "--warehouse", str(warehouse), TTHC_REGISTERS_DIR=str(registers))
    assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr
    current = (warehouse / "current").resolve()
    assert current.name != before
    gate = read_manifest(current)["gate"]
    assert [(one["entry"], one["override_code"]) for one in gate["held"]] == [(ENTRY, "PD-1")]
    assert [(one["override_code"], one["approved_by"], one["state"]) for one in gate["overrides"]] == [
        ("PD-1", "Trưởng phòng Chuyển đổi số", "used")
    ]
    with duckdb.connect(str(current / "tthc.duckdb"), read_only=True) as connection:
        targets = connection.execute(
            "select distinct target from marts.indicator_values"
            " where indicator_code = 'online_share' and rule = 'plan' and unit_level = 'xa' and target is not null"
        ).fetchall()
    assert targets == [(0.03,)]
