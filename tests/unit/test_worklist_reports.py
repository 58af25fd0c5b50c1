"""Lists and reminder letters of units, of a warehouse that a person can check."""

import shutil
import stat
from pathlib import Path

import docx
import openpyxl
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import TthcError
from pipelines.registers.steps import load_steps_shown
from pipelines.registers.worklist import load_worklist
from pipelines.reports.officers.nightly_reports import write_nightly
from pipelines.reports.officers.worklist import read_worklist, write_worklist
from pipelines.reports.officers.worklist_book import risk_text
from pipelines.reports.officers.worklist_letter import LETTER_TEMPLATE, letter_values
from pipelines.reports.officers.write import read_words
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import PROJECT_DIR, Settings
from tests.gate.tiny_marts import build

from .officer_reports import change, publish, read_sheet, rename

SHEETS = ["Bìa", "Quá hạn", "Đến hạn", "Sắp đến hạn", "Lệch với Cổng", "Chờ bổ sung lâu"]
STEPS = "Bước mất nhiều ngày"
OTHER = "2024-03-05-00000000beef"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("tiny") / "tiny.duckdb")


@pytest.fixture
def own(tiny: Path, tmp_path: Path) -> Settings:
    """Return a published warehouse with registers of its own to edit."""
    shutil.copytree(PROJECT_DIR / "registers", tmp_path / "registers")
    return publish(tiny, tmp_path / "warehouse", tmp_path / "registers")


def listed(workbook: Path, sheet: str) -> list[list[object]]:
    """Return the rows of a list below its headers."""
    rows = read_sheet(workbook, sheet)
    top = next(at for at, row in enumerate(rows) if row[0] == "Mã hồ sơ")
    return [row for row in rows[top + 1 :] if row[0] and row[0] != "Không có."]


def test_lists_hold_each_units_dossiers_and_their_cover_counts_them(own: Settings) -> None:
    files = write_worklist(own)
    with read_only_connection(own) as connection:
        query = """
            select unit_code, count(*), count(*) filter (where category = 'overdue'),
                   count(*) filter (where category = 'due_today'), count(*) filter (where category = 'due_soon'),
                   count(*) filter (where portal <> 'agrees'), count(*) filter (where category = 'waiting_long')
            from worklist group by 1 order by 1
        """
        counts = connection.execute(query).fetchall()
    folder = own.reports_dir / "worklist"
    assert [path for path in files if path.suffix == ".xlsx"] == [folder / f"{code}.xlsx" for code, *_ in counts]
    for code, total, *numbers in counts:
        workbook = folder / f"{code}.xlsx"
        assert openpyxl.load_workbook(workbook).sheetnames == [*SHEETS, STEPS]
        assert [len(listed(workbook, sheet)) for sheet in SHEETS[1:]] == numbers
        cover = {row[0]: row[1] for row in read_sheet(workbook, "Bìa") if isinstance(row[1], int)}
        assert (cover["Đang giải quyết"], cover["Quá hạn"]) == (total, numbers[0])
        assert cover["Khác với Cổng quốc gia (thuộc mọi nhóm trên)"] == numbers[3]
        assert sum(cover.values()) == 2 * total + numbers[3]


def test_steps_of_a_unit_stand_by_procedure_with_the_numbers_of_the_warehouse(own: Settings) -> None:
    files = {path.stem: path for path in write_worklist(own) if path.suffix == ".xlsx"}
    with read_only_connection(own) as connection:
        query = """
            select unit_code, list([finished_dossiers, steps, elapsed_working_days, round(days_per_dossier, 9),
                median_working_days, p90_working_days, waiting_working_days, late_steps, rework_steps])
            from procedure_bottlenecks
            where scope = 'unit' and finished_year = (select max(finished_year) from handling_times) group by unit_code
        """
        expected = {code: sorted(rows) for code, rows in connection.execute(query).fetchall()}
    found = {}
    for code, workbook in files.items():
        rows = read_sheet(workbook, STEPS)
        top = next(at for at, row in enumerate(rows) if row[0] == "Thủ tục")
        table = [row for row in rows[top + 1 :] if row[1] is not None]
        procedures = [row[0] for row in table]
        assert procedures == sorted(procedures, key=procedures.index), "a procedure's steps stand together"
        found[code] = sorted([row[1], *row[6:8], round(row[8], 9), *row[9:]] for row in table)
    assert found == {code: expected.get(code, []) for code in found} and sum(map(len, found.values())) > 20


def test_of_many_steps_the_sheet_has_the_first_and_says_how_many_there_are(own: Settings) -> None:
    register = own.country_dir / "steps.yml"
    register.write_text(register.read_text(encoding="utf-8").replace("steps: 100", "steps: 2"), encoding="utf-8")
    load_steps_shown.cache_clear()
    workbook = next(path for path in write_worklist(own) if path.name == "H19.30.xlsx")
    load_steps_shown.cache_clear()
    text = "\n".join(str(row[0]) for row in read_sheet(workbook, STEPS))
    assert "Bảng có 2 dòng đầu trong" in text


def test_a_version_without_tables_of_steps_has_no_such_sheet(own: Settings) -> None:
    change(own, "drop table procedure_bottlenecks")
    workbook = next(path for path in write_worklist(own) if path.suffix == ".xlsx")
    assert openpyxl.load_workbook(workbook).sheetnames == SHEETS


