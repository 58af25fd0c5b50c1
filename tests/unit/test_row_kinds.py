"""Tombstones, rows with an impossible update time, and decimal numbers, as parsing accepts or rejects them."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipelines.contracts.column_types import type_column
from pipelines.contracts.fields import ContractField
from pipelines.contracts.model import Contract
from pipelines.parsing.validate import Validator

from .conftest import DAY, Parsed

WHOLE = "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan,NgayCapNhat,DaXoa\n"
ALIVE = "A-1,1.000001,H19.07,4,20241202080000,20241202090000,\n"


def reasons(done: Parsed, source: str = "ho_so") -> list[list[str]]:
    return [sorted(row) for row in done.quarantine(source).sort("_row_number")["_reasons"].to_list()]


@pytest.mark.parametrize("head", ["MaHoSo,DaXoa", "DaXoa,STT,MaHoSo", "Mã hồ sơ,DaXoa", "MaHoSo,NgayCapNhat,DaXoa"])
def test_a_list_of_deleted_dossiers_needs_no_more_than_their_keys(parse: Callable[..., Parsed], head: str) -> None:
    cells = {"MaHoSo": "A-1", "Mã hồ sơ": "A-1", "DaXoa": "1", "STT": "7", "NgayCapNhat": ""}
    done = parse("ho_so", f"{head}\n{','.join(cells[name] for name in head.split(','))}\n")
    assert done.counts("ho_so") == (1, 1, 0)
    (row,) = done.lake("ho_so").to_dicts()
    assert (row["MaHoSo"], row["DaXoa"], row["MaTTHC"], row["TrangThaiHoSo"]) == ("A-1", 1, None, None)


def test_the_same_in_a_workbook_and_in_json(parse: Callable[..., Parsed], tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Danh sách hồ sơ đã xóa"], ["Mã hồ sơ", "DaXoa"], ["A-1", 1]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    assert parse("ho_so", tmp_path / "x.xlsx", "x.xlsx").counts("ho_so") == (1, 1, 0)
    plain = json.dumps([{"MaHoSo": "A-1", "DaXoa": True}, {"MaHoSo": "A-2", "DaXoa": "1", "NgayCapNhat": ""}])
    assert parse("ho_so", plain, "x.json").counts("ho_so") == (2, 2, 0)
    message = {"service": "DongBoHoSoMC", "madonvi": "H19", "data": [{"MaHoSo": "A-1", "DaXoa": "1"}]}
    assert parse("ho_so", json.dumps(message), "x.json").counts("ho_so") == (1, 1, 0)


@pytest.mark.parametrize("mark", ["0", ""])
def test_a_row_that_is_not_deleted_lacks_what_is_required(parse: Callable[..., Parsed], mark: str) -> None:
    done = parse("ho_so", f"MaHoSo,DaXoa\nA-1,{mark}\nA-2,1\n")
    assert done.counts("ho_so") == (2, 1, 1)
    assert reasons(done) == [[f"required_missing:{name}" for name in ("MaDonVi", "MaTTHC", "TrangThaiHoSo")]]


def test_an_extract_that_lacks_a_column_is_still_refused(parse: Callable[..., Parsed]) -> None:
    done = parse("ho_so", "MaHoSo,MaDonVi,TrangThaiHoSo,DaXoa\nA-1,H19.07,4,1\n")
    assert done.refused == "header_differs"
    refused = done.receipt["refused"]
    assert refused is not None and refused["params"]["absent"] == "MaTTHC"
    # Where a source knows no deletion, nothing has changed.
    assert parse("thong_bao", "MaHoSo,NgayGui\nA-1,20241202080000\n").refused == "header_differs"


def test_rules_on_a_deleted_dossier_ask_only_who_it_is(parse: Callable[..., Parsed]) -> None:
    rows = [
        "A-1,1.000001,H19.07,9,,,1",  # finished without dates: nobody minds any more
        "123456789012,,,,,,1",
        ",,,,,,1",
        "A-4,,,,,20991231080000,1",
        "A-5,,,44,,,1",  # a cell that is wrong in itself: what the row says is not certain
        "A-6,1.000001,H19.07,9,,,0",
    ]
    done = parse("ho_so", WHOLE + "\n".join(rows) + "\n")
    assert done.lake("ho_so")["MaHoSo"].to_list() == ["A-1"]
    assert reasons(done) == [
        ["code_looks_like_identity_number:MaHoSo"],
        ["required_missing:MaHoSo"],
        ["newer_than_business_day:NgayCapNhat"],
        ["not_in_code_list:TrangThaiHoSo"],
        ["no_finish_date", "no_received_date"],
    ]


@pytest.mark.parametrize(
    ("updated", "is_taken"),
    [("20241231235959", True), ("20250101235959", True), ("20250102000000", False), ("20990101000000", False)],
)
def test_an_update_time_more_than_a_day_after_its_business_day(
    parse: Callable[..., Parsed], updated: str, is_taken: bool
) -> None:
    done = parse("ho_so", WHOLE + ALIVE.replace("20241202090000", updated))
    assert done.counts("ho_so") == (1, int(is_taken), int(not is_taken))
    if not is_taken:
        assert reasons(done) == [["newer_than_business_day:NgayCapNhat"]]


def test_what_is_too_new_does_not_say_how_new_a_rejected_row_is(contracts: dict[str, Contract]) -> None:
    frame = {"MaHoSo": ["A-1", "A-2"], "NgayCapNhat": ["20990101000000", "20241202090000"], "DaXoa": [None, None]}
    batch = pl.DataFrame(frame, schema=dict.fromkeys(frame, pl.String())).with_row_index("_row_number", 1)
    from pipelines.contracts.batch import Batch

    _, rejected = Validator(contracts["ho_so"], "text", DAY)(Batch("ho_so", batch))
    assert rejected["_updated_at"].to_list() == [None, dt.datetime(2024, 12, 2, 9)]


@pytest.mark.parametrize(
    ("cell", "style", "value"),
    [
        ("12.5", "text", 12.5),
        ("0", "text", 0.0),
        ("12,5", "text", None),
        ("1e2", "text", None),
        ("12.", "text", None),
        ("12.5", "plain", 12.5),
        ("12,5", "plain", 12.5),
        ("1.234,5", "plain", None),
        ("12,5", "vietnamese", 12.5),
        ("1.234", "vietnamese", None),
        ("-1", "text", None),
        ("", "text", None),
    ],
)
def test_numbers_with_decimals(contracts: dict[str, Contract], cell: str, style: str, value: float | None) -> None:
    contract = contracts["diem_766"]
    formats = contract.formats.model_copy(update={"number_sheet": style if style != "text" else "plain"})
    reading = type_column(contract.by_name["Diem"], formats, "text" if style == "text" else "sheet")
    row = pl.DataFrame({"Diem": [cell]}).select(reading.value.alias("value"), **reading.wrong)
    is_wrong = any(row[code].item() for code in reading.wrong)
    assert (None if is_wrong else row["value"].item()) == value


def test_points_of_the_portal_are_taken(parse: Callable[..., Parsed]) -> None:
    head = "MaDonVi,NgayTinh,MaChiSo,Diem,DiemToiDa,TuSo,MauSo\n"
    done = parse(
        "diem_766", head + "H19.07,20241230,1.1,1.75,2,7,8\nH19.07,20241230,1.2,3,2,,\nH19.07,20241230,1.3,,,,\n"
    )
    assert done.lake("diem_766").select("MaChiSo", "Diem", "MauSo").rows() == [("1.1", 1.75, 8), ("1.3", None, None)]
    assert reasons(done, "diem_766") == [["points_over_maximum"]]
    sheet = "<table><tr><th>MaDonVi<th>NgayTinh<th>MaChiSo<th>Diem<tr><td>H19.07<td>30/12/2024<td>1.1<td>1,75</table>"
    assert parse("diem_766", sheet, "x.xls").lake("diem_766")["Diem"].to_list()[-1] == 1.75


def test_a_minimum_is_for_numbers() -> None:
    said = {"vi": "Điểm", "en": "Points"}
    assert ContractField(name="Diem", type="decimal", description=said, minimum=0).minimum == 0
    with pytest.raises(ValueError, match="for numbers"):
        ContractField(name="Diem", type="text", description=said, minimum=0)
