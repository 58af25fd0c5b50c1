"""A source is one contract: from it come its base model and all that other models have to know of it.

Models are rendered without dbt and run over a handful of rows.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.contracts.model import Contract, load_contracts
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.lake import lake_schema
from pipelines.transform.dbt_macros import render_model, render_sql
from pipelines.transform.row_rules import row_newness, row_rules
from scripts.docs import write_generated_files
from tests.copied_project import CopiedProject, changed_files, contents, copy_project

CONTRACTS = load_contracts(Settings().contracts_dir)
DBT = Settings().dbt_project_dir
# What `make docs` cannot make of a contract alone: SQL of the source's own.
OWN_SQL = {"don_vi", "ho_so", "tien_trinh"}
RATINGS = """\
source: khao_sat
title: {vi: 'Khảo sát "một cửa"', en: 'Survey of the "one-stop" desks'}
grain: {vi: một dòng cho mỗi phiếu, en: one row per form}
key: [MaPhieu]
newness: NgaySua
tombstone: DaHuy
lookups:
  - {field: MaDonVi, known: unit}
  - {field: MaHoSo, known: dossier}
subject: {unit: [MaDonVi], dossier: MaHoSo}
fields:
  - {name: MaPhieu, type: code, required: true, description: {vi: Mã phiếu, en: Form}}
  - {name: MaDonVi, type: code, required: true, description: {vi: Đơn vị, en: Unit}}
  - {name: MaHoSo, type: code, description: {vi: Hồ sơ, en: Dossier}}
  - {name: Diem, type: integer, description: {vi: Điểm, en: Points}}
  - {name: NgaySua, type: date, description: {vi: Ngày sửa, en: Changed on}}
  - {name: DaHuy, type: flag, description: {vi: Đã hủy, en: Withdrawn}}
"""
FIRST, SECOND = dt.date(2024, 12, 30), dt.date(2024, 12, 31)


@pytest.fixture
def copied(tmp_path: Path) -> CopiedProject:
    """Return the settings of a copy of what a new source touches, with a contract that is new."""
    settings = copy_project(tmp_path)
    (settings.contracts_dir / "khao_sat.yml").write_text(RATINGS, encoding="utf-8")
    return settings


def test_every_source_has_a_model_and_only_those_with_sql_of_their_own_are_written_by_hand() -> None:
    models = {
        path.stem.removeprefix("base_"): path.read_text() for path in (DBT / "models" / "state").glob("base_*.sql")
    }
    assert set(models) == set(CONTRACTS), "a model whose contract is gone goes too"
    assert {source for source, sql in models.items() if sql != f'{{{{ disposition("{source}") }}}}\n'} == OWN_SQL


def test_a_new_source_is_its_contract_and_what_make_docs_makes_of_it(copied: CopiedProject) -> None:
    folder = copied.contracts_dir.parent
    write_generated_files(copied)
    assert changed_files(folder, contents(PROJECT_DIR)) == {
        "contracts/khao_sat.yml",
        "dbt_project/macros/contract_terms.sql",
        "dbt_project/models/sources/_lake.yml",
        "dbt_project/models/state/_base.yml",
        "dbt_project/models/state/base_khao_sat.sql",
    }
    after = contents(folder)
    described = yaml.safe_load(after["dbt_project/models/state/_base.yml"])["models"]
    assert next(m["description"] for m in described if m["name"] == "base_khao_sat").startswith(
        'Khảo sát "một cửa": mọi'
    )
    (lake,) = yaml.safe_load(after["dbt_project/models/sources/_lake.yml"])["sources"]
    assert "khao_sat" in {table["name"] for table in lake["tables"]}


def fates(dbt_project: Path, contract: Contract, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Row number, disposition, reason, unit and dossier of each row, by the model of its source."""
    schema = ", ".join(f"{name} {kind}" for name, kind in duck_types(contract).items())
    with duckdb.connect() as db:
        db.execute(f"create table {contract.source} ({schema})")
        for number, row in enumerate(rows, 1):
            values = {"_source_file": "a.csv", "_row_number": number, "_business_day": FIRST, **row}
            db.execute(
                f"insert into {contract.source} ({', '.join(values)}) values ({', '.join('?' * len(values))})",
                [*values.values()],
            )
        db.execute(
            "create table known_unit as select 'U1' as MaDonVi; create table known_dossier as select 'A-1' as MaHoSo"
        )
        model = f"base_{contract.source}"
        db.execute(f"create table {model} as {render_model(dbt_project, f'state/{model}')}")
        subject = render_sql(dbt_project, "{{ rejected_subject(source_name) }}", source_name=contract.source)
        return db.execute(f"select _row_number, disposition, reason, {subject} from {model} order by 1").fetchall()


