"""Excel lists as offices send them: title rows, aliases, numbers where codes should be."""

import datetime as dt
import gzip
import random
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines.contracts.model import Contract
from pipelines.parsing.readers.reading import read
from pipelines.parsing.validate import Validator
from pipelines.settings import PROJECT_DIR

from .conftest import DAY, Parsed

Parse = Callable[..., Parsed]
LISTS = PROJECT_DIR.parent / "shared" / "real" / "procedure_lists"
HEADER = ["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"]
UNITS = ["MaDonVi", "TenDonVi", "Cap", "HieuLucTu"]


def book(path: Path, rows: Sequence[Any], extra: str | None = None, *, merged: str = "") -> Path:
    """Return a workbook of these rows, with these ranges merged."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    for cells in merged.split():
        workbook.active.merge_cells(cells)
    if extra:
        sheet = workbook.create_sheet("Khác")
        sheet.sheet_state = extra
        sheet.append(["Ghi chú"])
    workbook.save(path)
    return path


def test_the_header_is_found_below_the_title(parse: Parse, tmp_path: Path) -> None:
    rows = [["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], HEADER, ["1.000001", " Tên  thủ tục\n", "Bộ A", "", "Hộ tịch"]]
    done = parse("thu_tuc", book(tmp_path / "a.xlsx", rows), "a.xlsx")
    (row,) = done.lake("thu_tuc").to_dicts()
    assert (row["MaTTHC"], row["TenTTHC"], row["TenLinhVuc"]) == ("1.000001", "Tên thủ tục", "Hộ tịch")
    assert row["CoPhiLePhi"] is None and row["ThoiHanGiaiQuyet"] is None


def test_a_code_that_excel_turned_into_a_number_is_rejected(parse: Parse, tmp_path: Path) -> None:
    rows = [HEADER, [1.00178, "Một", "", "", ""], ["1.000002", "Hai", "", "", ""]]
    done = parse("thu_tuc", book(tmp_path / "a.xlsx", rows), "a.xlsx")
    assert done.counts("thu_tuc") == (2, 1, 1)
    assert done.quarantine("thu_tuc")["_reasons"].to_list() == [["code_turned_into_number:MaTTHC"]]


def test_dates_are_read_from_date_cells_and_from_text(parse: Parse, tmp_path: Path) -> None:
    rows = [["MaDonVi", "TenDonVi", "Cap", "HieuLucTu"], ["U1", "Một", "so", DAY], ["U2", "Hai", "xa", "31/12/2024"],
            ["U3", "Ba", "xa", "12/31/2024"]]  # fmt: skip
    done = parse("don_vi", book(tmp_path / "a.xlsx", rows), "a.xlsx")
    assert done.lake("don_vi")["HieuLucTu"].to_list() == [DAY, DAY]
    assert done.quarantine("don_vi")["_reasons"].to_list() == [["bad_date:HieuLucTu"]]


def test_a_rejected_row_of_a_list_keeps_when_it_was_updated(parse: Parse, tmp_path: Path) -> None:
    rows = [
        ["MaHoSo", "MaTTHC", "MaDonVi", "TrangThaiHoSo", "NgayCapNhat"],
        ["A-1", "1.1", "U", "4", "05/06/2024 10:00:00"],
        ["A-2", "1.1", "U", "4", "31/02/2024 10:00:00"],
    ]
    done = parse("ho_so", book(tmp_path / "a.xlsx", rows), "a.xlsx")
    listed = pl.read_parquet(next(done.folder.glob("lake/_rejected/ho_so/*/*.parquet")))
    assert listed.select("dossier_code", "updated_at").rows() == [("A-1", dt.datetime(2024, 6, 5, 10)), ("A-2", None)]


def test_which_sheet_is_meant_must_be_certain(parse: Parse, tmp_path: Path) -> None:
    rows = [HEADER, ["1.000001", "Một", "", "", ""]]
    assert parse("thu_tuc", book(tmp_path / "a.xlsx", rows, extra="visible"), "a.xlsx").refused == "sheets"
    assert parse("thu_tuc", book(tmp_path / "b.xlsx", rows, extra="hidden"), "b.xlsx").counts("thu_tuc") == (1, 1, 0)


def test_empty_sheets_beside_the_list_are_no_reason_to_refuse(parse: Parse, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.create_sheet("Hai").append([None, ""])
    workbook.create_sheet("Ba", 0)
    for row in [HEADER, ["1.000001", "Một", "", "", ""]]:
        workbook["Sheet"].append(row)
    workbook.save(tmp_path / "a.xlsx")
    assert parse("thu_tuc", tmp_path / "a.xlsx", "a.xlsx").counts("thu_tuc") == (1, 1, 0)
    workbook["Hai"]["A1"] = "=1+1"
    workbook.save(tmp_path / "b.xlsx")
    assert parse("thu_tuc", tmp_path / "b.xlsx", "b.xlsx").receipt["refused"] == {
        "code": "formulas", "params": {"sheet": 3, "cell": "A1"},
    }  # fmt: skip


def test_cells_outside_the_header_and_files_that_are_no_workbook(parse: Parse, tmp_path: Path) -> None:
    rows = [HEADER, ["1.000001", "Một", "", "", "", "lệch"]]
    assert parse("thu_tuc", book(tmp_path / "a.xlsx", rows), "a.xlsx").counts("thu_tuc") == (1, 0, 1)
    assert parse("thu_tuc", b"<html></html>", "a.xlsx").refused == "is_html"
    assert parse("thu_tuc", book(tmp_path / "c.xlsx", [["A", "B"], ["1", "2"]]), "c.xlsx").refused == "header_differs"


def judged(path: Path, contract: Contract) -> tuple[pl.DataFrame, pl.DataFrame]:
    (batch,) = read(path, path.name, contract, {contract.source: contract})
    return Validator(contract, batch.family, DAY)(batch)


def test_a_header_of_two_rows_is_joined_and_known_by_its_last_part(parse: Parse, tmp_path: Path) -> None:
    rows = [["DANH SÁCH"], ["STT", "Mã số", "Tên", "Thông tin", None], [None, None, None, "Lĩnh vực", "MaLinhVuc"],
            ["(1)", "(2)", "(3)", "(4)", "(5)=(3)+(4)"], [1, "1.000001", "Một", "Hộ tịch", "HT"]]  # fmt: skip
    path = book(tmp_path / "a.xlsx", rows, merged="A1:E1 A2:A3 B2:B3 C2:C3 D2:E2")
    (row,) = parse("thu_tuc", path, "a.xlsx").lake("thu_tuc").to_dicts()
    assert (row["MaTTHC"], row["TenLinhVuc"], row["MaLinhVuc"]) == ("1.000001", "Hộ tịch", "HT")


def test_a_header_of_three_rows_is_known_by_its_joined_labels(contracts: dict[str, Contract], tmp_path: Path) -> None:
    fields = contracts["don_vi"].model_dump()["fields"]
    for field, alias in zip(fields[4:], ("Hiệu lực > Ngày > Từ", "Hiệu lực > Ngày > Đến"), strict=True):
        field["aliases"] = (alias,)
    contract = Contract.model_validate({**contracts["don_vi"].model_dump(), "fields": fields})
    rows = [[*UNITS[:3], "Hiệu  lực", None], [None, None, None, "Ngày"], [None, None, None, "Từ", "Đến"],
            [1, 2, 3, 4, 5], ["U1", "Một", "so", DAY, "31/12/2025"]]  # fmt: skip
    accepted, _ = judged(book(tmp_path / "a.xlsx", rows, merged="A1:A3 B1:B3 C1:C3 D1:E1 D2:E2"), contract)
    assert accepted.select("MaDonVi", "HieuLucTu", "HieuLucDen").rows() == [("U1", DAY, dt.date(2025, 12, 31))]


def test_totals_are_left_out_but_names_that_begin_like_totals_are_not(parse: Parse, tmp_path: Path) -> None:
    rows = [UNITS, ["U1", "Tổng cộng", "so"], [None, "Tổng cục Thuế", "so"], [None, "Cộng đồng", "xa"],
            ["TỔNG CỘNG", None, 12], [None, "Tổng số (I+II):", None], [" ", None, "\xa0"]]  # fmt: skip
    done = parse("don_vi", book(tmp_path / "a.xlsx", rows), "a.xlsx")
    assert done.lake("don_vi")["TenDonVi"].to_list() == ["Tổng cộng"]
    assert done.quarantine("don_vi")["TenDonVi"].to_list() == ["Tổng cục Thuế", "Cộng đồng"]


def test_a_header_repeated_on_each_page_is_left_out_and_another_one_refuses(parse: Parse, tmp_path: Path) -> None:
    rows: list[list[Any]] = [UNITS[:3], ["U1", "Một", "so"], UNITS[:3], ["(1)", "(2)", "(3)"], ["U2", "Hai", "xa"]]
    assert parse("don_vi", book(tmp_path / "a.xlsx", rows), "a.xlsx").counts("don_vi") == (2, 2, 0)
    rows[2:3] = [[None], [" madonvi", "TENDONVI ", "Cap"]]
    assert parse("don_vi", book(tmp_path / "c.xlsx", rows), "c.xlsx").counts("don_vi") == (2, 2, 0)
    rows[2] = ["TenDonVi", "MaDonVi", "Cap"]
    assert parse("don_vi", book(tmp_path / "b.xlsx", rows), "b.xlsx").refused == "header_again"


def test_an_empty_first_column_shifts_everything_by_one(parse: Parse, tmp_path: Path) -> None:
    rows = [[None, *UNITS], [None, "U1", "Một", "so", DAY]]
    assert parse("don_vi", book(tmp_path / "a.xlsx", rows), "a.xlsx").lake("don_vi")["HieuLucTu"].to_list() == [DAY]
    rows.append(["x", "U2", "Hai", "so", DAY])
    done = parse("don_vi", book(tmp_path / "b.xlsx", rows), "b.xlsx")
    assert done.receipt["refused"] == {"code": "nameless_column", "params": {"column": "A", "line": 3}}


def test_merged_cells_below_the_header_are_rejected(parse: Parse, tmp_path: Path) -> None:
    rows = [UNITS, ["U1", "Một", "so"], ["U2", None, "xa"], ["U3", "Ba", "xa"]]
    done = parse("don_vi", book(tmp_path / "a.xlsx", rows, merged="B2:B3"), "a.xlsx")
    assert done.lake("don_vi")["MaDonVi"].to_list() == ["U3"]
    assert all("merged_cells" in reasons for reasons in done.quarantine("don_vi")["_reasons"])


def test_errors_and_formulas_of_excel_are_not_taken_for_values(parse: Parse, tmp_path: Path) -> None:
    # openpyxl writes "#N/A" as an error cell, which the reader gives as empty; with blanks it stays text.
    for name, cell, code in (("a", "#N/A", "error_cells"), ("b", "=1+1", "formulas")):
        path = book(tmp_path / f"{name}.xlsx", [UNITS, ["U1", "Một", "so", cell]])
        assert parse("don_vi", path, path.name).refused == code
    done = parse("don_vi", book(tmp_path / "c.xlsx", [UNITS, ["U1", " #REF! ", "so"]]), "c.xlsx")
    assert done.quarantine("don_vi")["_reasons"].to_list() == [["error_cell:TenDonVi"]]


@pytest.mark.slow
@pytest.mark.parametrize("cell", [DAY, dt.datetime(2024, 1, 5, 8), dt.time(8, 30), dt.timedelta(hours=30), 7, True])
def test_a_code_that_became_a_date_a_time_or_a_number_is_rejected(parse: Parse, tmp_path: Path, cell: object) -> None:
    done = parse("don_vi", book(tmp_path / "a.xlsx", [UNITS, [cell, "Một", "so"]]), "a.xlsx")
    assert done.quarantine("don_vi")["_reasons"].to_list() == [["code_turned_into_number:MaDonVi"]]


def test_moments_are_exact_to_the_second(parse: Parse, tmp_path: Path) -> None:
    dice = random.Random(7)
    first, second = dt.datetime(1990, 1, 1), dt.timedelta(seconds=1)
    moments = [first + second * dice.randrange(34 * 365 * 86_400) for _ in range(1000)] + [dt.datetime(2024, 1, 5)]
    moments += [dt.datetime(2024, 1, 5, 23, 59, 59), dt.datetime(2024, 1, 5, 0, 0, 1)]
    rows = [[f"A-{n}", "1.1", "U", 4, moment] for n, moment in enumerate(moments)]
    header = ["MaHoSo", "MaTTHC", "MaDonVi", "TrangThaiHoSo", "NgayTiepNhan"]
    done = parse("ho_so", book(tmp_path / "a.xlsx", [header, *rows]), "a.xlsx")
    assert done.lake("ho_so")["NgayTiepNhan"].to_list() == moments


def test_what_a_field_cannot_hold_is_rejected_and_not_cut(parse: Parse, tmp_path: Path) -> None:
    cells = [dt.datetime(2024, 1, 5, 8, 30), dt.time(8, 30), 45296, True, dt.timedelta(hours=30)]
    rows = [[f"U{n}", "Một", "so", cell] for n, cell in enumerate(cells)] + [["U9", "Một", True, DAY]]
    done = parse("don_vi", book(tmp_path / "a.xlsx", [UNITS, *rows]), "a.xlsx")
    expected = [["bad_date:HieuLucTu"]] * len(cells) + [["not_in_code_list:Cap"]]
    assert done.quarantine("don_vi")["_reasons"].to_list() == expected


def test_points_in_numbers_are_thousands_only_where_the_contract_says_so(
    contracts: dict[str, Contract], tmp_path: Path
) -> None:
    cells = ["1.234", "1.234,5", "1234", 1234, 1.234, 1e20]
    rows = [[*HEADER[:2], "ThoiHanGiaiQuyet"], *[[f"1.{n}", "Một", cell] for n, cell in enumerate(cells)]]
    path, plain = book(tmp_path / "a.xlsx", rows), contracts["thu_tuc"]
    accepted, rejected = judged(path, plain)
    assert accepted["ThoiHanGiaiQuyet"].to_list() == [1234, 1234] and rejected.height == 4
    formats = plain.formats.model_copy(update={"number_sheet": "vietnamese"})
    accepted, rejected = judged(path, plain.model_copy(update={"formats": formats}))
    assert accepted["ThoiHanGiaiQuyet"].to_list() == [1234, 1234, 1234]
    assert set(rejected["_reasons"].explode()) == {"bad_integer:ThoiHanGiaiQuyet"}


def test_a_packed_workbook_is_read(parse: Parse, tmp_path: Path) -> None:
    content = book(tmp_path / "a.xlsx", [UNITS, ["U1", "Một", "so", DAY]]).read_bytes()
    assert parse("don_vi", gzip.compress(content), "a.xlsx.gz").counts("don_vi") == (1, 1, 0)


@pytest.mark.campaign
@pytest.mark.skipif(not LISTS.is_dir(), reason="the official lists of shared/real are not beside the checkout")
def test_the_official_lists_come_in_whole(parse: Parse) -> None:
    codes: list[str] = []
    for path in sorted(LISTS.glob("*.xlsx")):
        done = parse("thu_tuc", path, path.name)
        rows_in, accepted, rejected = done.counts("thu_tuc")
        assert (rows_in, rejected) == (accepted, 0), path.name
        frame = done.lake("thu_tuc")
        codes += frame["MaTTHC"].to_list()
        names = frame["TenTTHC"].to_list()
        assert names == [" ".join(unicodedata.normalize("NFC", name).split()) for name in names]
        assert frame["CoPhiLePhi"].null_count() == frame.height
    assert len(codes) == len(set(codes)) == 2642
