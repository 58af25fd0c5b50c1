"""The XLSX edition, read back with another library: the CSV's values, typed, nothing that a spreadsheet would run."""

import csv
import datetime as dt
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pytest

from pipelines.common.files import sha256_of
from pipelines.open_data.metadata.model import DescribedTable
from pipelines.open_data.metadata.workbook import HEADER_ROWS, MOST_ROWS, sheet_names, write_workbook
from pipelines.open_data.texts import text_of
from pipelines.settings import PROJECT_DIR
from tests.open_data.conftest import PROVINCE, Edition, spoil

NAME = "thu-tuc-hanh-chinh.xlsx"


@pytest.fixture(scope="module")
def book(edition: Edition) -> openpyxl.Workbook:
    return openpyxl.load_workbook(edition.folder / NAME)


@pytest.fixture
def copy(edition: Edition, tmp_path: Path) -> Path:
    shutil.copytree(edition.folder, tmp_path / "copy")
    return tmp_path / "copy"


def as_csv(value: object) -> str:
    """Return a cell as the CSV writes it."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}"
    return str(value)


def same(cell: object, text: str) -> bool:
    return float(cell) == float(text) if isinstance(cell, int | float) else as_csv(cell) == text


def test_every_cell_is_the_csv_s(edition: Edition, book: openpyxl.Workbook) -> None:
    for table in edition.register.tables:
        sheet = book[table.name]
        with (edition.folder / table.file_name).open(encoding="utf-8", newline="") as stream:
            header, *rows = list(csv.reader(stream))
        found = list(sheet.iter_rows(values_only=True))
        assert list(found[0]) == [column.title.vi for column in table.columns]
        assert list(found[1]) == header
        assert len(found) == HEADER_ROWS + len(rows)
        for row, cells in zip(rows, found[HEADER_ROWS:], strict=True):
            assert all(same(cell, text) for cell, text in zip(cells, row, strict=True)), (table.name, row)


def test_numbers_are_numbers_dates_dates_and_a_hidden_figure_is_empty(book: openpyxl.Workbook) -> None:
    kinds = {"tu_so": "n", "ty_le": "n", "co_tu_so": "s", "ma_chi_tieu": "s"}
    sheet = book["chi-tieu"]
    names = [cell.value for cell in sheet[2]]
    for name, kind in kinds.items():
        cells = [row[names.index(name)] for row in sheet.iter_rows(min_row=3)]
        assert {cell.data_type for cell in cells if cell.value is not None} == {kind}, name
    hidden = [row for row in sheet.iter_rows(min_row=3, values_only=True) if row[names.index("co_tu_so")] == "c"]
    assert hidden and {row[names.index("tu_so")] for row in hidden} == {None}
    first = book["ky"]["C3"]
    assert (first.value, first.number_format, first.is_date) == (dt.datetime(2023, 1, 1), "yyyy-mm-dd", True)


def test_a_sheet_is_ready_to_look_at(edition: Edition, book: openpyxl.Workbook) -> None:
    for table in edition.description.tables:
        sheet = book[table.name]
        assert sheet.freeze_panes == "A3"
        assert sheet.auto_filter.ref.startswith("A2:") and sheet.auto_filter.ref.endswith(str(table.rows + 2))
        assert all(sheet.column_dimensions[cell.column_letter].width >= 8 for cell in sheet[2])


def test_it_says_first_what_it_is(edition: Edition, book: openpyxl.Workbook) -> None:
    first, *tables, last = book.sheetnames
    assert tables == [table.name for table in edition.register.tables]
    cells = {str(cell) for row in book[first].iter_rows(values_only=True) for cell in row if cell is not None}
    dataset, text = edition.register.dataset, "\n".join(cells)
    assert PROVINCE.publisher.name.vi not in text
    licence = dataset.licence_on("2024-12-31")
    for wanted in (dataset.title.vi, licence.text.en, licence.note.vi, edition.description.vintage.name, "2024-12-31",
                   text_of("synthetic_publisher_note").vi, "SYNTHETIC", *tables):  # fmt: skip
        assert wanted in text
    flags = {row[0] for row in book[first].iter_rows(values_only=True)}
    assert {"c", "x", "z", "p", "r"} <= flags
    columns = [row[:4] for row in book[last].iter_rows(min_row=2, values_only=True)]
    assert columns == [(table.name, column.name, column.title.vi, column.title.en)
                       for table in edition.register.tables for column in table.columns]  # fmt: skip


def test_what_looks_like_a_formula_a_link_or_a_number_stays_text(edition: Edition, copy: Path) -> None:
    texts = ["=1+1", "+84", "-1", "@SUM(A1)", "https://example.org", "0012", "{=1}"]
    for line, text in enumerate(texts):
        spoil(copy, "don-vi", "ten_don_vi", text, line)
    with duckdb.connect() as connection:
        path = write_workbook(connection, edition.register, edition.description, copy)
    cells = openpyxl.load_workbook(path)["don-vi"]["B"][HEADER_ROWS : HEADER_ROWS + len(texts)]
    assert [(cell.value, cell.hyperlink) for cell in cells] == [(text, None) for text in texts]
    with zipfile.ZipFile(path) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
    assert b"<f>" not in sheets and b"<f " not in sheets
    assert all(f't="inlineStr"><is><t>{text}</t>'.encode() in sheets for text in texts)


@pytest.mark.campaign
def test_a_table_longer_than_a_sheet_goes_on_in_numbered_sheets(edition: Edition, copy: Path) -> None:
    with duckdb.connect() as connection:
        book = openpyxl.load_workbook(write_workbook(connection, edition.register, edition.description, copy, 10))
    units = next(table for table in edition.description.tables if table.name == "don-vi")
    assert (units.rows, sheet_names(units, 10)) == (12, ["don-vi", "don-vi (2)"])
    codes = [
        book[name].cell(row, 1).value for name in sheet_names(units, 10) for row in range(3, book[name].max_row + 1)
    ]
    with (edition.folder / "don-vi.csv").open(encoding="utf-8", newline="") as stream:
        assert codes == [row["ma_don_vi"] for row in csv.DictReader(stream)]
    assert [cell.value for cell in book["don-vi (2)"][2]] == [column.name for column in units.columns]
    assert book["don-vi (2)"].auto_filter.ref == "A2:G4"


def long_table(edition: Edition, rows: int) -> DescribedTable:
    return replace(edition.description.tables[0], name="a" * 27, rows=rows)


def test_names_and_rows_stay_within_what_the_format_allows(edition: Edition) -> None:
    assert MOST_ROWS + HEADER_ROWS == 1_048_576
    assert sheet_names(long_table(edition, MOST_ROWS)) == ["a" * 27]
    assert sheet_names(long_table(edition, 0)) == ["a" * 27]
    names = sheet_names(long_table(edition, 8 * MOST_ROWS + 1))
    assert len(names) == 9 and max(map(len, names)) == 31


AGAIN = """
import sys
from pathlib import Path
from tests.open_data.conftest import write_edition
from pipelines.registers.publication import load_register
from pipelines.settings import PROJECT_DIR
write_edition(Path(sys.argv[1]), load_register(PROJECT_DIR / "registers" / "vietnam"))
"""


def test_the_same_rows_give_the_same_bytes_at_another_time_in_another_place(edition: Edition, tmp_path: Path) -> None:
    place = {
        **os.environ,
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "7",
        "LC_ALL": "C",
        "PYTHONPATH": str(PROJECT_DIR),
    }
    subprocess.run([sys.executable, "-c", AGAIN, str(tmp_path)], env=place, check=True, umask=0o077)
    written = tmp_path / "open-data"
    assert {name: sha256_of(written / name) for name in edition.written} == edition.written
    with zipfile.ZipFile(written / NAME) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
