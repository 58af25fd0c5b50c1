"""Files become accepted and rejected rows; what cannot be read with certainty is refused as a whole."""

import gzip
import io
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.parsing import version
from pipelines.settings import PROJECT_DIR

from .conftest import Parsed

Parse = Callable[..., Parsed]
HEAD = "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan,NgayKetThucXuLy,ChuHoSo,SoGiayToChuHoSo\n"
GOOD = "H19.07-240105-0001,1.000001,H19.07,4,20240105080000,,Nguyễn Văn Mẫu,079000000001\n"


def test_a_sound_row_is_typed_and_loses_its_person(parse: Parse) -> None:
    done = parse("ho_so", HEAD + GOOD)
    assert done.counts("ho_so") == (1, 1, 0)
    (row,) = done.lake("ho_so").to_dicts()
    assert (row["MaHoSo"], row["TrangThaiHoSo"]) == ("H19.07-240105-0001", 4)
    assert row["NgayTiepNhan"].isoformat() == "2024-01-05T08:00:00"
    assert row["SoGiayToChuHoSo"] not in (None, "079000000001")
    assert "ChuHoSo" not in row
    assert (row["_source_file"], row["_row_number"]) == ("ho_so/2024-12-31/x.csv", 2)


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        (",1,U,4,20240105080000,,,", ["required_missing:MaHoSo"]),
        ("A-1,1,U,11,20240105080000,,,", ["not_in_code_list:TrangThaiHoSo"]),
        ("A-1,1,U,4,20240231080000,,,", ["bad_timestamp:NgayTiepNhan"]),
        ("A-1,1,U,4,00250105080000,,,", ["out_of_range:NgayTiepNhan"]),
        ("A-1,1,U,4,20240105,,,", ["bad_timestamp:NgayTiepNhan"]),
        ("A-1,1,U,4,45296,,,", ["bad_timestamp:NgayTiepNhan"]),
        ("A-1,1,U,4,,,,", ["no_received_date"]),
        ("A-1,1,U,9,20240105080000,,,", ["no_finish_date"]),
        ("A-1,1,U,9,20240105080000,20240104080000,,", ["finished_before_received"]),
        ("A-1,1,U,4,20250101080000,,,", ["received_after_business_day"]),
        ("A-1,1,U,9,20240105080000,20250101080000,,", ["finished_after_business_day"]),
        ("012345678901,1,U,4,20240105080000,,,", ["code_looks_like_identity_number:MaHoSo"]),
        ("A\u202e-1,1,U,4,20240105080000,,,", ["bad_code:MaHoSo"]),
        ("A-1,1,U,12,20240231080000,,,", ["not_in_code_list:TrangThaiHoSo", "bad_timestamp:NgayTiepNhan"]),
        ("A-1,1,U,4", ["wrong_width"]),
        ("A-1,1,U,4,20240105080000,,,,x", ["wrong_width"]),
    ],
)
def test_a_wrong_row_is_rejected_with_every_reason(parse: Parse, row: str, reasons: list[str]) -> None:
    done = parse("ho_so", HEAD + GOOD + row + "\n" + GOOD.replace("0001,1", "0002,1"))
    assert done.counts("ho_so") == (3, 2, 1)
    (rejected,) = done.quarantine("ho_so").to_dicts()
    assert sorted(rejected["_reasons"]) == sorted(reasons)
    assert rejected["_row_number"] == 3
    assert done.lake("ho_so")["_row_number"].to_list() == [2, 4]


def test_a_withdrawn_or_refused_status_needs_no_finish_date(parse: Parse) -> None:
    done = parse("ho_so", HEAD + "A-1,1,U,7,20240105080000,,,\nA-2,1,U,1,,,,\n")
    assert done.counts("ho_so") == (2, 2, 0)


