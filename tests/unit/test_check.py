"""`tthc check` says before delivery what the nightly job would say after it."""

import json
import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.common.i18n import catalogue
from pipelines.contracts.fix_hints import fix_hint
from pipelines.contracts.model import Contract, load_contracts
from pipelines.settings import PROJECT_DIR, Settings
from tests.forked_command import run_forked

pytestmark = pytest.mark.slow
HEAD = "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan,ChuHoSo\n"
GOOD = "A-1,1,U,4,20240105080000,Nguyễn Văn Mẫu\n"
WRONG = "A-2,1,U,44,20240105080000,Trần Thị Mẫu\n"
OWN = """
source: chuyen_bay
title: {vi: Chuyến bay, en: Flights}
grain: {vi: một dòng cho mỗi chuyến, en: one row per flight}
key: [Ma]
formats: {delimiter: ";", date_text: "%d.%m.%Y"}
fields:
  - {name: Ma, type: code, required: true, description: {vi: Mã, en: Code}}
  - {name: Ngay, type: date, description: {vi: Ngày, en: Day}}
"""


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_forked("pipelines", ("check", *arguments), {**os.environ, "TTHC_LANG": "en"}, tmp_path)

    (tmp_path / "empty").mkdir()
    (tmp_path / "good.csv").write_text(HEAD + GOOD, encoding="utf-8")
    (tmp_path / "mixed.csv").write_text(HEAD + GOOD + WRONG, encoding="utf-8")
    (tmp_path / "bad.csv").write_text("La\n1\n", encoding="utf-8")
    (tmp_path / "own.yml").write_text(OWN, encoding="utf-8")
    (tmp_path / "own.csv").write_text("Ngay;Ma\n31.12.2024;VN1\n2024-12-31;VN2\n", encoding="utf-8")
    return run


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.csv", "--source", "ho_so"], 0),
        (["mixed.csv", "--source", "ho_so"], 5),
        (["good.csv", "mixed.csv", "bad.csv", "--source", "ho_so"], 6),
        (["gone.csv", "--source", "ho_so"], 6),
        (["own.csv", "--contract", "own.yml"], 5),
        (["good.csv", "--contract", "own.yml", "--source", "ho_so"], 2),
        (["*.csv", "--source", "ho_so"], 6),
        (["go*.csv", "--source", "ho_so"], 0),
        (["none*.csv", "--source", "ho_so"], 6),
        (["empty", "--source", "ho_so"], 2),
        (["good.csv"], 2),
        (["good.csv", "--source", "la"], 2),
        (["good.csv", "--contract", "good.csv"], 2),
    ],
)
def test_the_exit_code_says_how_it_went(check: Callable[..., Any], arguments: list[str], code: int) -> None:
    done = check(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_reasons_come_with_places_and_a_cure_but_no_value(check: Callable[..., Any]) -> None:
    done = check("mixed.csv", "--source", "ho_so")
    assert "ho_so: 2 rows, 1 accepted, 1 rejected" in done.stdout
    assert re.search(
        r"not_in_code_list:TrangThaiHoSo · 1 rows, first in line 3, column TrangThaiHoSo\n"
        r" +TrangThaiHoSo takes only: 1, 2",
        done.stdout,
    )
    said = done.stdout.replace(os.environ["TTHC_WAREHOUSE_DIR"], "")  # a folder of the tests, with numbers of its own
    assert "Trần" not in said and "44" not in said


def test_outputs_hold_accepted_and_rejected_rows_and_a_report(check: Callable[..., Any], tmp_path: Path) -> None:
    check("good.csv", "mixed.csv", "bad.csv", "--source", "ho_so", "--out", "out")
    accepted = pl.read_parquet(tmp_path / "out" / "accepted.parquet")
    rejected = pl.read_parquet(tmp_path / "out" / "rejected.parquet")
    assert accepted.select("MaHoSo", "_row_number").rows() == [("A-1", 2), ("A-1", 2)]
    assert "ChuHoSo" not in accepted.columns and "SoGiayToChuHoSo" not in accepted.columns
    assert rejected.select("MaHoSo", "ChuHoSo", "_row_number", "_reasons").rows() == [
        ("A-2", "Trần Thị Mẫu", 3, ["not_in_code_list:TrangThaiHoSo"])
    ]
    assert stat.S_IMODE((tmp_path / "out" / "rejected.parquet").stat().st_mode) == 0o600
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert [file["refused"] and file["refused"]["code"] for file in report] == [None, None, "header_differs"]
    assert report[1]["sources"]["ho_so"] == {"rows_in": 2, "accepted": 1, "rejected": 1}


def test_every_reason_has_a_cure_in_both_languages(contracts: dict[str, Contract]) -> None:
    code = [path for part in ("parsing", "contracts") for path in (PROJECT_DIR / "pipelines" / part).rglob("*.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in code)
    cells = {"bad_timestamp", "bad_date"} | set(
        re.findall(r'"(\w+)"(?:: |\] = )(?:text|value|~|null_word|elsewise|looks|written)', source)
    )
    cells |= {"too_long", "not_as_pattern"}
    cells = {code for code in cells if not code.startswith("unclean")}  # looked at again, never a reason
    sql = "".join(path.read_text() for path in (PROJECT_DIR / "dbt_project").rglob("*.sql"))
    others = set(re.findall(r'"reason": "(\w+)"', sql)) | {"conflict", "wrong_width", "required_missing"}
    others |= {"below_minimum", "above_maximum", "merged_cells", "error_cell", "code_turned_into_number"}
    new = {"null_word", "bad_name", "looks_like_formula", "looks_personal", "out_of_range"}
    new |= {"bad_integer", "bad_code", "not_in_code_list", "code_looks_like_identity_number"}
    assert new <= cells and "unknown_unit" in others
    refusals = set(re.findall(r'FileRefused\(\s*"(\w+)"', source))
    assert {"quote_inside", "cut_off", "sheets", "header_differs"} <= refusals <= set(catalogue())
    assert {f"fix_{code}" for code in cells | others} <= set(catalogue())
    for contract in load_contracts(Settings().contracts_dir).values():
        for rule in contract.rules:
            assert fix_hint(rule.code, contract) == rule.fix_hint.vi


def test_several_files_are_added_up_and_nothing_is_told_as_to_an_operator(check: Callable[..., Any]) -> None:
    done = check("good.csv", "mixed.csv", "bad.csv", "gone.csv", "--source", "ho_so")
    assert "Total: files 4, rows 3, accepted 2, rejected 1, refused 2" in done.stdout
    assert "next run" not in done.stdout + done.stderr and "night" not in (done.stdout + done.stderr).lower()
    assert "Not checked: whether units, procedures and dossiers are known" in done.stdout


def test_the_help_shows_how_and_what_exit_codes_mean(check: Callable[..., Any]) -> None:
    said = check("--help").stdout
    assert "tthc check ho_so.csv --source ho_so" in said
    assert all(f"{code} " in said for code in (0, 2, 5, 6))
