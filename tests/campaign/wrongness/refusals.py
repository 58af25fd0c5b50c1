"""For every code with which the readers refuse a file, a file that provokes it: made by hand, small, ours.

The tests hold each sentence against what a deliverer needs, and docs/refusals.md shows them.
"""

import datetime as dt
import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.model import Contract
from pipelines.landing.sidecars import refuse_other_count
from pipelines.parsing.readers.delimited import MOST_WRONG_ROWS
from pipelines.parsing.readers.reading import read
from pipelines.parsing.validate import Validators
from tests.campaign.wrongness.workbooks import new_workbook, old_workbook, text_cell, xml_rows

DAY = dt.date(2024, 12, 31)
HEAD, ROW = "MaDonVi,TenDonVi,Cap\n", "H19.07,Xã Mẫu,xa\n"
LIST = [["MaDonVi", "TenDonVi", "Cap"], ["H19.07", "Xã Mẫu", "xa"]]
UNIT = {"MaDonVi": "H19.07", "TenDonVi": "Xã Mẫu", "Cap": "xa"}
TABLE = "<tr><th>MaDonVi</th><th>TenDonVi</th><th>Cap</th></tr><tr><td>H19.07</td><td>Xã Mẫu</td><td>xa</td></tr>"
XML_2003 = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'


@dataclass(frozen=True)
class Provoked:
    """A file that is refused with `code`.

    Attributes:
        place: What its sentence must name, empty if the whole file is meant.
        rows: How many rows the file beside it says it has, None if there is none.
    """

    code: str
    name: str
    content: bytes | str | None
    place: str = ""
    source: str = "don_vi"
    rows: int | None = None


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def _json(*rows: object) -> str:
    return json.dumps(rows, ensure_ascii=False)


def _sheet(extra: str) -> bytes:
    return new_workbook(xml_rows(LIST) + extra)


