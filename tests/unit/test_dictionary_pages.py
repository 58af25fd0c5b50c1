"""Page, workbook and dbt's page of the dictionary, of two small tables and a case between them."""

import logging
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipelines.contracts.fields import Sentence
from pipelines.registers.model import load_indicators
from pipelines.reports.dictionary.dbt_page import static_page
from pipelines.reports.dictionary.facts import both, read_dictionary, without_grain
from pipelines.reports.dictionary.lineage import Graph, lineage_of
from pipelines.reports.dictionary.model import DescribedIndicator, Dictionary, Lineage
from pipelines.reports.dictionary.page import render
from pipelines.reports.dictionary.picture import lineage_picture
from pipelines.reports.dictionary.workbook import write_workbook
from pipelines.reports.dictionary.write import write_into_version
from pipelines.settings import DATABASE_FILE, DICTIONARY_FOLDER, Settings
from pipelines.storage.run_spec import RunSpec

SETTINGS = Settings()
SPEC = RunSpec("2024-12-31", "2024-12-31-000000000000", "H19", is_synthetic=True, inputs=[])
COLUMNS = {
    "dim_run": {"as_of": ("date", "Ngày <số liệu> / As-of day")},
    "fct_timeliness": {
        "dossier_code": ("varchar", "Mã hồ sơ / Dossier code"),
        "finished_date": ("date", "Ngày xong; trống khi chưa xong / Date finished; null while open"),
        "outcome": ("varchar", "Kết quả; trống khi chưa xong / Outcome; null while open"),
        "days_late": ("bigint", "Số ngày trễ / Days late"),
    },
    "case_on_time_rate__plan": {"event_date": ("date", "Ngày / Day"), "counts_from": ("date", "Từ / From")},
}
CASE = "select finished_date as event_date -- outcome, days_late\n, {{ x(outcome) }} as counts_from from y"


def node(name: str, schema: str, sql: str) -> dict[str, Any]:
    return {
        "unique_id": f"model.tthc.{name}", "name": name, "schema": schema, "database": "tthc", "resource_type": "model",
        "config": {"materialized": "view" if schema == "cases" else "table"}, "raw_code": sql, "created_at": 1.0,
        "description": f"{name}. Một dòng cho mỗi thứ / {name}. One row per thing", "depends_on": {"macros": []},
        "columns": {column: {"name": column, "description": said} for column, (_, said) in COLUMNS[name].items()},
    }  # fmt: skip


@pytest.fixture
def manifest() -> dict[str, Any]:
    models = [node("dim_run", "marts", "select 1"), node("fct_timeliness", "marts", "select </script>"),
              node("case_on_time_rate__plan", "cases", CASE)]  # fmt: skip
    lake = {"name": "ho_so", "source_name": "lake", "resource_type": "source", "schema": "lake", "database": "w"}
    return {
        "metadata": {"project_name": "tthc", "generated_at": "now"}, "nodes": {one["unique_id"]: one for one in models},
        "sources": {"source.tthc.lake.ho_so": lake}, "macros": {},
        "parent_map": {"model.tthc.fct_timeliness": ["source.tthc.lake.ho_so"],
                       "model.tthc.case_on_time_rate__plan": ["model.tthc.fct_timeliness"]},
    }  # fmt: skip


@pytest.fixture
def version(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / DATABASE_FILE)) as connection:
        for name, columns in COLUMNS.items():
            schema = "cases" if name.startswith("case_") else "marts"
            connection.execute(f"create schema if not exists {schema}")
            listed = ", ".join(f"{column} {kind}" for column, (kind, _) in columns.items())
            connection.execute(f"create table {schema}.{name} ({listed})")
    return tmp_path


@pytest.fixture
def dictionary(manifest: dict[str, Any], version: Path) -> Dictionary:
    return read_dictionary(SETTINGS, manifest, SPEC, version / DATABASE_FILE)


