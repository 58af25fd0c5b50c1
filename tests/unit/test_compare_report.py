"""An officer's own form II.06a against ours: which cells differ, whose row is whose, what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import FileRefused
from pipelines.reports.officers.compare import Comparison, compare_form
from pipelines.reports.officers.officer_form import read_form
from pipelines.reports.officers.write import write_report
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import Settings
from tests.gate.tiny_marts import build

from .officer_reports import publish

pytestmark = pytest.mark.slow
PERIOD = "2024-02"
Edit = Callable[[Any], None]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("compare")
    return publish(build(folder / "tiny.duckdb"), folder / "warehouse")


@pytest.fixture(scope="module")
def ours(own: Settings) -> Path:
    return write_report(own, PERIOD, pdf=False).files[0]


def edited(ours: Path, target: Path, edit: Edit) -> Path:
    """Return a copy of our workbook in which somebody edited the form."""
    book = openpyxl.load_workbook(ours)
    edit(book["II.06a"])
    book.save(target)
    return target


def row_of(sheet: Any, name: str) -> int:
    return int(next(row[1].row for row in sheet.iter_rows() if row[1].value == name))


def compared(own: Settings, path: Path) -> Comparison:
    with read_only_connection(own) as connection:
        return compare_form(connection, PERIOD, read_form(path, own))


def test_our_own_workbook_agrees(own: Settings, ours: Path) -> None:
    found = compared(own, ours)
    assert (found.agrees, found.matched) == (True, 7)


def test_one_altered_cell_is_found_with_the_dossiers_behind_ours(own: Settings, ours: Path, tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "Sở Tư pháp"), 10).value = 5

    (cell,) = compared(own, edited(ours, tmp_path / "a.xlsx", edit)).cells
    assert (cell.row.code, cell.column, cell.ours, cell.theirs.value, cell.difference) == (
        "H19.03", "resolved_overdue", 2, 5, 3
    )  # fmt: skip
    assert cell.theirs.place.startswith("J")
    assert len(cell.dossiers) == 2
    for one in cell.dossiers:
        assert (one["unit_code"], one["ended_as"]) == ("H19.03", "resolved_overdue")
        assert one["finished_date"] > one["due_date"]


@pytest.mark.parametrize(("column", "count"), [(3, 84), (4, 24), (6, 26), (7, 42), (11, 42), (13, 10)])
def test_a_total_has_all_its_dossiers(own: Settings, ours: Path, tmp_path: Path, column: int, count: int) -> None:
    def edit(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "Tổng cộng"), column).value = 0

    (cell,) = compared(own, edited(ours, tmp_path / "a.xlsx", edit)).cells
    assert (cell.ours, len(cell.dossiers), len({one["dossier_code"] for one in cell.dossiers})) == (count,) * 3


def test_a_level_has_the_dossiers_of_its_units(own: Settings, ours: Path, tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "Cấp huyện"), 13).value = 6

    (cell,) = compared(own, edited(ours, tmp_path / "a.xlsx", edit)).cells
    assert (cell.row.kind, cell.ours, cell.difference) == ("level", 5, 1)
    assert [one["unit_code"] for one in cell.dossiers] == ["H19.30"] * 5


@pytest.mark.parametrize(
    "name",
    ["SỞ TƯ PHÁP", "So Tu phap", "  Sở  Tư pháp ", "H19.03", "Sở Tư pháp (H19.03)", "Ban khác tên, mã H19.03"],
)  # fmt: skip
def test_rows_are_found_by_code_or_name(own: Settings, ours: Path, tmp_path: Path, name: str) -> None:
    def edit(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "Sở Tư pháp"), 2).value = name

    assert compared(own, edited(ours, tmp_path / "a.xlsx", edit)).agrees


@pytest.mark.parametrize("name", ["Ủy ban nhân dân xã Sông Trầu", "Xã Sông Trầu", "UBND XA SONG TRAU"])
def test_a_committee_may_be_written_out_or_left_out(own: Settings, ours: Path, tmp_path: Path, name: str) -> None:
    def edit(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "UBND xã Sông Trầu"), 2).value = name

    assert compared(own, edited(ours, tmp_path / "a.xlsx", edit)).agrees


def test_the_form_may_stand_elsewhere_and_write_its_numbers_as_text(own: Settings, ours: Path, tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        row = row_of(sheet, "Tổng cộng")
        sheet.cell(row, 3).value = "84"
        sheet.cell(row, 4).value = " 24 "
        sheet.insert_rows(1, 4)
        sheet.insert_cols(1, 2)

    assert compared(own, edited(ours, tmp_path / "a.xlsx", edit)).agrees


def test_strangers_twins_and_missing_units_are_told(own: Settings, ours: Path, tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "Sở Tư pháp"), 2).value = "Sở Không Có"
        sheet.cell(row_of(sheet, "UBND xã Sông Trầu"), 2).value = "UBND huyện Trảng Bom"

    found = compared(own, edited(ours, tmp_path / "a.xlsx", edit))
    assert [row.name for row in found.unmatched] == ["Sở Không Có", "UBND huyện Trảng Bom"]
    assert [row.code for row in found.absent] == ["H19.03", "H19.30.05"]
    assert not found.agrees


def test_a_cell_that_is_no_number_is_told_not_guessed(own: Settings, ours: Path, tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        row = row_of(sheet, "Sở Tư pháp")
        sheet.cell(row, 10).value = "hai"
        sheet.cell(row, 8).value = 6.5
        sheet.cell(row, 13).value = None  # ours is 0: nothing says the same

    found = compared(own, edited(ours, tmp_path / "a.xlsx", edit))
    assert [(cell.column, cell.theirs.is_readable, cell.difference) for cell in found.cells] == [
        ("resolved_early", False, None), ("resolved_overdue", False, None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "not_a_workbook"), (b"a,b\n1,2\n", "is_text"), (b"PK\x03\x04 broken", "not_a_workbook")],
)
def test_a_file_that_cannot_be_read_is_refused(own: Settings, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        read_form(path, own)
    assert refused.value.code == code


def test_a_workbook_without_the_row_of_numbers_is_refused(own: Settings, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["TT", "Đơn vị", "Tổng số"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(FileRefused) as refused:
        read_form(tmp_path / "a.xlsx", own)
    assert refused.value.code == "no_form_numbers"


def test_the_command_prints_cell_and_dossiers_and_writes_all(own: Settings, ours: Path, tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "Sở Tư pháp"), 10).value = 5

    path, out = edited(ours, tmp_path / "a.xlsx", edit), tmp_path / "out.xlsx"
    command = ["--lang", "en", "compare-report", str(path), "--period", PERIOD, "--warehouse", str(own.warehouse_dir)]
    said = CliRunner().invoke(app, [*command, "--out", str(out)])
    assert said.exit_code == 5
    assert "1 cells differ" in said.output and "H19.03-" in said.output
    listed = openpyxl.load_workbook(out)["Hồ sơ trong ô"]
    assert sum(str(row[3].value).startswith("H19.03-") for row in listed.iter_rows()) == 2