def test_the_quarantine_keeps_the_row_as_it_came_and_is_closed(parse: Parse) -> None:
    done = parse("ho_so", HEAD + "A-1,1,U,99,20240105080000,,Trần Thị Mẫu,079000000002\n")
    (row,) = done.quarantine("ho_so").to_dicts()
    assert (row["TrangThaiHoSo"], row["ChuHoSo"]) == ("99", "Trần Thị Mẫu")
    (file,) = done.folder.glob("quarantine/ho_so/*/*.parquet")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    index = pl.read_parquet(next(done.folder.glob("lake/_rejected/ho_so/*/*.parquet")))
    assert "Trần" not in str(index.to_dicts())
    assert index["dossier_code"].to_list() == ["A-1"]


@pytest.mark.parametrize("number", ["079.204.001.234", "0912.345.678", "079204001234", "84-912-345-678"])
def test_a_persons_number_in_place_of_a_code_stays_in_the_quarantine(parse: Parse, number: str) -> None:
    done = parse("ho_so", HEAD + GOOD.replace("H19.07-240105-0001", number))
    assert done.quarantine("ho_so")["_reasons"].to_list() == [["code_looks_like_identity_number:MaHoSo"]]
    index = pl.read_parquet(next(done.folder.glob("lake/_rejected/ho_so/*/*.parquet")))
    assert index["dossier_code"].to_list() == [None]


def test_a_rejected_row_is_listed_under_the_dossier_that_its_contract_names_as_its_subject(parse: Parse) -> None:
    """A feedback item is about its unit, even where it mentions a dossier."""
    for source, content, subject in (
        ("xin_loi", "MaHoSo,NgayXinLoi\nA-1,x\n", ["A-1"]),
        ("phan_anh", "MaPhanAnh,KenhTiepNhan,MaDonVi,NgayGui,TrangThai,MaHoSo\nP-1,CDVC,U,x,1,A-1\n", [None]),
    ):
        done = parse(source, content)
        index = pl.read_parquet(next(done.folder.glob(f"lake/_rejected/{source}/*/*.parquet")))
        assert index["dossier_code"].to_list() == subject


def test_other_sql_is_another_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(PROJECT_DIR / "pipelines", tmp_path / "pipelines")
    monkeypatch.setattr(version, "PROJECT_DIR", tmp_path)
    before = version.code_and_libraries.__wrapped__()
    with (tmp_path / "pipelines" / "parsing" / "sql" / "removed_dossiers.sql").open("a") as file:
        file.write("-- changed")
    assert version.code_and_libraries.__wrapped__() != before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,La\nA,1,U,4,x\n", "header_differs"),
        ("MaHoSo,MaTTHC,MaDonVi\nA,1,U\n", "header_differs"),
        ("MaHoSo,MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo\nA,A,1,U,4\n", "header_differs"),
        (HEAD + 'A-1,1,U,4,20240105080000,,"Nguyễn\n' + GOOD, "unclosed_quote"),
        (HEAD.encode() + "Ho so: Đ".encode("utf-16"), "wrong_encoding"),
        (b"", "empty_file"),
        (HEAD.replace(",", ";") + GOOD.replace(",", ";"), "wrong_delimiter"),
        (HEAD + GOOD + "A-2,1,U,4,2024", "cut_off"),
        (HEAD + 'A-1,1,U,4,20240105080000,,"Nguyễn" Văn,\n' + GOOD, "quote_inside"),
        ((HEAD + GOOD).encode("utf-16"), "is_utf16"),
        ((HEAD + GOOD.replace("ễ", "e").replace("ă", "a").replace("ẫ", "a")).encode("utf-16-le"), "is_utf16"),
    ],
)
def test_a_doubtful_file_is_refused_and_leaves_no_row(parse: Parse, content: bytes | str, code: str) -> None:
    done = parse("ho_so", content)
    assert done.refused == code
    assert not list(done.folder.rglob("*.parquet"))


def test_a_refusal_names_columns_but_never_a_value(parse: Parse) -> None:
    done = parse("ho_so", HEAD.replace("ChuHoSo,", "TenNguoi,") + GOOD)
    refused = done.receipt["refused"]
    assert refused is not None and "TenNguoi" in refused["params"]["unknown"]
    assert "Nguyễn" not in json.dumps(done.receipt, ensure_ascii=False)


