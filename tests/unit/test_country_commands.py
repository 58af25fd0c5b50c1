"""`tthc country`: what it prints and with which code it ends, with nights that are made up."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import TthcError
from pipelines.country import nights
from pipelines.country.provinces import Installation
from tests.provinces import SmallProvince, share, write_installation

# One that goes well, one that the gate refuses; both say a stage and more.
NIGHT = (
    "import os, sys; print('   0.1 s  1/7 Landing'); print('[gate_refused] no');"
    "sys.exit(3 if os.environ['TTHC_PROVINCE'] == 'h20' else 0)"
)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    made = write_installation(tmp_path, ["H19", "H20"])
    monkeypatch.setenv("TTHC_PROVINCES_FILE", str(made.file))
    monkeypatch.setenv("TTHC_REGISTERS_DIR", str(made.base.registers_dir))
    monkeypatch.setattr(nights, "run_nights", partial(nights.run_nights, command=[sys.executable, "-c", NIGHT]))
    return made


def country(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["--lang", "en", "country", *arguments], env={"COLUMNS": "160"})


def test_nights_end_with_the_worst_code_and_say_what_to_do_in_each_province(installation: Installation) -> None:
    done = country("run")
    assert done.exit_code == 3
    assert "H19      0.1 s  1/7 Landing" in done.stdout and "H20:" in done.stdout and "Read " in done.stdout
    chosen = country("run", "H19", "--json")
    assert chosen.exit_code == 0 and [night["code"] for night in json.loads(chosen.stdout)] == ["H19"]


def test_a_roll_up_after_the_nights_says_who_is_in_it(installation: Installation) -> None:
    SmallProvince("H19", [share(1, 2)]).publish(installation.settings_of("H19").warehouse_dir)
    done = country("run", "--rollup")
    assert done.exit_code == 3  # that of the nights
    assert "H19: added, figures until 2024-02-29" in done.stdout
    assert "H20: NOT added: it has published no version" in done.stdout and "Published figures" in done.stdout
    again = country("rollup")
    assert again.exit_code == 0 and "are the same" in again.stdout
    told = json.loads(country("rollup", "--json").stdout)
    assert [one["code"] for one in told["added"]] == ["H19"] and told["left_out"][0]["why_not"] == "no_version"


def test_where_nothing_can_be_added_the_nights_stay_done_and_the_code_is_that_of_the_fault(
    installation: Installation,
) -> None:
    done = country("run", "H19", "--rollup")
    assert done.exit_code == 1 and "[rollup_nothing]" in done.stdout
    failed = country("rollup")
    assert isinstance(failed.exception, TthcError) and failed.exception.code == "rollup_nothing"


def test_status_has_a_line_for_each_and_one_for_the_country(installation: Installation) -> None:
    done = country("status")
    assert done.exit_code == 3 and "stale" in done.stdout  # nothing is published
    assert "H19" in done.stdout and "H20" in done.stdout and "Country: no version yet" in done.stdout
    (installation.base.registers_dir / "h20" / "province.yml").write_text("code: H99\n")
    broken = country("status")
    assert broken.exit_code == 1 and "[province_registers]" in broken.stdout