def provoked() -> list[Provoked]:
    """Return the files, in the order of docs/refusals.md."""
    units = pl.DataFrame(UNIT)
    return [
        Provoked("header_differs", "a.csv", "MaDonVi,Ten,Cap\n" + ROW, "1"),
        Provoked("header_again", "a.xlsx", _sheet(xml_rows([["TenDonVi", "MaDonVi", "Cap"]], 3)), "3"),
        Provoked("nameless_column", "a.csv", "MaDonVi,TenDonVi,Cap,\n" + ROW.strip() + ",x\n", "4"),
        Provoked("no_header", "a.xlsx", new_workbook(""), "40"),
        Provoked("wrong_delimiter", "a.csv", "MaDonVi;TenDonVi;Cap\n", "1"),
        Provoked("wrong_encoding", "a.csv", (HEAD + ROW).encode() + b"H19.08,X\xe3,xa\n", "3"),
        Provoked("misread_text", "a.csv", HEAD + ROW.replace("Xã", "ThÃ¡Â»Â§ tá»¥c"), "2"),
        Provoked("unclosed_quote", "a.csv", HEAD + 'H19.07,"Xã Mẫu,xa\n', "2"),
        Provoked("quote_inside", "a.csv", HEAD + 'H19.07,"Xã" Mẫu,xa\n', "2"),
        Provoked("cut_off", "a.csv", HEAD + ROW + "H19.08,Xã", "3"),
        Provoked("cannot_tokenise", "a.csv", HEAD + ROW + "H19.08," + "x" * (5 << 20) + ",xa\n", "4"),
        Provoked("too_many_wrong_rows", "a.csv", HEAD + "x,\n" * (MOST_WRONG_ROWS + 1), "2"),
        Provoked("empty_file", "a.csv", ""),
        Provoked("nul_byte", "a.csv", HEAD + "H19.07,Xã\0 Mẫu,xa\n", "2"),
        Provoked("nul_padding", "a.csv", HEAD + ROW + "\0" * 512, "3"),
        Provoked("ctrl_z", "a.csv", HEAD + ROW + "\x1a", "3"),
        Provoked("is_utf16", "a.csv", (HEAD + ROW).encode("utf-16")),
        Provoked("is_workbook", "a.csv", _sheet("")),
        Provoked("is_zip", "a.csv", b"PK\x03\x04" + bytes(30)),
        Provoked("is_gzip", "a.csv", gzip.compress((HEAD + ROW).encode())),
        Provoked("is_pdf", "a.csv", "%PDF-1.7\n"),
        Provoked("is_parquet", "a.csv", _parquet(units)),
        Provoked("is_json", "a.csv", _json(UNIT)),
        Provoked("is_html", "a.csv", "<!DOCTYPE html><title>Đăng nhập</title>"),
        Provoked("is_text", "a.xlsx", HEAD + ROW),
        Provoked("xml_spreadsheet", "a.xls", XML_2003),
        Provoked("cannot_open", "a.csv", None),
        Provoked("cannot_unpack", "a.csv.gz", gzip.compress((HEAD + ROW).encode())[:-9]),
        Provoked("format_not_taken", "a.ods", "x"),
        Provoked("not_json", "a.json", '[{"MaDonVi": "H19.07",\n "TenDonVi" "Xã Mẫu"}]', "2"),
        Provoked("is_ndjson", "a.json", f"{json.dumps(UNIT)}\n{json.dumps(UNIT)}\n", "2"),
        Provoked("not_a_list", "a.json", json.dumps({"data": [UNIT]}), "[{"),
        Provoked("not_a_message", "a.json", json.dumps({"data": [{"MaHoSo": "H19.07-240105-0001"}]}), "data", "ho_so"),
        Provoked("wrong_service", "a.json", json.dumps({"service": "LayThuTuc", "data": []}), "service", "ho_so"),
        Provoked("not_a_record", "a.json", _json(UNIT, "H19.08"), "[1]"),
        Provoked("nested_value", "a.ndjson", f"{json.dumps(UNIT)}\n{json.dumps({**UNIT, 'Cap': ['xa']})}\n", "2"),
        Provoked("member_twice", "a.json", '[{"MaDonVi": "H19.07", "MaDonVi": "H19.08"}]', "[0]"),
        Provoked("half_character", "a.json", '[{"MaDonVi": "\\ud83d"}]', "1"),
        Provoked("too_deep", "a.json", "[" * 100, "65"),
        Provoked("password", "a.xls", old_workbook(b"", extra=b"\x2f\0\2\0\0\0")),
        Provoked("macros", "a.xlsx", new_workbook(xml_rows(LIST), extra=["xl/vbaProject.bin"])),
        Provoked("sheets", "a.xlsx", new_workbook(xml_rows(LIST), "", xml_rows(LIST)), "1, 3"),
        Provoked("formulas", "a.xlsx", _sheet('<row r="3"><c r="B3"><f>1+1</f><v>2</v></c></row>'), "B3"),
        Provoked("error_cells", "a.xlsx", _sheet('<row r="3"><c r="B3" t="e"><v>#N/A</v></c></row>'), "B3"),
        Provoked("cell_twice", "a.xlsx", _sheet(f'<row r="3">{text_cell("A3", "H19.08") * 2}</row>'), "A3"),
        Provoked("not_a_workbook", "a.xlsx", b"PK\x03\x04" + bytes(30)),
        Provoked("tables", "a.xls", f"<table>{TABLE}</table>" * 2, "2"),
        Provoked("hidden_cells", "a.xls", f"<table>\n{TABLE.replace('<tr><td>', '<tr hidden><td>')}</table>", "2"),
        Provoked("too_large", "a.xls", f"<table>{TABLE}<tr><td colspan=100000>x</td></tr></table>", "1,000"),
        Provoked("not_parquet", "a.parquet", "x"),
        Provoked("column_not_text", "a.parquet", _parquet(units.with_columns(Cap=pl.lit(1))), "Cap"),
        # The far corner of a sheet takes more memory than any reader may have.
        Provoked("reader_died", "a.xlsx", _sheet(f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>')),
        Provoked("wrong_row_count", "a.csv", HEAD + ROW, "2", rows=2),
    ]


def refusal_of(case: Provoked, folder: Path, contracts: dict[str, Contract]) -> FileRefused | None:
    """Return what the reader of the nightly job says of the file, None if it takes it."""
    path = folder / case.name
    if case.content is None:
        path.mkdir()
    else:
        path.write_bytes(case.content.encode() if isinstance(case.content, str) else case.content)
    judge, rows = Validators(contracts, DAY), 0
    try:
        for batch in read(path, case.name, contracts[case.source], contracts):
            judge(batch)
            rows += batch.frame.height
        refuse_other_count(case.rows, rows)
    except FileRefused as refusal:
        return refusal
    finally:
        (path.rmdir if case.content is None else path.unlink)()
    return None
