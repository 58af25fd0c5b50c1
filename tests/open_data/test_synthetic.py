"""Made-up figures say so in each file by itself, and are never reported in the name of a real authority."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas
import pytest

from pipelines.open_data.files import write_tables
from pipelines.open_data.metadata.csvw import table_group
from pipelines.open_data.metadata.datapackage import data_package
from pipelines.open_data.metadata.dcat import dcat
from pipelines.open_data.metadata.model import Description
from pipelines.open_data.metadata.schema_org import schema_org
from pipelines.open_data.metadata.write import describe
from pipelines.open_data.method import method_page
from pipelines.open_data.revisions import changes_page
from pipelines.open_data.tables import wanted
from pipelines.open_data.texts import text_of
from pipelines.registers.disclosure import load_rules
from pipelines.registers.publication import PublicationRegister
from pipelines.settings import PROJECT_DIR
from tests.open_data.conftest import HEAD, PROVINCE, Edition

AUTHORITY = (PROVINCE.publisher.name.vi, PROVINCE.publisher.name.en)


def described(edition: Edition, *, synthetic: bool) -> Description:
    head = HEAD | {"rows": {table.csv.name: table.rows for table in edition.description.tables}}
    return describe(edition.register, PROVINCE, head | {"essence": head["essence"] | {"synthetic": synthetic}},
                    edition.folder)  # fmt: skip


@pytest.mark.parametrize(("synthetic", "code"), [(True, "tong-hop-synthetic"), (False, "that")])
def test_each_row_of_each_table_says_what_it_is(register: PublicationRegister, synthetic: bool, code: str) -> None:
    table = register.table("ky")
    query = "select '2024' as ky, 'nam' as loai, date '2024-01-01' as tu_ngay, date '2024-12-31' as den_ngay"
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as tthc")
        connection.execute("create schema tthc.marts")
        connection.execute("create table tthc.marts.dim_run as select ? as is_synthetic", [synthetic])
        found = connection.execute(wanted(table, query)).pl()
    assert found.columns[-1] == "du_lieu" and found["du_lieu"].to_list() == [code]
    assert {table.columns[-1].name for table in register.tables} == {"du_lieu"}


def test_a_csv_alone_says_so_to_who_loads_it(edition: Edition) -> None:
    for table in edition.register.tables:
        assert set(pandas.read_csv(edition.folder / table.file_name)["du_lieu"]) == {"tong-hop-synthetic"}


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_parquet_file_says_so_in_its_metadata(register: PublicationRegister, tmp_path: Path, synthetic: bool) -> None:
    with duckdb.connect() as connection:
        for table in register.tables:
            columns = ", ".join(f"{column.name} varchar" for column in table.columns)
            connection.execute(f'create table "{table.name}" ({columns})')
        write_tables(connection, register, tmp_path, synthetic=synthetic)
        reported = connection.execute(
            "select key::varchar, decode(value) from parquet_kv_metadata(?)", [str(tmp_path / "chi-tieu.parquet")]
        ).fetchall()
    assert dict(reported)["synthetic"] == str(synthetic).lower()
    assert (text_of("synthetic").en in dict(reported).values()) is synthetic
    assert dict(reported)["title_vi"] == "Giá trị chỉ tiêu"


def test_a_workbook_says_so_in_its_properties_first_sheet_and_on_paper(edition: Edition) -> None:
    book = openpyxl.load_workbook(edition.folder / "thu-tuc-hanh-chinh.xlsx")
    assert book.properties.title.startswith("[DỮ LIỆU TỔNG HỢP]")
    assert book.properties.creator == text_of("synthetic_publisher").vi
    assert "[SYNTHETIC]" in str(book.worksheets[0]["C1"].value)
    assert all(text_of("synthetic").vi in str(sheet.oddHeader.center.text) for sheet in book.worksheets[1:-1])


@pytest.mark.parametrize("document", [data_package, table_group, dcat, schema_org])
def test_no_authority_speaks_for_made_up_figures(
    edition: Edition, document: Callable[[Description], dict[str, Any]]
) -> None:
    made_up = json.dumps(document(described(edition, synthetic=True)), ensure_ascii=False)
    assert not any(name in made_up for name in AUTHORITY)
    assert text_of("synthetic_publisher").vi in made_up
    real = json.dumps(document(described(edition, synthetic=False)), ensure_ascii=False)
    assert AUTHORITY[0] in real
    assert "[DỮ LIỆU TỔNG HỢP]" not in real and text_of("synthetic").vi not in real


def test_every_table_that_a_portal_lists_says_so_in_its_own_title(edition: Edition) -> None:
    nodes = dcat(described(edition, synthetic=True))["@graph"]
    datasets = [node for node in nodes if node["@type"] in ("dcat:Dataset", "dcat:Catalog")]
    assert len(datasets) == len(edition.register.tables) + 2
    for node in datasets:
        assert [text["@value"].split("]")[0] for text in node["dct:title"]] == ["[DỮ LIỆU TỔNG HỢP", "[SYNTHETIC"]


def test_notes_for_people_say_so_first(register: PublicationRegister) -> None:
    rules = load_rules(PROJECT_DIR / "registers" / "vietnam")
    figures = dict.fromkeys(("cells", "shown", "small", "hidden_too", "attacked", "programs", "narrow", "subjects"), 1)
    for lang in ("vi", "en"):
        pages = [
            method_page(lang, register, rules, figures, synthetic=one, until="2024-12-31") for one in (True, False)
        ]
        assert getattr(text_of("synthetic"), lang) in pages[0].splitlines()[2]
        assert "tổng hợp" not in pages[1].casefold() and "synthetic" not in pages[1].casefold()
    page = changes_page("b", "a", [], 10, "SYNTHETIC\n")
    assert page.index("SYNTHETIC") < page.index("Không có số công bố đúng nào")


@pytest.mark.parametrize(("last_day", "leans"), [("2024-12-31", True), ("2025-03-31", False), ("2026-01-31", False)])
def test_the_licence_is_that_of_the_data_s_last_day(edition: Edition, last_day: str, leans: bool) -> None:
    """Articles 17 to 21 of Decree 47/2020 are repealed from 19 August 2025: nothing of 2025 or later leans on them."""
    one = described(edition, synthetic=False)
    texts = replace(one, vintage=replace(one.vintage, last_day=last_day)).licence
    assert all(
        ("47/2020" in getattr(words, lang)) is leans for words in (texts.title, texts.text) for lang in ("vi", "en")
    )