def duck_types(contract: Contract) -> dict[str, str]:
    kinds = {"String": "varchar", "Int64": "bigint", "Int16": "smallint", "Date": "date"}
    return {name: kinds[str(kind)] for name, kind in lake_schema(contract).items()}


@pytest.fixture
def judge(copied: CopiedProject) -> Callable[..., list[tuple[Any, ...]]]:
    write_generated_files(copied)
    contract = load_contracts(copied.contracts_dir)["khao_sat"]

    def run(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
        return fates(copied.dbt_project_dir, contract, [{"MaPhieu": "1", "MaDonVi": "U1", **row} for row in rows])

    return run


def test_the_model_of_a_new_source_says_what_became_of_its_rows(judge: Callable[..., list[tuple[Any, ...]]]) -> None:
    found = judge(
        {"Diem": 3},
        {"Diem": 4, "NgaySua": SECOND},  # newer by its own word
        {"MaPhieu": "2", "Diem": 1},
        {"MaPhieu": "2", "Diem": 2},  # as new as the other
        {"MaPhieu": "3", "MaDonVi": "U9", "MaHoSo": "A-9"},  # of two unknown codes the first listed counts
        {"MaPhieu": "4", "MaHoSo": "A-9"},
        {"MaPhieu": "5", "MaHoSo": "A-1"},
        {"MaPhieu": "5", "MaHoSo": "A-1"},
        {"MaPhieu": "6", "MaDonVi": None, "DaHuy": 1},  # a row that deletes needs no more than its key
    )
    assert found == [
        (1, "superseded", None, "U1", None),
        (2, "accepted", None, "U1", None),
        (3, "rejected", "conflict", "U1", None),
        (4, "rejected", "conflict", "U1", None),
        (5, "rejected", "unknown_unit", "U9", "A-9"),
        (6, "rejected", "unknown_dossier", "U1", "A-9"),
        (7, "accepted", None, "U1", "A-1"),
        (8, "superseded", None, "U1", "A-1"),
        (9, "accepted", None, None, None),
    ]


def test_other_models_count_the_rows_of_a_new_source(
    judge: Callable[..., list[tuple[Any, ...]]], copied: CopiedProject
) -> None:
    for model in ("int_rejected_row", "int_row_count"):
        assert "base_khao_sat" in render_model(copied.dbt_project_dir, f"core/{model}")
    assert "'khao_sat'" in render_model(copied.dbt_project_dir, "core/published/deliveries")


def test_a_source_that_has_no_model_yet_is_looked_up_by_its_contract(copied: CopiedProject) -> None:
    contract = load_contracts(copied.contracts_dir)["khao_sat"]
    assert [lookup.reason for lookup in row_rules(DBT, contract).lookups] == ["unknown_unit", "unknown_dossier"]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (("2024-12-30 08:00:00", FIRST), ("2024-12-30 08:00:01", FIRST)),
        (("2024-12-30 08:00:00", SECOND), ("2024-12-30 08:00:01", FIRST)),
        (("2024-12-30 08:00:00", FIRST), ("2024-12-30 08:00:00", SECOND)),
        (("2024-12-30 23:59:58", FIRST), (None, FIRST)),
        ((None, FIRST), ("2024-12-31 00:00:00", FIRST)),
        ((None, FIRST), (None, SECOND)),
    ],
)
def test_newness_is_the_update_time_else_the_end_of_the_day_then_the_day(
    older: tuple[Any, ...], newer: tuple[Any, ...]
) -> None:
    with duckdb.connect() as db:
        sql = f"select {row_newness(DBT, '$updated::varchar', '$day::date')}"
        first, second = (
            db.execute(sql, {"updated": updated, "day": day}).fetchall()[0][0] for updated, day in (older, newer)
        )
    assert first < second
