"""Officers' reports of a warehouse that a person can check: values, totals, lock, differences, templates."""

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import docx
import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import TthcError
from pipelines.reports.officers import pdf
from pipelines.reports.officers.documents import placeholders
from pipelines.reports.officers.facts import read_facts, read_form_by_unit
from pipelines.reports.officers.files import report_files
from pipelines.reports.officers.findings import write_findings
from pipelines.reports.officers.form import COLUMNS, SUMS, form_by_field, form_by_unit
from pipelines.reports.officers.lock import lock_report, locked_dir, read_lock
from pipelines.reports.officers.nightly_reports import write_nightly
from pipelines.reports.officers.write import WrittenReport, assemble, write_report
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import PROJECT_DIR, Settings
from tests.gate.tiny_marts import build

from .officer_reports import VERSION, change, publish, read_form_sheet, read_sheet, rename

pytestmark = pytest.mark.slow
PERIOD = "2024-02"
LEVELS = ("tinh", "so", "huyen", "xa")
PERIODS = ("2024-01", "2024-02", "2024-03", "2024-Q1", "2024", "2024-BC-T2", "2024-BC-Q1")
BY_UNIT, BY_FIELD, CHANGES = "II.06a", "II.06a theo lĩnh vực", "Khác với bản đã nộp"
# Recounted from the dossiers by `tests/gate/tiny_figures.py`, which knows nothing of reports.
GOLDEN = [
    ["I", "Sở, ban, ngành", 28, 8, 12, 8, 13, 6, 5, 2, 15, 15, 0],
    ["1", "Sở Tư pháp", 28, 8, 12, 8, 13, 6, 5, 2, 15, 15, 0],
    ["II", "Cấp huyện", 28, 8, 12, 8, 14, 7, 6, 1, 14, 9, 5],
    ["1", "UBND huyện Trảng Bom", 28, 8, 12, 8, 14, 7, 6, 1, 14, 9, 5],
    ["III", "Cấp xã", 28, 8, 10, 10, 15, 9, 4, 2, 13, 8, 5],
    ["1", "UBND xã Sông Trầu", 28, 8, 10, 10, 15, 9, 4, 2, 13, 8, 5],
    ["", "Tổng cộng", 84, 24, 34, 26, 42, 22, 15, 5, 42, 32, 10],
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("tiny") / "tiny.duckdb")


@pytest.fixture
def own(tiny: Path, tmp_path: Path) -> Settings:
    """Return a published warehouse with registers of its own to edit."""
    shutil.copytree(PROJECT_DIR / "registers", tmp_path / "registers")
    return publish(tiny, tmp_path / "warehouse", tmp_path / "registers")


@pytest.fixture(scope="module")
def written(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> WrittenReport:
    return write_report(publish(tiny, tmp_path_factory.mktemp("once") / "warehouse"), PERIOD, pdf=False)


def workbook_of(own: Settings, period: str = PERIOD) -> Path:
    return write_report(own, period, pdf=False).files[0]


def test_the_form_has_the_figures_of_the_warehouse(written: WrittenReport) -> None:
    assert read_form_sheet(written.files[0], BY_UNIT).rows == GOLDEN


def test_the_head_of_the_form_is_the_states(written: WrittenReport) -> None:
    rows = read_sheet(written.files[0], BY_UNIT)
    assert rows[0][0] == "Biểu số II.06a/VPCP/KSTT"
    assert [rows[0][9], rows[1][9]] == [
        "Đơn vị báo cáo: Ủy ban nhân dân tỉnh Đồng Nai", "Đơn vị nhận báo cáo: Văn phòng Chính phủ"
    ]  # fmt: skip
    assert rows[4][0] == "Kỳ báo cáo: 2024-02 (từ ngày 01/02/2024 đến ngày 29/02/2024)"
    top = next(at for at, row in enumerate(rows) if row[0] == "TT")
    assert [cell for row in rows[top : top + 3] for cell in row if cell] == [
        "TT", "Đơn vị", "Số hồ sơ nhận giải quyết", "Đã giải quyết", "Đang giải quyết", "Tổng số", "Trong kỳ",
        "Từ kỳ trước", "Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn", "Trực tuyến",
        "Trực tiếp, dịch vụ bưu chính",
    ]  # fmt: skip
    assert rows[top + 3] == [
        "(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)", "(8)", "(9)", "(10)",
        "(11)=(12)+(13)", "(12)", "(13)",
    ]  # fmt: skip


@pytest.mark.parametrize("period", PERIODS)
def test_every_total_of_the_form_agrees(tiny: Path, tmp_path: Path, period: str) -> None:
    workbook = workbook_of(publish(tiny, tmp_path / "warehouse"), period)
    totals = []
    for sheet in (BY_UNIT, BY_FIELD):
        rows = read_form_sheet(workbook, sheet).rows
        check_totals(rows)
        totals.append([row[1:] for row in rows if not row[0].isdigit()])
    assert totals[0] == totals[1]  # both forms count the same dossiers


def check_totals(rows: list[list[Any]]) -> None:
    """Each row's columns add up, each level is the sum of its rows, the total is the sum of the levels."""
    for _, name, *figures in rows:
        of = dict(zip(COLUMNS, figures, strict=True))
        for total, parts in SUMS.items():
            assert of[total] == sum(of[part] for part in parts), (name, total)
        assert of["received_total"] == of["resolved_total"] + of["open_total"], name
    members: list[list[int]] = []
    levels: list[list[int]] = []
    for number, _, *figures in reversed(rows[:-1]):
        if number.isdigit():
            members.append(figures)
            continue
        assert figures == [sum(column) for column in zip(*members, strict=True)]
        levels.append(figures)
        members = []
    assert members == []
    assert rows[-1][2:] == [sum(column) for column in zip(*levels, strict=True)]


parts = st.integers(0, 10**6)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(LEVELS), st.text("aăâbcdđê", max_size=3), *[parts] * 4), min_size=1, max_size=20)
)
def test_rows_by_field_always_add_up(drawn: list[tuple[Any, ...]]) -> None:
    rows = []
    for level, field, online, direct, early, overdue in drawn:
        in_time, total = direct, online + direct + early + overdue
        figures = (total, online, direct, early + overdue, early + overdue, early, 0, overdue, total - early - overdue,
                   in_time, online)  # fmt: skip
        rows.append({"unit_level": level, "field_name": field or None, **dict(zip(COLUMNS, figures, strict=True))})
    found = form_by_field(rows, "Chưa rõ", LEVELS)
    check_totals([[row.number, row.name, *row.figures] for row in found])
    assert sum(row.kind == "field" for row in found) == len(rows)


