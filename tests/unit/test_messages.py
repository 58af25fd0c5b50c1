"""JSON as it comes: what readers would differ on is refused, and every format gives the same rows."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Parsed

Parse = Callable[..., Parsed]
UNIT = '{"MaDonVi": "U1", "TenDonVi": "Một", "Cap": "so"}'
DOSSIER = {"MaHoSo": "A-1", "MaTTHC": "1.000001", "TrangThaiHoSo": "4", "NgayTiepNhan": "20240105080000"}
DATA = f'"data": [{json.dumps(DOSSIER)}]'
SERVICE, UNIT_CODE = '"service": "DongBoHoSoMC"', '"madonvi": "H19"'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"MaDonVi": "U1", "TenDonVi": "Một", "Cap": "so", "MaDonVi": "U2"}]', "member_twice"),
        ('[{"MaDonVi": "U1", "TenDonVi": "Một", "Cap": "so", "MaDonV\\u0069": "U2"}]', "member_twice"),
        ('[{"MaDonVi": NaN, "TenDonVi": "Một", "Cap": "so"}]', "not_json"),
        ('[{"MaDonVi": 1e99999999999999999999, "TenDonVi": "Một", "Cap": "so"}]', "not_json"),
        ('[{"MaDonVi": ' + "9" * 5000 + ', "TenDonVi": "Một", "Cap": "so"}]', "not_json"),
        ('[{"MaDonVi": "\\ud83d", "TenDonVi": "Một", "Cap": "so"}]', "half_character"),
        ('[{"MaDonVi": "\\ude00\\ud83d", "TenDonVi": "Một", "Cap": "so"}]', "half_character"),
        ("[" * 100_000 + "]" * 100_000, "too_deep"),
        ('[{"MaDonVi": "U1", "TenDonVi": ' + '{"a":' * 100_000, "too_deep"),
        (UNIT, "not_a_list"),
        (f'{{"data": [{UNIT}]}}', "not_a_list"),
        (f"{UNIT}\n{UNIT}", "is_ndjson"),
        ('"MaDonVi"', "not_a_list"),
        (f"[{UNIT}", "not_json"),
        (f"[{UNIT}] {UNIT}", "not_json"),
        (f"[{UNIT},]", "not_json"),
        (f"[[{UNIT}]]", "not_a_record"),
        (" ", "not_json"),
        ("", "empty_file"),
        (f"[{UNIT}]".encode("utf-16"), "is_utf16"),
        (f"[{UNIT}]".encode("windows-1252", errors="replace") + b"\xff", "wrong_encoding"),
    ],
)
def test_a_doubtful_array_is_refused(parse: Parse, text: str | bytes, code: str) -> None:
    done = parse("don_vi", text, "a.json")
    assert (done.refused, list(done.folder.rglob("*.parquet"))) == (code, [])


@pytest.mark.parametrize(
    ("text", "code"),
    [(f"{UNIT}\n{UNIT[:-1]}", "not_json"), (f"{UNIT}\n{UNIT} x", "not_json"), (f"{UNIT}\n[{UNIT}]", "not_a_record"),
     (f"{UNIT}\n7\n", "not_a_record"), (f"{UNIT},\n{UNIT}", "not_json")],
)  # fmt: skip
def test_doubtful_lines_are_refused(parse: Parse, text: str, code: str) -> None:
    assert parse("don_vi", text, "a.ndjson").refused == code


@pytest.mark.parametrize("number", ["1e5", "1.002030", "7", "true", "9" * 150])
def test_a_code_written_as_a_number_is_rejected(parse: Parse, number: str) -> None:
    done = parse("don_vi", f'[{UNIT}, {{"MaDonVi": {number}, "TenDonVi": "Hai", "Cap": "xa"}}]', "a.json")
    assert done.counts("don_vi") == (2, 1, 1)
    assert done.quarantine("don_vi")["_reasons"].to_list() == [["code_turned_into_number:MaDonVi"]]


def test_numbers_are_whole_and_fit(parse: Parse) -> None:
    numbers = ["7", '"7"', "null", str(2**63 + 1), "7.0", "7e0", "true"]
    rows = [f'{{"MaTTHC": "1.{n}", "TenTTHC": "Một", "ThoiHanGiaiQuyet": {v}}}' for n, v in enumerate(numbers)]
    done = parse("thu_tuc", f"[{','.join(rows)}]", "a.json")
    assert done.lake("thu_tuc")["ThoiHanGiaiQuyet"].to_list() == [7, 7, None, 7]
    assert done.quarantine("thu_tuc")["_reasons"].to_list() == [["bad_integer:ThoiHanGiaiQuyet"]] * 3


@pytest.mark.parametrize("order", [(SERVICE, UNIT_CODE, DATA), (DATA, UNIT_CODE, SERVICE), (SERVICE, DATA, UNIT_CODE)])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_members_of_a_message_stand_in_any_order(parse: Parse, order: tuple[str, ...], mark: str) -> None:
    done = parse("ho_so", mark + "{" + ", ".join(order) + "}", "m.json")
    assert done.lake("ho_so").select("MaHoSo", "MaDonVi").rows() == [("A-1", "H19")]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ((SERVICE, UNIT_CODE, DATA, '"madonvi": "H20"'), "member_twice"),
        ((SERVICE, UNIT_CODE, DATA, '"d\\u0061ta": []'), "member_twice"),
        ((SERVICE, DATA, DATA), "member_twice"),
        ((SERVICE, DATA, '"data.item": {}'), "member_twice"),
        ((UNIT_CODE, DATA), "not_a_message"),
        ((SERVICE, UNIT_CODE), "not_a_message"),
        ((SERVICE, '"data": {"item": {}}'), "not_a_message"),
        ((SERVICE, UNIT_CODE, DATA.replace("}", ', "TaiLieuNop": 7}')), "not_a_record"),
        ((SERVICE, UNIT_CODE, DATA.replace("}", ', "TaiLieuNop": {"TepDinhKemId": "1"}}')), "not_a_record"),
    ],
)
def test_a_doubtful_message_is_refused(parse: Parse, members: tuple[str, ...], code: str) -> None:
    assert parse("ho_so", "{" + ", ".join(members) + "}", "m.json").refused == code


def test_words_of_the_message_may_stand_in_its_rows(parse: Parse) -> None:
    data = DATA.replace("A-1", "data").replace("1.000001", "service")
    done = parse("ho_so", f'{{{SERVICE}, {UNIT_CODE}, {data}, "x": ["madonvi", "\\u0041"]}}', "m.json")
    assert done.lake("ho_so")["MaHoSo"].to_list() == ["data"]


words = st.text(st.sampled_from('aZ09 .,;"\\\n\tĐộ½😀<&\u0323'), max_size=6)
# A key of words is a row below the list in text and sheets; JSON has no such rows.
codes = st.sampled_from(["", "U1", "U20", "U3"])
records = st.fixed_dictionaries(
    {"MaDonVi": codes, "TenDonVi": words, "Cap": st.sampled_from(["so", "xa", "sai", ""])},
    optional={"HieuLucTu": st.sampled_from(["20240105", "20240231", ""])},
)


def written(records: list[dict[str, str]], folder: Path) -> dict[str, str | bytes | Path]:
    """Return the same records in every format that is text."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, restval="")
    writer.writeheader()
    writer.writerows(records)
    frame = pl.DataFrame(records, schema=dict.fromkeys(columns, pl.String))
    frame.write_parquet(folder / "x.parquet")
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    return {"x.json": json.dumps(records), "x.ndjson": lines, "x.csv": table.getvalue(),
            "x.parquet": folder / "x.parquet"}  # fmt: skip


@pytest.mark.slow
@given(st.lists(records, min_size=1, max_size=8))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_text_format_gives_the_same_rows(parse: Parse, tmp_path: Path, records: list[dict[str, str]]) -> None:
    outcomes: list[Any] = []
    for name, content in written(records, tmp_path).items():
        done = parse("don_vi", content, name)
        sources = done.receipt["sources"]["don_vi"] if done.refused is None else done.refused
        rows = done.lake("don_vi").drop("_source_file", "_row_number").to_dicts() if done.refused is None else []
        outcomes.append((sources, rows))
        for path in tmp_path.rglob("lake/**/*.parquet"):
            path.unlink()
    assert outcomes == [outcomes[0]] * 4
