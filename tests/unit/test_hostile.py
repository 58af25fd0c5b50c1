"""Files made to harm whoever reads them: each is refused, quickly, and the run goes on."""

import gzip
import io
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest

from pipelines.parsing.readers import sandbox
from pipelines.parsing.readers.delimited import MOST_WRONG_ROWS
from pipelines.settings import PROJECT_DIR

from .conftest import Parsed

pytestmark = pytest.mark.slow
Parse = Callable[..., Parsed]
Change = Callable[[str, bytes], tuple[str, bytes]]
WORKBOOKS = PROJECT_DIR.parent / "shared" / "real" / "hostile_workbooks"
ROWS = [["MaDonVi", "TenDonVi", "Cap"], ["U1", "Một", "so"]]
HEAD, ROW = b"MaDonVi,TenDonVi,Cap\n", "U1,Một,so\n".encode()
SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>'
FORMULA = b'<c r="D9"><f>1+1</f><v>2</v></c></row></sheetData>'


def workbook(far: str = "") -> bytes:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    if far:
        book.active[far] = "x"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def packed_anew(change: Change, extra: dict[str, bytes] | None = None) -> bytes:
    """Return a sound workbook with each member changed, and some more."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
        for name, added in (extra or {}).items():
            new.writestr(name, added)
    return content.getvalue()


def same(name: str, content: bytes) -> tuple[str, bytes]:
    return name, content


def in_utf16(name: str, content: bytes) -> tuple[str, bytes]:
    return name, content.decode().encode("utf-16") if name == SHEET else content


def with_hidden_formula(name: str, content: bytes) -> tuple[str, bytes]:
    content = content.replace(b"worksheets/sheet1.xml", b"odd/sheet.bin")
    return ("xl/odd/sheet.bin", content.replace(b"</row></sheetData>", FORMULA)) if name == SHEET else (name, content)


def with_prefixed_formula(name: str, content: bytes) -> tuple[str, bytes]:
    formula = FORMULA.replace(b"<f>", b'<x-1:f xmlns:x-1="x">').replace(b"</f>", b"</x-1:f>")
    return name, content.replace(b"</row></sheetData>", formula) if name == SHEET else content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: packed_anew(same, {"xl/media/x.bin": bytes(300 << 20)}), "too_large"),
        (lambda: packed_anew(same, {f"x/{n}": b"" for n in range(2_000)}), "too_large"),
        (lambda: packed_anew(same, {"xl/vbaProject.bin": b"x"}), "macros"),
        (lambda: packed_anew(same, {SHEET.upper(): b"<worksheet/>"}), "not_a_workbook"),
        (lambda: packed_anew(same, {"xl/workbook.bin": b"x"}), "not_a_workbook"),
        (lambda: packed_anew(same, {"xl/sharedStrings.xml": ENTITIES}), "not_a_workbook"),
        (lambda: packed_anew(in_utf16), "not_a_workbook"),
        (lambda: packed_anew(with_hidden_formula), "formulas"),
        (lambda: packed_anew(with_prefixed_formula), "formulas"),
        (lambda: packed_anew(same, {"x.xml": b" " * (2 << 20) + b"<!DOCTYPE x>"}), "not_a_workbook"),
        (lambda: b"MZ" + workbook(), "not_a_workbook"),
        (lambda: workbook()[:-30], "not_a_workbook"),
        (lambda: workbook(far="XFD1048576"), "reader_died"),
        (lambda: workbook(far="Z1048576"), "too_large"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5_000, "not_a_workbook"),
    ],
)
def test_a_hostile_workbook_is_refused(parse: Parse, content: Callable[[], bytes], code: str) -> None:
    assert parse("don_vi", content(), "a.xlsx").refused == code


def test_a_cell_at_the_end_of_the_sheet_is_too_large(parse: Parse, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    assert parse("don_vi", tmp_path / "a.xlsx", "a.xlsx").refused == "too_large"


@pytest.mark.campaign
@pytest.mark.skipif(not WORKBOOKS.is_dir(), reason="the hostile workbooks of shared/real are not beside the checkout")
def test_of_the_hostile_workbooks_none_is_read_as_a_list(parse: Parse) -> None:
    codes = {}
    for path in sorted(WORKBOOKS.iterdir()):
        codes[path.name] = parse("don_vi", path, path.name.replace(".xlsb", ".xls")).refused
    assert None not in codes.values()
    reported = {
        "password": ["password.xls", "protected_passtika.xlsb", "protected_passtika.xlsx"],
        "sheets": ["DateFormatTests.xlsx", "external_image.xls"],
        "macros": ["external_name.xls"],
        "not_a_workbook": ["duplicate-filename.xlsx", "poc-xmlbomb.xlsx", "poc-shared-strings.xlsx"],
        "header_differs": ["TwoSheetsOneHidden.xls", "TwoSheetsOneHidden.xlsx", "externalFunctionExample.xls"],
    }
    for code, names in reported.items():
        assert {codes[name] for name in names} == {code}


@pytest.mark.parametrize(("piece", "times"), [(bytes(1 << 20), 1_024), ((b"U1," + b"x" * 9_000 + b",so\n") * 110, 90)])
def test_a_gzip_bomb_is_too_large(parse: Parse, piece: bytes, times: int) -> None:
    packed = gzip.compress(HEAD) + gzip.compress(piece) * times
    assert parse("don_vi", packed, "a.csv.gz").refused == "too_large"


def test_a_gzip_file_is_read_whole_or_refused(parse: Parse) -> None:
    packed = gzip.compress(HEAD + ROW * 1_000)
    assert parse("don_vi", packed + gzip.compress(ROW), "a.csv.gz").counts("don_vi") == (1_001, 1_001, 0)
    for name in ("a.csv.gz", "a.xlsx.gz", "a.parquet.gz"):
        assert parse("don_vi", packed[:-20], name).refused == "cannot_unpack", name
        assert parse("don_vi", b"x" + packed, name).refused == "cannot_unpack", name
    assert parse("don_vi", gzip.compress(bytes(600 << 20), 1), "a.xlsx.gz").refused == "too_large"


def test_a_reader_that_is_killed_refuses_its_file(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.01)
    done = parse("don_vi", workbook(), "a.xlsx")
    assert (done.refused, list(done.folder.rglob("*.parquet"))) == ("reader_died", [])


def test_a_damaged_or_typed_parquet_is_refused(parse: Parse, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"MaDonVi": [1], "TenDonVi": ["Một"], "Cap": ["so"]}).write_parquet(path)
    assert parse("don_vi", path, path.name).refused == "column_not_text"
    pl.DataFrame({"MaDonVi": ["U1"], "TenDonVi": ["Một"], "Cap": ["so"]}).write_parquet(path)
    content = path.read_bytes()
    for damaged in (content[:-9], content[:4] + b"\xff" * 40 + content[44:], content[:-4] + b"PARE", b"PAR1", b""):
        assert parse("don_vi", damaged, path.name).refused in ("not_parquet", "reader_died")


@pytest.mark.parametrize(("length", "code"), [(1 << 20, "reader_died"), (2_500, "too_large")])
def test_a_text_repeated_without_end_stays_in_the_child(parse: Parse, tmp_path: Path, length: int, code: str) -> None:
    columns = [pa.DictionaryArray.from_arrays(pa.array([0] * 100_000), ["x" * length])] * 3
    table = pa.table(dict(zip(ROWS[0], columns, strict=True)))
    path = tmp_path / "a.parquet"
    pa.parquet.write_table(table, path, store_schema=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert parse("don_vi", path, path.name).refused == code
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1 << 20


def test_a_file_of_nothing_but_wrong_rows_is_refused_and_not_held_in_memory(parse: Parse) -> None:
    head = "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo\n"
    assert parse("ho_so", head + "a,\n" * (MOST_WRONG_ROWS + 1)).refused == "too_many_wrong_rows"
    assert parse("ho_so", head + "a,\n" * 1_000).counts("ho_so") == (1_000, 0, 1_000)
