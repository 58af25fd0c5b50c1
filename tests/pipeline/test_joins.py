"""No query of a night or a command pairs all rows of one table with all of another where it need not.

Here: what is asked beside dbt and the gate, for open data, the site, reports, the desk and people at the prompt. Not
here: models (`tests/oracle/test_joins`) and checks (`tests/gate/test_joins`).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.errors import EXIT_ROWS_REJECTED
from tests.conftest import Night, command
from tests.later_file import land_later_file

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
COMMANDS = [
    ("report", "--period", "2024-11", "--no-pdf"),
    ("report", "--desk"),
    ("status",),
    ("morning",),
    ("explain", "on_time_rate", "--period", "2024-11"),
    ("explain", "--gain", "--unit", "H19.31"),
]


def explained(night: Night, folder: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    """Run a command; return how many queries each function asked, and the pairs that they would make."""
    pairs = folder / "pairs.json"
    given = {
        "TTHC_RAW_DIR": str(night.raw), "TTHC_WAREHOUSE_DIR": str(night.warehouse),
        "TTHC_REGISTERS_DIR": str(night.registers), "PAIRS_FILE": str(pairs),
    }  # fmt: skip
    done = command("tests.explaining", *arguments, **{**given, **environment})
    assert done.returncode in (0, EXIT_ROWS_REJECTED), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(pairs.read_text(encoding="utf-8"))
    return found


def test_no_query_of_a_night_joins_row_by_row(night: Night, tmp_path: Path) -> None:
    landed = land_later_file(night, tmp_path / "raw")
    given = {"TTHC_RAW_DIR": str(landed), "TTHC_WAREHOUSE_DIR": str(tmp_path / "kho")}
    found = explained(night, tmp_path, "run", **given)
    assert len(found["explained"]) > 50, found["explained"]
    assert found["pairs"] == {}


@pytest.mark.parametrize("asked", COMMANDS, ids=" ".join)
def test_no_query_of_a_command_joins_row_by_row(night: Night, tmp_path: Path, asked: tuple[str, ...]) -> None:
    found = explained(night, tmp_path, *asked)
    assert len(found["explained"]) >= 3, found["explained"]
    assert found["pairs"] == {}


def test_the_files_of_a_landing_folder_are_compared_without_joining_row_by_row(night: Night, tmp_path: Path) -> None:
    folder = night.raw / "ho_so" / "2024-12-31"
    found = explained(night, tmp_path, "check", str(folder), "--source", "ho_so", "--out", str(tmp_path / "out"))
    assert len(found["explained"]) >= 10, found["explained"]
    assert found["pairs"] == {}