def test_a_period_without_dossiers_has_a_form_of_zeros() -> None:
    (total,) = form_by_unit([], LEVELS)
    assert (total.kind, total.figures) == ("total", (0,) * 11)


def test_no_cell_is_a_formula_and_every_sheet_says_version_and_synthetic(written: WrittenReport) -> None:
    book = openpyxl.load_workbook(written.files[0])
    for sheet in book.worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"], sheet.title
        assert VERSION in sheet.oddFooter.left.text
        assert "DỮ LIỆU TỔNG HỢP" in sheet.oddHeader.center.text
        assert "DỮ LIỆU TỔNG HỢP, KHÔNG PHẢI SỐ LIỆU THẬT" in [cell.value for cell in cells]


def test_the_word_files_hold_the_same_figures(written: WrittenReport) -> None:
    for path in written.files[1:]:
        text = "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
        for figure in ("84 hồ sơ", "42 hồ sơ", "88,10%", "DỮ LIỆU TỔNG HỢP"):
            assert figure in text, (path.name, figure)
        assert "{" not in text


def test_lists_of_late_dossiers_and_tasks_are_those_of_the_period(written: WrittenReport) -> None:
    late = [row for row in read_sheet(written.files[0], "Danh sách hồ sơ trễ") if str(row[1]).startswith("H19")]
    assert len(late) == 5 + 10  # columns (10) and (13) of the total
    assert [row[7] is None for row in late] == [True] * 10 + [False] * 5  # open ones first
    tasks = {row[0]: (row[7], row[9]) for row in read_sheet(written.files[0], "Nhiệm vụ phụ lục") if row[0]}
    assert tasks["PL-01"] == ("đã xong", None)
    assert tasks["PL-02"] == ("đã xong", "quá hạn")
    # Due on the period's last day, so not late at its cut, though it is late today.
    assert tasks["PL-03"] == ("chưa bắt đầu", None)


def test_who_has_reported_shows_when_and_what_was_corrected(tiny: Path, tmp_path: Path) -> None:
    own = publish(tiny, tmp_path / "warehouse")
    rows = read_sheet(workbook_of(own, "2024-02"), "Đơn vị đã báo cáo")
    header = next(row for row in rows if row[0] == "Loại")
    figures = next(row for row in rows if row[0] == "Số liệu báo cáo")
    assert dict(zip(header, figures, strict=True))["2024-02"] == "1 số liệu; 01/03/2024; sửa 04/03/2024"


def test_the_same_version_gives_the_same_workbook_which_only_officers_may_read(own: Settings) -> None:
    first = workbook_of(own).read_bytes()
    assert workbook_of(own).read_bytes() == first
    folder = report_files(own, PERIOD).folder
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o640}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750