def test_only_units_with_late_dossiers_get_a_letter_that_names_the_latest(own: Settings) -> None:
    files = {path.name: path for path in write_worklist(own)}
    assert {name for name in files if name.endswith(".docx")} == {"H19.30.docx", "H19.30.05.docx"}
    document = docx.Document(str(files["H19.30.docx"]))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Kính gửi: UBND huyện Trảng Bom." in text and "DỮ LIỆU TỔNG HỢP" in text
    assert "5 hồ sơ đã quá hạn" in text and "trong 2 ngày làm việc kể từ ngày nhận" in text
    with read_only_connection(own) as connection:
        query = (
            "select dossier_code from worklist where unit_code = 'H19.30' and category = 'overdue' order by due_date, 1"
        )
        late = [code for (code,) in connection.execute(query).fetchall()]
    named = [row.cells[1].text for table in document.tables for row in table.rows if len(row.cells) == 6][1:]
    assert named == late


def test_the_letter_follows_the_register_and_the_template(own: Settings) -> None:
    register = own.country_dir / "worklist.yml"
    text = register.read_text(encoding="utf-8").replace("explain_days: 2, dossiers: 10", "explain_days: 5, dossiers: 1")
    register.write_text(text, encoding="utf-8")
    document = docx.Document()
    document.add_paragraph("{{ so_ngay_giai_trinh }} ngày, {{ so_ho_so_neu_ten }} hồ sơ, {{ ho_so[0].ma }}")
    document.save(str(own.province_dir / "templates" / LETTER_TEMPLATE))
    load_worklist.cache_clear()
    letter = next(path for path in write_worklist(own) if path.suffix == ".docx")
    load_worklist.cache_clear()
    assert docx.Document(str(letter)).paragraphs[0].text.startswith("5 ngày, 1 hồ sơ, H19.30")


def test_files_are_for_officers_kept_while_they_are_right_and_gone_with_the_last_dossier(own: Settings) -> None:
    write_worklist(own)
    folder = own.reports_dir / "worklist"
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.*x")} == {0o640}
    nodes = {path.name: path.stat().st_ino for path in folder.glob("*.*x")}
    rename(own, OTHER)
    change(own, "update worklist set department = 'Phòng Tư pháp' where unit_code = 'H19.03'", OTHER)
    change(own, "delete from worklist where unit_code = 'H19.30'", OTHER)
    write_worklist(own)
    now = {path.name: path.stat().st_ino for path in folder.glob("*.*x")}
    assert set(now) == set(nodes) - {"H19.30.xlsx", "H19.30.docx"}
    assert {name for name in now if now[name] != nodes[name]} == {"H19.03.xlsx"}


def test_a_broken_template_of_the_letter_costs_the_night_nothing_else(own: Settings) -> None:
    assert write_nightly(own)["worklist"] == "written"
    (own.province_dir / "templates" / LETTER_TEMPLATE).write_bytes(b"broken")
    done = write_nightly(own)
    assert (done["worklist"], done["findings"]) == ("template_not_word", "written")
    # What lies there is what the last night wrote whole.
    assert (own.reports_dir / "worklist" / "H19.30.docx").is_file()


def test_a_warehouse_without_the_portals_copy_says_nothing_of_it(own: Settings) -> None:
    change(own, "update worklist set portal = null, portal_status_code = null, portal_due_date = null")
    files = {path.name: path for path in write_worklist(own)}
    cover = [row[0] for row in read_sheet(files["H19.30.xlsx"], "Bìa")]
    assert "Khác với Cổng quốc gia (thuộc mọi nhóm trên)" not in cover
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(files["H19.30.docx"])).paragraphs)
    assert "hồ sơ có trạng thái, ngày hẹn trả trên Cổng" not in text


def test_every_placeholder_of_the_letter_is_documented(own: Settings) -> None:
    page = (PROJECT_DIR / "docs" / "worklist.md").read_text(encoding="utf-8")
    with read_only_connection(own) as connection:
        run, units = read_worklist(connection, load_steps_shown(own.country_dir).sheet)
    unit = next(unit for unit in units if unit.counts["overdue"])
    values = letter_values(unit.counts, unit.dossiers, run=run, words=read_words(own),
                           register=load_worklist(own.country_dir), statuses={})  # fmt: skip
    nested = [value[0] if isinstance(value, list) else value for value in values.values()]
    names = {*values, *(name for value in nested if isinstance(value, dict) for name in value)}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_a_risk_says_how_many_it_is_taken_from() -> None:
    assert risk_text({"risk": 1 / 3, "risk_cases": 57}) == "33% (57 hồ sơ)"
    assert risk_text({"risk": None, "risk_cases": None}) is None


def test_a_version_of_an_earlier_release_says_that_it_has_none(own: Settings) -> None:
    change(own, "drop table worklist")
    with pytest.raises(TthcError) as missing:
        write_worklist(own)
    assert missing.value.code == "worklist_missing"


def test_the_command_says_how_many_were_written(own: Settings) -> None:
    said = CliRunner().invoke(app, ["report", "--worklist", "--warehouse", str(own.warehouse_dir)])
    assert (said.exit_code, "3 danh sách việc, 2 phiếu đôn đốc" in said.output) == (0, True), said.output
    own.current_link.unlink()
    with pytest.raises(TthcError):
        write_worklist(own)
