"""What a night leaves for officers: reports of ended periods, findings and worklists of units; no person in any."""

import json
import re
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pytest

from pipelines.common.files import sha256_of
from pipelines.reports.officers.compare import compare_form
from pipelines.reports.officers.facts import read_facts
from pipelines.reports.officers.form import COLUMNS
from pipelines.reports.officers.officer_form import read_form
from pipelines.reports.sql_shell import read_only_connection
from tests.conftest import CANARY_NAME, CANARY_PHONE, Night

pytestmark = pytest.mark.slow
PERIODS = ("2024-BC-Q1", "2024-BC-6T", "2024-BC-9T", "2024-BC-NAM")


def test_the_night_wrote_the_reports_of_ended_periods_and_says_so(night: Night) -> None:
    with sqlite3.connect(f"file:{night.settings.ledger_file}?mode=ro", uri=True) as ledger:
        details = [json.loads(row[0]) for row in ledger.execute("select detail from run order by sequence")]
    assert details[0]["reports"] == {**dict.fromkeys(PERIODS, "written"), "findings": "written", "worklist": "written"}
    for period in PERIODS:
        names = {path.name for path in (night.settings.reports_dir / period).iterdir()}
        assert names >= {f"bao-cao-{period}.xlsx", f"tom-tat-{period}.docx", f"bao-cao-day-du-{period}.docx"}


def test_a_version_holds_the_reports_of_ended_periods_and_vouches_for_them(night: Night) -> None:
    version = json.loads((night.current / "manifest.json").read_text(encoding="utf-8"))["files"]
    for period in PERIODS:
        for path in (night.current / "reports" / period).iterdir():
            own = night.settings.reports_dir / period / path.name
            assert own.read_bytes() == path.read_bytes()
            assert version[f"reports/{period}/{path.name}"] == sha256_of(path)
        assert (night.current / "reports" / period / f"bao-cao-{period}.xlsx").is_file()


@pytest.mark.parametrize("period", PERIODS)
def test_what_the_night_wrote_agrees_with_what_it_published(night: Night, period: str) -> None:
    theirs = read_form(night.settings.reports_dir / period / f"bao-cao-{period}.xlsx", night.settings)
    with read_only_connection(night.settings) as connection:
        found = compare_form(connection, period, theirs)
    assert (found.agrees, found.matched > 20) == (True, True)


def test_both_forms_count_the_same_dossiers(night: Night) -> None:
    for period in PERIODS:
        book = openpyxl.load_workbook(night.settings.reports_dir / period / f"bao-cao-{period}.xlsx", read_only=True)
        totals = [[row[2:] for row in book[name].iter_rows(values_only=True) if row[1] == "Tổng cộng"]
                  for name in ("II.06a", "II.06a theo lĩnh vực")]  # fmt: skip
        assert totals[0] == totals[1]


@pytest.mark.parametrize("period", ["2024", "2024-BC-6T", "2024-03"])
def test_the_form_by_field_counts_the_dossiers_of_the_published_table(night: Night, period: str) -> None:
    """The report counts dossiers one by one, the table adds up days."""
    query = (
        f"select unit_level, field_name, {', '.join(f'sum({column})' for column in COLUMNS)}"
        " from handling_status_by_field where scope = 'level' and period_code = ? group by all"
    )
    with read_only_connection(night.settings) as connection:
        counted = {tuple(row.values()) for row in read_facts(connection, period).fields}
        assert counted and counted == set(connection.execute(query, [period]).fetchall())


def test_the_findings_of_units_list_every_rejected_row(night: Night) -> None:
    with read_only_connection(night.settings) as connection:
        rejected = connection.execute("select unit_code, sum(row_count) from quarantine_units group by all").fetchall()
    assert len(rejected) > 5
    folder = night.settings.reports_dir / "findings"
    for code, count in rejected:
        rows = openpyxl.load_workbook(folder / f"{code or 'khong-ro'}.xlsx")["Dòng cần sửa"].iter_rows(values_only=True)
        table = [row for row in rows if row[1] is not None]
        assert len(table) - 1 == count, code
        assert all(row[3] and row[4] and row[5] for row in table)