def test_columns_come_in_any_order_with_bom_crlf_and_gzip(parse: Parse) -> None:
    text = "\ufeffTrangThaiHoSo,MaDonVi,MaTTHC,MaHoSo,NgayTiepNhan\r\n4,U,1,A-1,20240105080000\r\n"
    assert parse("ho_so", gzip.compress(text.encode()), "x.csv.gz").lake("ho_so")["MaHoSo"].to_list() == ["A-1"]


def test_a_row_count_that_differs_refuses_the_file(parse: Parse) -> None:
    assert parse("ho_so", HEAD + GOOD, rows=2).refused == "wrong_row_count"
    assert parse("ho_so", HEAD + GOOD, rows=1).refused is None


def test_text_is_stored_composed(parse: Parse) -> None:
    decomposed = "Tho\u031b\u0300i ha\u0323n"
    done = parse("don_vi", f"MaDonVi,TenDonVi,Cap\nU,  {decomposed}   hai ,xa\n")
    assert done.lake("don_vi")["TenDonVi"].to_list() == ["Th\u1eddi h\u1ea1n hai"]


def test_the_same_file_twice_gives_the_same_bytes(parse: Parse) -> None:
    first = parse("ho_so", HEAD + GOOD).receipt
    assert parse("ho_so", HEAD + GOOD).receipt == first


cells = st.sampled_from(["", "A-1", "H19.07", "4", "9", "99", "20240105080000", "20240231000000", "079000000001", "Đ"])


@pytest.mark.slow
@given(st.lists(st.lists(cells, min_size=7, max_size=9), max_size=30))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_row_is_lost_whatever_comes(parse: Parse, rows: list[list[str]]) -> None:
    lines = [",".join(row) for row in rows]
    done = parse("ho_so", HEAD + "".join(line + "\n" for line in lines))
    if not lines:
        assert done.receipt["sources"] == {}
        return
    rows_in, accepted, rejected = done.counts("ho_so")
    assert rows_in == len(lines) == accepted + rejected
    assert done.lake("ho_so").height == accepted


MESSAGE: dict[str, Any] = {
    "session": "s", "madonvi": "H19.07", "service": "DongBoHoSoMC", "isUpdating": "False",
    "data": [
        {
            "MaHoSo": "H19.07-240105-0001", "MaTTHC": "1.000001", "TenTTHC": "Thủ tục", "TrangThaiHoSo": "5",
            "KenhThucHien": "2", "NgayTiepNhan": "20240105080000", "NgayHenTra": "", "ChuHoSo": "Nguyễn Văn Mẫu",
            "TaiLieuNop": [
                {"TepDinhKemId": "1", "TenTepDinhKem": "don.pdf", "IsDeleted": "False", "DuocSoHoa": "1",
                 "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0"},
                {"TepDinhKemId": "2", "IsDeleted": "True", "DuocSoHoa": "0", "DuocTaiSuDung": "0",
                 "DuocLayTuKhoDMQG": "0"},
            ],
            "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "MaPhiLePhi": "F1", "HinhThucThu": "1", "Gia": "8000"}],
            "DanhSachHoSoBoSung": [{"NgayBoSung": "20240110090000", "NoiDungBoSung": "x"}],
            "DanhSachGiayToKetQua": [],
            "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "079000000001"}],
        }
    ],
}  # fmt: skip


