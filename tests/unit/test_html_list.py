"""Lists under the name .xls that are HTML, as provincial systems export them."""

import datetime as dt
import gzip
from collections.abc import Callable

import pytest

from .conftest import Parsed

Parse = Callable[..., Parsed]
MOTTO = (
    "<table><tr><td>UBND TỈNH</td><td>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập</td></tr>"
    "<tr><td></td><td>Ngày 31 tháng 12</td></tr></table>"
)
HEAD = (
    "<thead><tr><th rowspan='2'>STT</th><th rowspan=2>Mã hồ sơ</th><th colspan='3'>Hồ  sơ</th><th rowspan=\"2\">"
    "NgayTiepNhan</th></tr><tr><th>MaTTHC</th><th>MaDonVi</th><th>TrangThai<!-- x -->HoSo</th></tr></thead>"
)
ROW = "<tr><td>1</td><td>000.01-1</td><td>1.000010</td><td>H19</td><td>4</td><td>05/01/2024 08:30:59</td></tr>"
UNITS = "<tr><th>MaDonVi</th><th>TenDonVi</th><th>Cap</th></tr>"


def page(*tables: str) -> str:
    return "<html><head><meta charset='windows-1252'></head><body>" + "".join(tables) + "</body></html>"


def table(*rows: str, style: str = "") -> str:
    return f"<table border=1 {style}>" + "".join(rows) + "</table>"


def unit(name: str, code: str = "U1", attributes: str = "") -> str:
    return f"<tr {attributes}><td>{code}</td><td>{name}</td><td>xa</td></tr>"


def test_the_list_is_found_below_the_motto_and_codes_stay_text(parse: Parse) -> None:
    signature = table("<tr><td></td><td>NGƯỜI LẬP</td></tr>")
    done = parse("ho_so", page(MOTTO, table(HEAD, ROW), signature), "a.xls")
    (row,) = done.lake("ho_so").to_dicts()
    assert (row["MaHoSo"], row["MaTTHC"], row["TrangThaiHoSo"]) == ("000.01-1", "1.000010", 4)
    assert row["NgayTiepNhan"] == dt.datetime(2024, 1, 5, 8, 30, 59)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Sở Tư ph&#225;p &amp; Nội vụ", "Sở Tư pháp & Nội vụ"),
        ("Một<br>Hai<br/>\n  Ba", "Một Hai Ba"),
        ("&nbsp; Một&nbsp;&nbsp;Hai &nbsp;", "Một Hai"),
        ("<b>Mộ</b><i>t</i><!-- không -->", "Một"),
        ("Một<script>alert('<b>')</script><style>td {color: red}</style>", "Một"),
        ("&lt;script&gt;", "<script>"),
    ],
)
def test_a_cell_says_what_a_browser_shows(parse: Parse, written: str, read: str) -> None:
    script = "<script>document.write('x')</script>"
    done = parse("don_vi", page(script, table(UNITS, unit(written))), "a.xls")
    assert done.lake("don_vi")["TenDonVi"].to_list() == [read]


def test_blanks_in_codes_do_not_hide(parse: Parse) -> None:
    done = parse("don_vi", page(table(UNITS, unit("Một", "&nbsp;\n U1 "), unit("Hai", "U&nbsp;2"))), "a.xls")
    assert done.lake("don_vi")["MaDonVi"].to_list() == ["U1"]
    assert done.quarantine("don_vi")["_reasons"].to_list() == [["bad_code:MaDonVi"]]


def test_a_byte_order_mark_and_gzip_are_taken(parse: Parse) -> None:
    content = ("\ufeff\r\n" + page(table(UNITS, unit("Một")))).encode()
    for name, given in (("a.xls", content), ("a.xls.gz", gzip.compress(content))):
        assert parse("don_vi", given, name).counts("don_vi") == (1, 1, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (page(table(UNITS, unit("Đà"))).encode("windows-1258"), "wrong_encoding"),
        (page(table(UNITS, unit("Một"))).encode("utf-16"), "is_utf16"),
        (page(table(UNITS, unit("Một"), "\0")), "nul_byte"),
        (page(MOTTO, table(UNITS, unit("Một"), unit("Hai")))[:-40], "cut_off"),
        (page(MOTTO), "tables"),
        (page(table(UNITS, unit("Một")), table(UNITS, unit("Hai"))), "tables"),
        (page(table(UNITS, unit("Một", attributes="style='color:red; DISPLAY :\tnone'"))), "hidden_cells"),
        (page(table(UNITS, unit("Một", attributes="hidden"))), "hidden_cells"),
        (page(table(UNITS, unit("Một"), style="style='visibility:hidden'")), "hidden_cells"),
        (page(f"<div style='display:none'>{table(UNITS, unit('Một'))}</div>"), "hidden_cells"),
        (page(table(UNITS, "<tr><td colspan=100000>x</td></tr>")), "too_large"),
        (page(table(UNITS, *["<tr><td colspan=1000 rowspan=1000>x</td></tr>"] * 200)), "too_large"),
        (page(table(UNITS, unit(table("<tr><td>Một</td></tr>")))), "not_a_workbook"),
        (page("<div>" * 100_000, table(UNITS, unit("Một"))), "not_a_workbook"),
        ("<?xml version='1.0'?><Workbook><Worksheet><Table><Row/></Table></Worksheet></Workbook>", "tables"),
        (page(table("<tr><th>A</th><th>B</th><th>C</th></tr>")), "header_differs"),
    ],
)
def test_a_doubtful_list_is_refused(parse: Parse, content: bytes | str, code: str) -> None:
    assert parse("don_vi", content, "a.xls").refused == code


def test_a_row_with_a_spanning_or_missing_cell_is_rejected(parse: Parse) -> None:
    rows = ["<tr><td>U1</td><td rowspan=0>Một</td><td>xa</td></tr>", "<tr><td>U2</td><td>xa</td></tr>"]
    done = parse("don_vi", page(table(UNITS, unit("Không", "U0"), *rows)), "a.xls")
    assert done.lake("don_vi")["MaDonVi"].to_list() == ["U0"]
    assert [reasons[0] for reasons in done.quarantine("don_vi")["_reasons"]] == ["merged_cells"] * 2
    head = UNITS.replace("</tr>", "<th>HieuLucTu</th></tr>")
    rows = ["<tr></tr>", unit("Một"), "<tr><td>U2</td><td>Hai</td><td>xa</td><td></td></tr>"]
    done = parse("don_vi", page(table(head, *rows)), "b.xls")
    assert done.quarantine("don_vi").select("MaDonVi", "_reasons").rows() == [("U1", ["wrong_width"])]


def test_cells_without_closing_tags_are_read_like_any(parse: Parse) -> None:
    done = parse("don_vi", page("<TABLE><TR><TH>MaDonVi<TH>TenDonVi<TH>Cap<TR><TD>U1<TD>Một<TD>xa</TABLE>"), "a.xls")
    assert done.lake("don_vi")["TenDonVi"].to_list() == ["Một"]


def test_dates_in_another_order_are_rejected(parse: Parse) -> None:
    wrong = ["2024-01-05 08:30:59", "01/25/2024 08:30:59", "05/01/2024", "5/1/2024 8:30:59"]
    rows = [ROW.replace("05/01/2024 08:30:59", moment) for moment in wrong]
    done = parse("ho_so", page(MOTTO, table(HEAD, *rows)), "a.xls")
    assert done.quarantine("ho_so")["_reasons"].to_list() == [["bad_timestamp:NgayTiepNhan"]] * len(wrong)