@pytest.mark.parametrize("name", ["steps.html", "steps.en.html"])
def test_the_night_wrote_which_steps_eat_the_days_without_a_dossier_or_person(night: Night, name: str) -> None:
    page = (night.settings.reports_dir / name).read_text(encoding="utf-8")
    with read_only_connection(night.settings) as connection:
        query = """select procedure_code from procedure_bottlenecks where scope = 'province' and finished_year = 2024
                   group by 1 order by sum(elapsed_working_days) desc, 1 limit 30"""
        expected = [code for (code,) in connection.execute(query).fetchall()]
    assert re.findall(r'class="card procedure" id="([^"]+)"', page) == expected
    assert "Phòng Tài nguyên và Môi trường" in page and "Chứng thực" in page
    assert not re.search(r"H19[.\d]*-\d{6}-\d{4}", page) and CANARY_NAME not in page and CANARY_PHONE not in page


def listed(workbook: Path, sheet: str) -> list[str]:
    """Return the dossiers of a list."""
    rows = [row[0] for row in openpyxl.load_workbook(workbook, read_only=True)[sheet].iter_rows(values_only=True)]
    return [code for code in rows[rows.index("Mã hồ sơ") + 1 :] if code and code != "Không có."]


def test_the_lists_of_units_hold_the_worklist_that_was_published(night: Night) -> None:
    folder = night.settings.reports_dir / "worklist"
    with read_only_connection(night.settings) as connection:
        query = "select unit_code, list(dossier_code order by 1) from worklist where category = 'overdue' group by all"
        late = dict(connection.execute(query).fetchall())
        query = "select unit_code, list(dossier_code order by 1) from worklist where portal <> 'agrees' group by all"
        disagreeing = dict(connection.execute(query).fetchall())
    assert len(late) > 2
    for sheet, expected in (("Quá hạn", late), ("Lệch với Cổng", disagreeing)):
        for code, dossiers in expected.items():
            assert sorted(listed(folder / f"{code}.xlsx", sheet)) == dossiers, (sheet, code)
    assert {path.stem for path in folder.glob("*.docx")} == set(late)


def test_no_dossier_of_the_worklist_leaves_the_warehouse(night: Night) -> None:
    with read_only_connection(night.settings) as connection:
        codes = [code for (code,) in connection.execute("select dossier_code from worklist").fetchall()]
    assert len(codes) > 20
    texts = [
        path for folder in ("open-data", "site") for path in (night.current / folder).rglob("*")
        if path.suffix in (".csv", ".json", ".jsonld", ".html", ".md", ".xml")
    ]  # fmt: skip
    assert len(texts) > 20
    for path in texts:
        text = path.read_text(encoding="utf-8")
        assert not [code for code in codes if code in text] and "phieu-don-doc" not in text, path.name


def test_the_desk_page_shows_this_night_and_what_it_published(night: Night) -> None:
    page = night.settings.reports_dir / "index.html"
    assert page.stat().st_mode & 0o777 == 0o640
    text = page.read_text(encoding="utf-8")
    with read_only_connection(night.settings) as connection:
        codes = connection.execute("select dossier_code from worklist").fetchall()
        ((points,),) = connection.execute(
            "select known_points from decision_766_totals where scope = 'province' and period_code = '2024'"
        ).fetchall()
        components = connection.execute(
            "select component from decision_766_gains where scope = 'province' order by points_lost desc, 1 limit 8"
        ).fetchall()
    assert f">{points:.2f}<".replace(".", ",") in text
    assert re.findall(r'<span class="number">([^<]+)</span>', text.partition('id="lost"')[2])[:8] == [
        component for (component,) in components
    ]
    assert f"đang mở: {len(codes)}<" in text and not [code for (code,) in codes if code in text]
    links = [link for link in re.findall(r'href="([^"]+)"', text) if not link.startswith("#")]
    assert len(links) > 20 and [link for link in links if not (page.parent / link).exists()] == []
    assert CANARY_NAME not in text and CANARY_PHONE not in text


def test_no_report_names_a_person(night: Night) -> None:
    files = [path for path in night.settings.reports_dir.rglob("*") if path.suffix in (".xlsx", ".docx")]
    assert len(files) > 20
    for path in files:
        with zipfile.ZipFile(path) as package:
            text = b"".join(package.read(name) for name in package.namelist()).decode("utf-8", errors="ignore")
        assert CANARY_NAME not in text and CANARY_PHONE not in text, path.name


def test_the_command_compares_the_nights_own_workbook(night: Night) -> None:
    period = "2024-BC-NAM"
    workbook = night.settings.reports_dir / period / f"bao-cao-{period}.xlsx"
    said = night.tthc("compare-report", str(workbook), "--period", period)
    assert (said.returncode, "Both forms are the same" in said.stdout) == (0, True), said.stdout + said.stderr
