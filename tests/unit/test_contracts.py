"""Contracts are data: a schema that editors know, faults found before the night, and new sources without Python."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from pipelines.contracts.model import Contract, load_contract, load_contracts
from pipelines.settings import PROJECT_DIR
from scripts.docs import contract_schema

FOLDER = PROJECT_DIR / "contracts"
FILES = sorted(FOLDER.glob("*.yml"))
SCHEMA = json.loads(contract_schema())
VALIDATOR = Draft202012Validator(SCHEMA)
BUSES = """# yaml-language-server: $schema=schema.json
source: xe_buyt
title: {vi: Chuyến xe buýt, en: Bus trips}
grain: {vi: một dòng cho mỗi chuyến, en: one row per trip}
key: [Ma]
formats: {delimiter: ";", quote: "'", date_text: "%d/%m/%Y"}
fields:
  - {name: Ma, type: code, required: true, pattern: "XB[0-9]{3}", aliases: ["Mã chuyến"],
     description: {vi: Mã chuyến, en: Trip}}
  - {name: Tuyen, type: text, required: true, description: {vi: Tuyến, en: Line}}
  - {name: Ngay, type: date, description: {vi: Ngày, en: Day}}
  - {name: Gio, type: time, format: "%H.%M", description: {vi: Giờ, en: Time}}
  - {name: SoKhach, type: integer, minimum: 0, default: "0", description: {vi: Số khách, en: Passengers}}
  - {name: Ve, type: choice, codes: {"1": Lượt, "2": Tháng}, null_values: ["-"], description: {vi: Vé, en: Ticket}}
  - {name: TaiXe, type: text, personal: drop, description: {vi: Tài xế, en: Driver}}
ignored: ["Ghi chú"]
rules:
  - code: too_many_passengers
    when: "SoKhach > 80 AND Ngay <= _business_day"
    fix_hint: {vi: "Xe chỉ có 80 chỗ. Kiểm tra số khách.", en: "A bus has 80 seats. Check the count."}
