"""Registers: periods by the plan's rule, targets as the plan words them, indicators that are really computed."""

import datetime as dt
import re
from pathlib import Path

import pydantic
import pytest

from pipelines.contracts import load_contracts
from pipelines.registers import (
    EditedPeriod,
    indicator_table,
    load_indicators,
    load_period_rules,
    load_province,
    need_table,
    period_table,
    target_table,
)
from pipelines.settings import PROJECT_DIR, Settings

COUNTRY = PROJECT_DIR / "registers" / "vietnam"
PROVINCE = PROJECT_DIR / "registers" / "dong-nai"


def periods(as_of: dt.date) -> dict[str, tuple]:
    table = period_table(load_period_rules(PROVINCE), as_of)
    return {row[0]: row[2:] for row in table.iter_rows()}


def test_report_periods_end_the_day_before_the_report_is_due() -> None:
    found = periods(dt.date(2024, 12, 31))
    first = dt.date(2024, 1, 1)
    assert {code: row for code, row in found.items() if "BC" in code} == {
        "2024-BC-Q1": (first, dt.date(2024, 3, 12), dt.date(2024, 3, 13)),
        "2024-BC-6T": (first, dt.date(2024, 6, 12), dt.date(2024, 6, 13)),
        "2024-BC-9T": (first, dt.date(2024, 9, 12), dt.date(2024, 9, 13)),
        "2024-BC-NAM": (first, dt.date(2024, 11, 7), dt.date(2024, 11, 8)),
    }
    assert found["2024-02"] == (dt.date(2024, 2, 1), dt.date(2024, 2, 29), None)
    assert found["2024-Q4"] == (dt.date(2024, 10, 1), dt.date(2024, 12, 31), None)
    assert len(found) == 12 + 4 + 1 + 4


def test_only_periods_that_have_begun_and_the_next_year_by_the_same_rule() -> None:
    assert set(periods(dt.date(2024, 1, 15))) == {
        "2024-01", "2024-Q1", "2024", "2024-BC-Q1", "2024-BC-6T", "2024-BC-9T", "2024-BC-NAM",
    }  # fmt: skip
    assert periods(dt.date(2025, 2, 1))["2025-BC-Q1"][1] == dt.date(2025, 3, 12)
    assert "2023-06" in periods(dt.date(2023, 6, 30))


def test_an_edited_period_replaces_the_rule() -> None:
    day = dt.date(2024, 3, 5)
    edited = EditedPeriod(code="2024-BC-Q1", start=dt.date(2024, 1, 1), end=day, due=day)
    rules = load_period_rules(PROVINCE).model_copy(update={"edited": (edited,)})
    table = period_table(rules, dt.date(2024, 12, 31))
    assert table.filter(period_code="2024-BC-Q1")["end_date"].to_list() == [day]
    assert table.height == 21


def test_each_target_is_the_number_of_its_line_in_the_plan() -> None:
    plan = PROJECT_DIR.parent / "shared" / "seed" / "plan-2024.txt"
    for row in target_table(PROVINCE).iter_rows(named=True):
        assert f"{row['target']:.0%}" in row["plan_line"]
        if plan.exists():
            assert f"{row['target']:.0%}" in plan.read_text(encoding="utf-8")


def test_registers_name_each_other_and_models_that_exist() -> None:
    known = {(i.code, i.rule) for i in load_indicators(COUNTRY)}
    models = {path.stem for path in (PROJECT_DIR / "dbt_project" / "models" / "indicators").glob("*.sql")}
    assert models == {f"ind_{code}__{rule}" for code, rule in known}
    assert set(target_table(PROVINCE).select("indicator_code", "rule").rows()) <= known
    assert set(need_table(COUNTRY)["source"]) <= set(load_contracts(Settings().contracts_dir))
    assert indicator_table(COUNTRY, PROVINCE)["lead_unit"].null_count() == 0


def test_the_province_names_its_own_department(tmp_path: Path) -> None:
    province = load_province(PROVINCE)
    units = (PROVINCE / "units.csv").read_text(encoding="utf-8")
    assert re.search(rf"^{re.escape(province.own_unit)},Sở Thông tin và Truyền thông,so,", units, re.MULTILINE)
    (tmp_path / "province.yml").write_text("code: H20\nlạ: 1\n", encoding="utf-8")
    with pytest.raises(pydantic.ValidationError):
        load_province(tmp_path)