def test_a_column_says_type_unit_key_emptiness_and_delivered_field(dictionary: Dictionary) -> None:
    (run, facts, cases) = dictionary.tables
    assert (run.name, facts.name, cases.schema, cases.is_view) == ("dim_run", "fct_timeliness", "cases", True)
    code, finished, _, late = facts.columns
    assert (code.is_key, code.may_be_empty, code.unit, list(code.fields)) == (True, False, None, ["ho_so.MaHoSo"])
    assert (finished.is_key, finished.may_be_empty, finished.type) == (False, True, "DATE")
    assert late.unit is not None and "days" in late.unit.en
    assert facts.sources == ["ho_so"] and cases.reads == ["fct_timeliness"]
    assert facts.indicators == [("on_time_rate", "plan")] == cases.indicators


def test_lineage_goes_by_the_sql_and_not_by_its_comments(manifest: dict[str, Any]) -> None:
    indicator = next(i for i in load_indicators(SETTINGS.country_dir) if (i.code, i.rule) == ("on_time_rate", "plan"))
    columns = {name: list(of) for name, of in COLUMNS.items()}
    computed = {"fct_timeliness": {"outcome": ["ho_so.NgayHenTra"]}}
    lineage = lineage_of(Graph(manifest), indicator, columns, computed)
    assert lineage == Lineage(
        "case_on_time_rate__plan",
        {"fct_timeliness": ["finished_date", "outcome"]},
        {"ho_so": ["NgayKetThucXuLy", "NgayTra", "NgayHenTra"]},
    )
    picture = lineage_picture(DescribedIndicator(indicator, lineage), computed)
    assert picture is not None and picture.count("<rect") == 4 and picture.count("<path") == 3
    assert lineage_picture(DescribedIndicator(indicator, Lineage(None, {}, {})), computed) is None


def test_the_page_escapes_what_it_is_told(dictionary: Dictionary) -> None:
    page = render(dictionary)
    assert "Ngày &lt;số liệu&gt;" in page and "<số liệu>" not in page
    assert "Một dòng cho mỗi thứ" in page and "One row per thing" in page


def test_the_workbook_writes_text_and_no_formula(dictionary: Dictionary, tmp_path: Path) -> None:
    write_workbook(dictionary, tmp_path / "d.xlsx")
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    assert book.sheetnames == ["Bảng", "Cột", "Chỉ tiêu", "Danh mục mã", "Truy vấn mẫu"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}


def test_no_text_of_a_model_ends_the_script_of_dbt_s_page(manifest: dict[str, Any], dictionary: Dictionary) -> None:
    page = static_page(manifest, dictionary.tables)
    assert "select <\\/script>" in page and "select </script>" not in page
    assert '"created_at"' not in page and '"generated_at":"now"' not in page


@pytest.mark.parametrize("said", ["Chỉ một thứ tiếng", "a / b / c"])
def test_a_description_has_one_half_for_each_language(said: str) -> None:
    with pytest.raises(ValueError, match="not in two languages"):
        both(said)


def test_a_grain_ends_a_description_and_stands_alone_where_it_is_all() -> None:
    said, grain = without_grain(Sentence(vi="Lần chạy; một dòng cho mỗi đêm", en="Runs. One row per night"))
    assert (said.vi, grain.vi, said.en, grain.en) == ("Lần chạy", "Một dòng cho mỗi đêm", "Runs", "One row per night")
    alone, _ = without_grain(Sentence(vi="Một dòng cho mỗi đêm", en="One row per night"))
    assert alone.en == "One row per night"


def test_a_dictionary_that_cannot_be_written_is_logged_and_stops_nothing(
    manifest: dict[str, Any], version: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_into_version(SETTINGS, manifest, SPEC, version)
    assert sorted(path.name for path in (version / DICTIONARY_FOLDER).iterdir()) == [
        "dbt-docs.html", "dictionary.xlsx", "index.html",
    ]  # fmt: skip
    manifest["nodes"]["model.tthc.dim_run"]["description"] = "Không có vế tiếng Anh"
    with caplog.at_level(logging.WARNING, "tthc.dictionary"):
        write_into_version(SETTINGS, manifest, SPEC, version)
    assert "từ điển dữ liệu" in caplog.text