"""
TRIPS = """Mã chuyến;Tuyen;Ngay;Gio;SoKhach;Ve;TaiXe;Ghi chú
XB001;'Biên Hòa; Long Thành';31/12/2024;06.30;12;1;Nguyễn Văn Mẫu;x
XB002;'Tân ''Phú''';31/12/2024;07.00;;-;;
XB3;Vĩnh Cửu;31/12/2024;07.00;1;1;;
XB004;Vĩnh Cửu;31/12/2024;7.00;1;1;;
XB005;Vĩnh Cửu;31/12/2024;08.00;81;1;Trần Thị Mẫu;
XB006;Vĩnh Cửu;2024-12-31;08.00;-1;3;;
"""


def buses() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(BUSES)
    return found


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    contract = copy.deepcopy(buses())
    change(contract)
    return contract


def field(number: int, **attributes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda contract: contract["fields"][number].update(attributes)


def rule(when: str) -> Callable[[dict[str, Any]], object]:
    return lambda contract: contract["rules"][0].update(when=when)


def test_the_committed_schema_is_the_generated_one() -> None:
    assert (FOLDER / "schema.json").read_text(encoding="utf-8") == contract_schema(), "run `make docs`"
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_explains_every_attribute() -> None:
    def silent(part: dict[str, Any], place: str) -> Iterator[str]:
        for name, said in part.get("properties", {}).items():
            if not said.get("description"):
                yield f"{place}.{name}"

    parts = {"Contract": SCHEMA, **SCHEMA["$defs"]}
    assert [name for place, part in parts.items() for name in silent(part, place)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_contract_keeps_to_the_schema_and_names_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=schema.json"
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))] == []
    assert load_contract(path).source == path.stem


def test_only_yaml_files_are_contracts() -> None:
    assert list(load_contracts(FOLDER)) == [path.stem for path in FILES]


def test_running_numbers_of_lists_are_let_go_everywhere() -> None:
    assert [name for name, contract in load_contracts(FOLDER).items() if "STT" not in contract.ignored] == []


@pytest.mark.parametrize(
    "change",
    [
        field(1, requird=True),
        lambda c: c.update(rulez=[]),
        lambda c: c["formats"].update(delimeter=","),
        field(1, codes={"1": "Một"}),
        field(1, type="choice"),
        field(1, type="choice", codes={}),
        field(1, type="number"),
        field(1, personal="hide"),
        field(1, minimum=0),
        field(0, alphabet="vietnamese"),
        field(4, pattern="[0-9]"),
        field(4, format="%H:%M"),
        field(1, name="_row_number"),
        field(1, name=""),
        lambda c: c["fields"][0].pop("description"),
        lambda c: c["rules"][0].pop("fix_hint"),
        lambda c: c["rules"][0].update(fix_hint={"vi": "Sửa.", "en": ""}),
        lambda c: c["rules"][0].update(code="Too many"),
        lambda c: c.update(source="../x"),
        lambda c: c.update(key=[]),
        lambda c: c.update(fields=[]),
        lambda c: c.update(lookups=[{"field": "Ma", "known": "bus"}]),
        lambda c: c.update(lookups=[{"field": "Ma"}]),
        lambda c: c.update(subject={"units": ["Ma"]}),
        lambda c: c["formats"].update(delimiter=";;"),
        lambda c: c["formats"].update(delimiter=""),
        lambda c: c["formats"].update(delimiter="¦"),
        lambda c: c["formats"].update(delimiter="\n"),
        lambda c: c["formats"].update(quote="“"),
        lambda c: c["formats"].update(number_sheet="english"),
    ],
)
def test_a_fault_of_form_is_seen_by_the_editor_and_by_the_loader(change: Callable[[dict[str, Any]], object]) -> None:
    wrong = changed(change)
    assert not VALIDATOR.is_valid(wrong)
    with pytest.raises(ValidationError):
        Contract.model_validate(wrong)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (rule("SoKhach >"), "no SQL"),
        (rule("SoKhach > 80; DROP TABLE xe_buyt"), "no SQL"),
        (rule("nofunction(SoKhach)"), "no SQL"),
        (rule("SoKhachs > 80"), "names SoKhachs"),
        (rule("TaiXe IS NULL"), "names TaiXe"),
        (rule("1 = 1"), "names no field"),
        (rule("SoKhach > 'x'"), "types"),
        (rule("Ngay > '2024-01-01'"), "types"),
        (rule("SoKhach + 1"), "true or false"),
        (rule("SUM(SoKhach) > 80"), "each row by itself"),
        (lambda c: c["rules"].append(c["rules"][0]), "same code: too_many_passengers"),
        (lambda c: c.update(key=["La"]), "La"),
        (lambda c: c.update(key=["TaiXe"]), "TaiXe"),
        (lambda c: c.update(newness="La"), "La"),
        (lambda c: c.update(tombstone="La"), "of type flag"),
        (lambda c: c.update(tombstone="SoKhach"), "of type flag"),
        (
            lambda c: c.update(lookups=[{"field": "La", "known": "unit"}]),
            "lookups name no code that is kept",
        ),
        (lambda c: c.update(lookups=[{"field": "Tuyen", "known": "unit"}]), "as it is: Tuyen"),
        (
            lambda c: c.update(subject={"unit": ["Ma", "TaiXe"]}),
            "subject names no code that is kept as it is: TaiXe",
        ),
        (lambda c: c.update(subject={"dossier": "La"}), "as it is: La"),
        (lambda c: c.update(subject={}), "names a unit or a dossier"),
        (field(1, aliases=["Ngay"]), "two things: Ngay"),
        (field(1, name="Ma"), "two things: Ma"),
        (lambda c: c.update(ignored=["Mã chuyến"]), "two things: Mã chuyến"),
        (field(0, pattern="XB[0-9"), "regular expression"),
        (field(3, format="HH:mm"), "hour and minute"),
        (field(2, format="%H:%M"), "day, month and year"),
        (field(2, format="%d/%m"), "day, month and year"),
        (lambda c: c["formats"].update(date_text="%Q"), "date_text"),
        (lambda c: c["formats"].update(quote=";"), "must differ"),
        (lambda c: c["formats"].update(encoding="tcvn3"), "no encoding tcvn3"),
        (lambda c: c["formats"].update(delimiter="đ"), "one ASCII character"),
        (field(4, default="none"), "default of SoKhach"),
        (field(4, default="-5"), "default of SoKhach"),
        (field(5, default="3"), "default of Ve"),
        (
            lambda c: c.update(
                envelope={"service": "X", "head": {"unit": "La"}, "children": {}},
            ),
            "names no field: La",
        ),
    ],
)
def test_a_fault_of_meaning_is_told_in_words(change: Callable[[dict[str, Any]], object], said: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Contract.model_validate(changed(change))
    assert said in str(refusal.value)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|", "'", " "])
def test_any_one_ascii_character_may_part_cells(sign: str) -> None:
    contract = changed(lambda c: c["formats"].update(delimiter=sign, quote='"'))
    assert VALIDATOR.is_valid(contract)
    assert Contract.model_validate(contract).formats.delimiter == sign


def test_headers_that_were_typed_decomposed_are_read_composed(tmp_path: Path) -> None:
    path = tmp_path / "xe_buyt.yml"
    path.write_text(BUSES.replace("Mã chuyến", "Ma\u0303 chuye\u0302\u0301n"), encoding="utf-8")
    assert load_contract(path).by_header["M\u00e3 chuy\u1ebfn"].name == "Ma"


@pytest.fixture
def check(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    (tmp_path / "2024-12-31").mkdir()
    (tmp_path / "2024-12-31" / "trips.csv").write_text(TRIPS, encoding="utf-8")
    (tmp_path / "xe_buyt.yml").write_text(BUSES, encoding="utf-8")

    def run(language: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pipelines", "check", "2024-12-31/trips.csv", "--contract", "xe_buyt.yml"]
        environment = {**os.environ, "TTHC_LANG": language}
        return subprocess.run(
            [*command, "--out", "out"], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
        )

    return run


@pytest.mark.slow
def test_a_new_source_needs_a_contract_and_no_python(check: Callable[..., Any], tmp_path: Path) -> None:
    assert VALIDATOR.is_valid(buses())
    done = check("en")
    assert done.returncode == 5, done.stdout + done.stderr
    assert "xe_buyt: 6 rows, 2 accepted, 4 rejected" in done.stdout
    accepted = pl.read_parquet(tmp_path / "out" / "accepted.parquet")
    assert "TaiXe" not in accepted.columns and "Ghi chú" not in accepted.columns
    assert accepted.select("Ma", "Tuyen", pl.col("Gio").cast(pl.String), "SoKhach", "Ve").rows() == [
        ("XB001", "Biên Hòa; Long Thành", "06:30:00", 12, 1),
        ("XB002", "Tân 'Phú'", "07:00:00", 0, None),
    ]
    rejected = pl.read_parquet(tmp_path / "out" / "rejected.parquet")
    assert {row: sorted(reasons) for row, reasons in rejected.select("_row_number", "_reasons").iter_rows()} == {
        4: ["not_as_pattern:Ma"],
        5: ["bad_time:Gio"],
        6: ["too_many_passengers"],
        7: ["bad_date:Ngay", "below_minimum:SoKhach", "not_in_code_list:Ve"],
    }
    assert rejected.filter(_row_number=6).select("Ma", "SoKhach", "TaiXe").rows() == [("XB005", "81", "Trần Thị Mẫu")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "cures"),
    [
        ("vi", ["Xe chỉ có 80 chỗ. Kiểm tra số khách.", "Ve chỉ nhận: 1, 2.", "Gio phải là giờ có thật, dạng HH.mm."]),
        ("en", ["A bus has 80 seats. Check the count.", "Ve takes only: 1, 2.", "such as HH.mm."]),
    ],
)
def test_the_deliverer_reads_the_contract_s_own_cure(
    check: Callable[..., Any], language: str, cures: list[str]
) -> None:
    said = check(language).stdout
    assert [cure for cure in cures if cure not in said] == []
    assert "Trần" not in said
