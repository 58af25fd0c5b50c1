"""Excel lists as offices send them: title rows, aliases, numbers where codes should be."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pipelines.settings import PROJECT_DIR

from .conftest import DAY, Parsed

Parse = Callable[..., Parsed]
LISTS = PROJECT_DIR.parent / "shared" / "real" / "procedure_lists"
HEADER = ["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"]


def book(path: Path, rows: list[list[object]], extra: str | None = None) -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if extra:
        workbook.create_sheet("Khác").sheet_state = extra
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


def test_which_sheet_is_meant_must_be_certain(parse: Parse, tmp_path: Path) -> None:
    rows = [HEADER, ["1.000001", "Một", "", "", ""]]
    assert parse("thu_tuc", book(tmp_path / "a.xlsx", rows, extra="visible"), "a.xlsx").refused == "sheets"
    assert parse("thu_tuc", book(tmp_path / "b.xlsx", rows, extra="hidden"), "b.xlsx").counts("thu_tuc") == (1, 1, 0)


def test_cells_outside_the_header_and_files_that_are_no_workbook(parse: Parse, tmp_path: Path) -> None:
    rows = [HEADER, ["1.000001", "Một", "", "", "", "lệch"]]
    assert parse("thu_tuc", book(tmp_path / "a.xlsx", rows), "a.xlsx").counts("thu_tuc") == (1, 0, 1)
    assert parse("thu_tuc", b"<html></html>", "a.xlsx").refused == "not_a_workbook"
    assert parse("thu_tuc", book(tmp_path / "c.xlsx", [["A", "B"], ["1", "2"]]), "c.xlsx").refused == "header_differs"


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