def test_what_was_handed_in_is_kept_and_later_figures_are_shown_as_differences(own: Settings) -> None:
    workbook = workbook_of(own)
    handed_in = workbook.read_bytes()
    kept = lock_report(own, PERIOD, "Văn phòng Sở")
    record = json.loads((kept.parent / "lock.json").read_text(encoding="utf-8"))
    assert (record["version"], record["locked_by"], record["number"]) == (VERSION, "Văn phòng Sở", 1)
    assert (kept.read_bytes(), stat.S_IMODE(kept.stat().st_mode)) == (handed_in, 0o440)
    assert list(write_report(own, PERIOD, pdf=False).changes) == []

    change(own, "update handling_status set resolved_overdue = 3, resolved_total = 14, open_in_time = 14,"
                " open_total = 14 where period_code = '2024-02' and unit_code = 'H19.03'")  # fmt: skip
    later = write_report(own, PERIOD, pdf=False)
    assert [one.cells[1:] for one in later.changes] == [
        ["Sở Tư pháp", "(7) Đã giải quyết: tổng số", "13", "14", "+1"],
        ["Sở Tư pháp", "(10) Đã giải quyết: quá hạn", "2", "3", "+1"],
        ["Sở Tư pháp", "(11) Đang giải quyết: tổng số", "15", "14", "−1"],
        ["Sở Tư pháp", "(12) Đang giải quyết: trong hạn", "15", "14", "−1"],
    ]
    shown = [row for row in read_sheet(later.files[0], CHANGES) if row[0] == BY_UNIT]
    assert shown == [list(one.cells) for one in later.changes]
    assert kept.read_bytes() == handed_in


def test_a_second_hand_in_must_be_meant_and_keeps_the_first(own: Settings) -> None:
    workbook_of(own)
    first = lock_report(own, PERIOD, "một")
    with pytest.raises(TthcError) as refused:
        lock_report(own, PERIOD, "hai")
    assert refused.value.code == "report_locked_already"
    second = lock_report(own, PERIOD, "hai", replace=True)
    assert (first.exists(), second.parent.name) == (True, "2")