def test_the_sync_message_lands_as_a_dossier_and_its_children(parse: Parse) -> None:
    done = parse("ho_so", json.dumps(MESSAGE, ensure_ascii=False), "m.json")
    assert {source: done.counts(source) for source in done.receipt["sources"]} == {
        "ho_so": (1, 1, 0), "thanh_phan": (2, 2, 0), "le_phi": (1, 1, 0), "bo_sung": (1, 1, 0),
    }  # fmt: skip
    assert done.lake("ho_so")["MaDonVi"].to_list() == ["H19.07"]
    assert done.lake("thanh_phan").select("MaHoSo", "TepDinhKemId", "DuocSoHoa", "IsDeleted").rows() == [
        ("H19.07-240105-0001", "1", 1, 0),
        ("H19.07-240105-0001", "2", 0, 1),
    ]
    # The message does not tell whether a fee was paid: unknown, which is not "no".
    assert done.lake("le_phi").select("Gia", "TrangThaiThanhToan").rows() == [(8000, None)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"service": "LayThuTuc"}, "wrong_service"),
        ({"data": [{**MESSAGE["data"][0], "TruongLa": "1"}]}, "header_differs"),
        ({"data": [{**MESSAGE["data"][0], "MaTTHC": ["1"]}]}, "nested_value"),
        ({"data": ["chuỗi"]}, "not_a_record"),
    ],
)
def test_a_message_out_of_contract_is_refused(parse: Parse, change: dict[str, Any], code: str) -> None:
    assert parse("ho_so", json.dumps({**MESSAGE, **change}), "m.json").refused == code


def test_rows_also_come_as_an_array_or_by_line(parse: Parse) -> None:
    rows = [{"MaDonVi": "U1", "TenDonVi": "Một", "Cap": "so"}, {"MaDonVi": "U2", "TenDonVi": "Hai", "Cap": "sai"}]
    for name, text in (("a.json", json.dumps(rows)), ("a.ndjson", "\n".join(map(json.dumps, rows)))):
        assert parse("don_vi", text, name).counts("don_vi") == (2, 1, 1)
    assert parse("don_vi", '[{"MaDonVi": "U1"', "a.json").refused == "not_json"


def test_parquet_of_strings_is_taken_and_of_numbers_refused(parse: Parse, tmp_path: Path) -> None:
    frame = pl.DataFrame({"MaDonVi": ["U1", "U2"], "TenDonVi": ["Một", "Hai"], "Cap": ["so", "xa"]})
    frame.write_parquet(tmp_path / "a.parquet")
    assert parse("don_vi", tmp_path / "a.parquet", "a.parquet").counts("don_vi") == (2, 2, 0)
    frame.with_columns(MaDonVi=pl.lit(1)).write_parquet(tmp_path / "b.parquet")
    assert parse("don_vi", tmp_path / "b.parquet", "b.parquet").refused == "column_not_text"


def _as_file(kind: str, row: dict[str, str]) -> bytes:
    """Return one row as a file of a format, by libraries that know nothing of us."""
    frame, out = pl.DataFrame(row), io.BytesIO()
    if kind in ("csv", "tsv"):
        frame.write_csv(out, separator="," if kind == "csv" else "\t")
    elif kind == "parquet":
        frame.write_parquet(out)
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for cells in (list(row), list(row.values())):
            book.active.append(cells)
        book.save(out)
    elif kind == "xls":
        cells = ["".join(f"<td>{cell}</td>" for cell in line) for line in (row, row.values())]
        return f"<table><tr>{cells[0]}</tr><tr>{cells[1]}</tr></table>".encode()
    else:
        return json.dumps([row] if kind == "json" else row).encode()
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["csv", "tsv", "json", "ndjson", "parquet", "xlsx", "xls"])
def test_every_format_is_taken_gzipped_or_not(parse: Parse, kind: str, packed: bool) -> None:
    content = _as_file(kind, {"MaDonVi": "H19.07", "TenDonVi": "Sở Tư pháp", "Cap": "so"})
    done = parse("don_vi", gzip.compress(content) if packed else content, f"x.{kind}.gz" if packed else f"x.{kind}")
    (row,) = done.lake("don_vi").to_dicts()
    number = 1 if kind in ("json", "ndjson", "parquet") else 2  # elements are counted; lines and rows are as shown
    assert (row["MaDonVi"], row["TenDonVi"], row["Cap"], row["_row_number"]) == ("H19.07", "Sở Tư pháp", "so", number)
