"""The dictionary of a version: it describes everything that is published, and what it claims holds in the tables."""

import copy
import itertools
import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipelines.contracts.model import load_contracts
from pipelines.publish.read_only import open_read_only
from pipelines.reports.dictionary.dbt_page import static_page
from pipelines.reports.dictionary.facts import SCHEMAS, both, own_words, read_dictionary, without_grain
from pipelines.reports.dictionary.model import Dictionary
from pipelines.reports.dictionary.write import DBT_PAGE, PAGE, WORKBOOK, write_dictionary
from pipelines.settings import DATABASE_FILE, DICTIONARY_FOLDER, Settings
from pipelines.storage.run_spec import RunSpec
from pipelines.transform.dbt import load_manifest
from tests.conftest import CANARY_NAME, Night

pytestmark = pytest.mark.slow
SPEC = RunSpec("2024-12-31", "2024-12-31-000000000000", "H19", is_synthetic=True, inputs=[])


@pytest.fixture(scope="module")
def manifest(night: Night) -> dict[str, Any]:
    return load_manifest(night.settings)


@pytest.fixture(scope="module")
def database(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the published file: a process opens a file with one set of settings, and others have it open."""
    return Path(shutil.copy(night.current / DATABASE_FILE, tmp_path_factory.mktemp("dictionary") / DATABASE_FILE))


@pytest.fixture(scope="module")
def dictionary(night: Night, manifest: dict[str, Any], database: Path) -> Dictionary:
    return read_dictionary(night.settings, manifest, SPEC, database)


@pytest.fixture(scope="module")
def page(night: Night) -> str:
    return (night.current / DICTIONARY_FOLDER / PAGE).read_text(encoding="utf-8")


@pytest.fixture
def warehouse(night: Night, database: Path) -> Any:
    with open_read_only(database, night.settings.duckdb_config()) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


def published(warehouse: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    query = "select schema_name, table_name, column_name from duckdb_columns() where not internal"
    return set(warehouse.execute(query).fetchall())


def test_every_published_column_is_described_in_both_languages(
    warehouse: duckdb.DuckDBPyConnection, dictionary: Dictionary, page: str
) -> None:
    described = {(t.schema, t.name, c.name) for t in dictionary.tables for c in t.columns}
    assert described == published(warehouse)
    assert {schema for schema, _, _ in described} == set(SCHEMAS)
    for table in dictionary.tables:
        assert f'id="{table.schema}.{table.name}"' in page
        for text in (table.description, table.grain, table.example.question, *(c.description for c in table.columns)):
            assert text.vi.strip() and text.en.strip()
        assert table.grain.vi.startswith("Một dòng") and table.grain.en.startswith("One row")


def test_each_comment_in_the_file_is_the_dictionary_s_description(
    warehouse: duckdb.DuckDBPyConnection, dictionary: Dictionary
) -> None:
    query = "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal"
    stored = {row[:3]: row[3] for row in warehouse.execute(query).fetchall()}
    for table in dictionary.tables:
        for column in table.columns:
            said = stored[table.schema, table.name, column.name]
            assert said == f"{column.description.vi} / {column.description.en}"


@pytest.mark.parametrize("broken", ["Chỉ tiếng Việt", "Một / hai / ba", ""])
def test_a_description_in_one_language_alone_is_refused(
    night: Night, manifest: dict[str, Any], database: Path, broken: str
) -> None:
    changed = copy.deepcopy(manifest)
    changed["nodes"]["model.tthc.dim_unit"]["columns"]["unit_code"]["description"] = broken
    with pytest.raises(ValueError, match=r"two languages|at least 1"):
        read_dictionary(night.settings, changed, SPEC, database)


def test_a_table_without_grain_or_example_and_a_column_without_description_are_refused(
    night: Night, manifest: dict[str, Any], database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = "model.tthc.dim_unit"
    with pytest.raises(ValueError, match="tells no grain"):
        without_grain(both("Đơn vị / Units"))
    changed = copy.deepcopy(manifest)
    del changed["nodes"][unit]["columns"]["unit_code"]
    with pytest.raises(KeyError, match="unit_code"):
        read_dictionary(night.settings, changed, SPEC, database)
    monkeypatch.delitem(own_words("examples")["tables"], "dim_unit")
    with pytest.raises(KeyError, match="dim_unit"):
        read_dictionary(night.settings, manifest, SPEC, database)


def test_every_example_query_gives_rows(warehouse: duckdb.DuckDBPyConnection, dictionary: Dictionary) -> None:
    empty = [table.name for table in dictionary.tables if not warehouse.execute(table.example.sql).fetchmany(1)]
    assert empty == []
    assert all(re.search(rf"\b{table.name}\b", table.example.sql) for table in dictionary.tables)
    assert set(own_words("examples")["tables"]) == {t.name for t in dictionary.tables if t.schema == "marts"}


def test_what_is_said_never_to_be_null_is_not(warehouse: duckdb.DuckDBPyConnection, dictionary: Dictionary) -> None:
    wrong = []
    for table in dictionary.tables:
        never = [column.name for column in table.columns if not column.may_be_empty]
        nulls = ", ".join(f"count(*) - count({name})" for name in never)
        found = warehouse.execute(f"select {nulls} from {table.schema}.{table.name}").fetchone() or ()
        wrong += [f"{table.name}.{name}" for name, count in zip(never, found, strict=True) if count]
    assert wrong == []


def test_keys_tell_rows_apart_and_references_lead_somewhere(
    warehouse: duckdb.DuckDBPyConnection, dictionary: Dictionary
) -> None:
    wrong = []
    for table in dictionary.tables:
        relation, key = f"{table.schema}.{table.name}", ", ".join(c.name for c in table.columns if c.is_key)
        if key:
            twice = f"select 1 from {relation} group by {key} having count(*) > 1 limit 1"
            wrong += [f"{table.name} ({key})"] if warehouse.execute(twice).fetchone() else []
        for column in table.columns:
            if column.refers_to:
                there, name = column.refers_to.split(".")
                lost = (
                    f"select {column.name} from {relation} where {column.name} <> '' except select {name} from {there}"
                )
                wrong += [f"{relation}.{column.name}"] if warehouse.execute(lost).fetchone() else []
    assert wrong == []
    keyless = {t.name for t in dictionary.tables if t.schema == "marts" and not any(c.is_key for c in t.columns)}
    assert keyless == {"dim_run"}


def test_an_indicator_leads_to_delivered_fields_of_every_source_that_it_needs(dictionary: Dictionary) -> None:
    contracts = load_contracts(Settings().contracts_dir)
    for one in dictionary.indicators:
        for source, fields in one.lineage.fields.items():
            assert set(fields) <= set(contracts[source].by_name), one.indicator.code
        if one.indicator.computed != "missing":
            assert set(one.indicator.needs) & set(contracts) <= set(one.lineage.fields), one.indicator.code
    on_time = next(one for one in dictionary.indicators if one.indicator.code == "on_time_rate")
    assert on_time.lineage.view == "case_on_time_rate__plan"
    assert {"finished_date", "outcome"} <= set(on_time.lineage.columns["fct_timeliness"])
    assert {"NgayHenTra", "NgayKetThucXuLy"} <= set(on_time.lineage.fields["ho_so"])


def test_computed_columns_and_codes_name_what_exists(dictionary: Dictionary) -> None:
    contracts, own = load_contracts(Settings().contracts_dir), own_words("columns")
    columns = {t.name: {c.name for c in t.columns} for t in dictionary.tables}
    for table, computed in own["computed"].items():
        assert set(computed) <= columns[table]
        for place in itertools.chain.from_iterable(computed.values()):
            source, field = place.split(".")
            assert field in contracts[source].by_name, place
    for table in (*own["exceptions"], *own["keys"]):
        assert table in columns
    assert {"fct_timeliness.status_code", "ho_so.TrangThaiHoSo", "cases.reason"} <= {c.place for c in dictionary.codes}


def test_the_page_needs_no_script_and_nothing_from_elsewhere(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r"(href|src)=\"(?!#|dictionary\.xlsx|dbt-docs\.html)", page)
    assert "url(" not in page
    anchors, wanted = set(re.findall(r' id="([^"]+)"', page)), set(re.findall(r'href="#([^"]+)"', page))
    assert wanted <= anchors
    assert page.count('<svg class="lineage"') > 40


def test_the_dictionary_describes_and_holds_no_row(night: Night, warehouse: duckdb.DuckDBPyConnection) -> None:
    codes = [code for (code,) in warehouse.execute("select dossier_code from fct_timeliness limit 50").fetchall()]
    for path in (night.current / DICTIONARY_FOLDER).glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert CANARY_NAME not in text
        assert not any(code in text for code in codes)
        assert str(night.warehouse) not in text


def test_the_workbook_has_every_column_and_indicator(night: Night, dictionary: Dictionary) -> None:
    book = openpyxl.load_workbook(night.current / DICTIONARY_FOLDER / WORKBOOK, read_only=True)
    rows = {sheet.title: len(list(sheet.iter_rows(min_row=2))) for sheet in book.worksheets}
    assert rows == {
        "Bảng": len(dictionary.tables), "Cột": sum(len(table.columns) for table in dictionary.tables),
        "Chỉ tiêu": len(dictionary.indicators), "Danh mục mã": len(dictionary.codes),
        "Truy vấn mẫu": len(dictionary.tables),
    }  # fmt: skip


def test_dbt_s_page_is_the_models_alone_and_the_same_on_every_machine(
    manifest: dict[str, Any], dictionary: Dictionary
) -> None:
    page = static_page(manifest, dictionary.tables)
    assert "INLINE DATA" not in page
    assert '"Thời hạn giải quyết. Một dòng cho mỗi hồ sơ' in page
    elsewhere = copy.deepcopy(manifest)
    elsewhere["metadata"]["invocation_id"], elsewhere["metadata"]["generated_at"] = "other", "2030-01-01T00:00:00Z"
    for node in elsewhere["nodes"].values():
        node["created_at"], node["build_path"], node["compiled_code"] = 0.0, "/elsewhere", "select 1"
    assert static_page(elsewhere, dictionary.tables) == page


def test_the_same_models_and_day_give_the_same_files(
    night: Night, manifest: dict[str, Any], database: Path, tmp_path: Path
) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / DATABASE_FILE).symlink_to(database)
        written = write_dictionary(night.settings, manifest, SPEC, tmp_path / name)
        assert [path.name for path in written] == [PAGE, WORKBOOK, DBT_PAGE]
        files.append([path.read_bytes() for path in written])
    assert files[0] == files[1]
    recorded = json.loads((night.current / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert {f"{DICTIONARY_FOLDER}/{name}" for name in (PAGE, WORKBOOK, DBT_PAGE)} <= set(recorded)