def test_only_what_was_written_is_locked_and_what_is_locked_is_verified(own: Settings) -> None:
    with pytest.raises(TthcError) as nothing:
        lock_report(own, PERIOD, "một")
    assert nothing.value.code == "report_not_written"
    workbook = workbook_of(own)
    whole = workbook.read_bytes()
    workbook.write_bytes(whole + b" ")
    with pytest.raises(TthcError) as altered:
        lock_report(own, PERIOD, "một")
    assert altered.value.code == "report_altered"
    workbook.write_bytes(whole)
    kept = lock_report(own, PERIOD, "một")
    kept.chmod(0o640)
    kept.write_bytes(whole + b" ")
    with pytest.raises(TthcError) as damaged:
        read_lock(own, PERIOD)
    assert (damaged.value.code, damaged.value.params["folder"]) == (
        "report_lock_damaged",
        locked_dir(own, PERIOD) / "1",
    )


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [("{{ tong.nhân }}", "template_placeholder", "nhân"), ("{{ khong_co }}", "template_placeholder", "khong_co"),
     ("{{ tong.sai_ten }}", "template_placeholder", "sai_ten"), ("{% if ky %}", "template_broken", ""),
     ("{{ ky.__class__.__mro__ }}", "template_broken", "")],
)  # fmt: skip
def test_a_broken_template_names_itself_and_the_placeholder(own: Settings, text: str, code: str, named: str) -> None:
    path = own.province_dir / "templates" / "tom-tat.docx"
    document = docx.Document()
    document.add_paragraph(text)
    document.save(str(path))
    with pytest.raises(TthcError) as broken:
        write_report(own, PERIOD, pdf=False)
    assert (broken.value.code, broken.value.params["template"]) == (code, path)
    assert named in str(broken.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a package", b"<html></html>"])
def test_a_template_that_is_no_word_file_says_so(own: Settings, content: bytes) -> None:
    path = own.province_dir / "templates" / "bao-cao.docx"
    path.write_bytes(content)
    with pytest.raises(TthcError) as broken:
        write_report(own, PERIOD, pdf=False)
    assert (broken.value.code, broken.value.params["template"]) == ("template_not_word", path)
    path.unlink()
    with pytest.raises(TthcError) as missing:
        write_report(own, PERIOD, pdf=False)
    assert missing.value.code == "template_missing"


def test_every_placeholder_is_documented(own: Settings) -> None:
    page = (PROJECT_DIR / "docs" / "reports.md").read_text(encoding="utf-8")
    with read_only_connection(own) as connection:
        values = placeholders(assemble(own, read_facts(connection, PERIOD)))
    nested = [value[0] if isinstance(value, list) and value else value for value in values.values()]
    names = {*values, *(name for value in nested if isinstance(value, dict) for name in value)}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_an_edited_template_is_what_is_written(own: Settings) -> None:
    path = own.province_dir / "templates" / "tom-tat.docx"
    document = docx.Document()
    document.add_paragraph("Quá hạn: {{ tong.qua_han }} trong {{ tong.giai_quyet }}, kỳ {{ ky }}")
    document.save(str(path))
    summary = write_report(own, PERIOD, pdf=False).files[1]
    assert docx.Document(str(summary)).paragraphs[0].text == "Quá hạn: 5 trong 42, kỳ 2024-02"


def test_a_night_writes_ended_report_periods_once_and_never_fails(own: Settings) -> None:
    def became() -> str:
        return write_nightly(own)["2024-BC-T2"]

    assert became() == "written"
    before = report_files(own, "2024-BC-T2").workbook.stat().st_mtime_ns
    assert became() == "unchanged"
    assert write_nightly(own, is_new=False) == {"all": "unchanged"}
    assert report_files(own, "2024-BC-T2").workbook.stat().st_mtime_ns == before
    change(own, "update handling_status set open_overdue = open_overdue + 1 where period_code = '2024-BC-T2'")
    assert became() == "written"
    (own.province_dir / "templates" / "bao-cao.docx").write_bytes(b"broken")
    assert became() == "template_not_word"
    own.current_link.unlink()
    assert write_nightly(own) == {"all": "no_version"}


def test_a_unit_whose_findings_are_the_same_keeps_its_workbook(own: Settings) -> None:
    names = {path.name for path in write_findings(own)}
    assert names >= {"H19.30.xlsx", "H19.30.05.xlsx", "khong-ro.xlsx"}
    folder = own.reports_dir / "findings"
    kept = (folder / "H19.30.xlsx").stat().st_ino
    rows = read_sheet(folder / "H19.30.xlsx", "Dòng cần sửa")
    assert [row[3] for row in rows if row[0] == "ho_so"] == ["93"]
    rename(own, "2024-03-05-00000000beef")
    change(
        own, "update quarantine_units set first_rows = '150' where unit_code = 'H19.30.05'", "2024-03-05-00000000beef"
    )
    write_findings(own)
    assert (folder / "H19.30.xlsx").stat().st_ino == kept
    rows = read_sheet(folder / "H19.30.05.xlsx", "Dòng cần sửa")
    assert [row[3] for row in rows if row[0] == "ho_so"] == ["150"]


def test_without_libreoffice_there_is_no_pdf_and_no_fault(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PROGRAMS", ("no-such-office",))
    said = CliRunner().invoke(
        app, ["--lang", "en", "report", "--period", PERIOD, "--warehouse", str(own.warehouse_dir)]
    )
    assert (said.exit_code, "No PDF" in said.output) == (0, True)
    assert not list(report_files(own, PERIOD).folder.glob("*.pdf"))


def test_an_earlier_pdf_does_not_outlive_its_report(own: Settings) -> None:
    workbook = workbook_of(own)
    workbook.with_suffix(".pdf").write_bytes(b"of an earlier version")
    workbook_of(own)
    assert not workbook.with_suffix(".pdf").exists()


@pytest.mark.parametrize("period", ["2024-13", "../../etc", "locked"])
def test_an_unknown_period_is_refused(own: Settings, period: str) -> None:
    with pytest.raises(TthcError) as refused:
        write_report(own, period, pdf=False)
    assert refused.value.code == "unknown_period_asked"
    with pytest.raises(TthcError):
        lock_report(own, period, "một")


def test_a_unit_that_was_not_there_in_the_period_has_no_row_of_zeros(tiny: Path, tmp_path: Path) -> None:
    copied = shutil.copy(tiny, tmp_path / "tiny.duckdb")
    codes = ("H19.03", "H19.30", "H19.30.05")
    with duckdb.connect(str(copied)) as connection:
        assert {row["unit_code"] for row in read_form_by_unit(connection, PERIOD) if row["scope"] == "unit"} == set(
            codes
        )
        nothing = ", ".join(f"{column} = 0" for column in COLUMNS)
        connection.execute(f"update marts.handling_status set {nothing} where unit_code in ('H19.30', 'H19.30.05')")
        connection.execute("update marts.dim_unit set valid_to = date '2024-01-31' where unit_code = 'H19.30'")
        left = [row["unit_code"] for row in read_form_by_unit(connection, PERIOD) if row["scope"] == "unit"]
    # A unit that is there has its row, with or without dossiers.
    assert left == ["H19.03", "H19.30.05"]
