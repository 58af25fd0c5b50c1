"""A source and an indicator added by the files that CONTRIBUTING names: their rows and figures are there, checked.

On a copy of the project, compiled once and built in memory for a drawn province.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.sql import read_sql
from pipelines.gate.suites import load_suites
from pipelines.open_data.disclosure.suppress import create_rule_tables
from pipelines.open_data.tables import FOLDER, create_class_tables, figure_macros, wanted
from pipelines.registers.disclosure import load_rules
from pipelines.registers.publication import load_register
from pipelines.settings import PROJECT_DIR
from scripts.docs import write_generated_files
from tests.copied_project import CopiedProject, changed_files, contents, copy_project
from tests.oracle.compiled import COMPARED, Warehouse, compile_project, models_for
from tests.oracle.generate import province
from tests.unit.test_base_models import RATINGS

pytestmark = pytest.mark.slow

# What CONTRIBUTING names, by the path in the project: "A new source", steps 1 and 3.
SOURCE = {
    "contracts/khao_sat.yml": RATINGS,
    "dbt_project/models/staging/stg_survey.sql": """\
select MaPhieu as form_code, MaDonVi as unit_code, MaHoSo as dossier_code, Diem as points
from {{ ref("base_khao_sat") }}
where disposition = 'accepted' and coalesce(DaHuy, 0) = 0
""",
}
# "A new indicator", steps 1 to 4; what is appended to a file that is there.
CASE = "dbt_project/models/metrics/cases/case_post_share__plan.sql"
INDICATOR = {
    "registers/vietnam/indicators.yml": """\
- code: post_share
  rule: plan
  name: {vi: Tỷ lệ hồ sơ nộp qua bưu chính (ví dụ), en: Dossiers received by post (example)}
  numerator: {vi: Hồ sơ tiếp nhận qua bưu chính trong kỳ, en: Dossiers received by post in the period}
  denominator: {vi: Hồ sơ tiếp nhận trong kỳ, en: Dossiers received in the period}
  origin: transactions
  computed: by_day
  needs: [ho_so]
  unit: ratio
  direction: up
  legal_basis: ví dụ
  valid_from: 2024-01-01
""",
    "registers/dong-nai/targets.csv": "post_share,plan,*,2024-01-01,,0.05,ví dụ\n",
    CASE: """\
select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when channel_code = 3 then received_date end as counts_from,
    case when channel_code = 3 then 'post' else 'not_post' end as reason
from {{ ref("fct_online_share") }}
""",
}
DISCLOSURE = "registers/vietnam/disclosure.yml"
TABLES = (*COMPARED, "dim_run", "dim_unit", "dim_level", "dim_indicator", "indicator_definitions", "ind_counted",
          "stg_survey", "base_khao_sat")  # fmt: skip
FROM_CONTRACT = {
    "dbt_project/macros/contract_terms.sql",
    "dbt_project/models/sources/_lake.yml",
    "dbt_project/models/state/_base.yml",
    "dbt_project/models/state/base_khao_sat.sql",
}
FROM_INDICATOR = {"dbt_project/macros/indicators_computed.sql", "dbt_project/models/metrics/cases/_cases.yml"}
SHARES = """
    select v.period_code, v.numerator, v.denominator, v.value, v.met,
        count(*) filter (where o.channel_code = 3), count(*)
    from tthc.marts.indicator_values v
    join tthc.marts.dim_period p using (period_code)
    join tthc.marts.fct_online_share o on o.received_date between p.start_date and p.cut_date
    where v.indicator_code = 'post_share' and v.scope = 'province'
    group by all
"""


def write(folder: Path, files: dict[str, str]) -> None:
    """Add files to a copied project; what is there is appended to."""
    for name, text in files.items():
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def added(folder: Path) -> CopiedProject:
    """Return the settings of a copy with a new source and a new indicator; nothing else was edited by hand."""
    settings = copy_project(folder)
    write(folder, SOURCE)
    write_generated_files(settings)
    assert changed_files(folder, contents(PROJECT_DIR)) == {*SOURCE, *FROM_CONTRACT}
    before = contents(folder)
    write(folder, INDICATOR)
    rules, exact = folder / DISCLOSURE, "    - notification_share\n"
    text = rules.read_text(encoding="utf-8").replace(exact, f"{exact}    - post_share\n")
    rules.write_text(text, encoding="utf-8")
    write_generated_files(settings)
    assert changed_files(folder, before) == {*INDICATOR, DISCLOSURE, *FROM_INDICATOR}
    return settings


@pytest.fixture(scope="module")
def warehouse(added: CopiedProject, folder: Path) -> Iterator[Warehouse]:
    models = models_for(compile_project(folder / "warehouse", added), TABLES)
    built = Warehouse(models, added)
    # Not every drawn province has dossiers by post.
    built.build(province(22))
    yield built
    built.connection.close()


def test_contributing_names_these_files() -> None:
    page = (PROJECT_DIR / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = re.search(r"## A new indicator\n(.*?)\n## ", page, re.DOTALL)
    assert example is not None
    for path in (*INDICATOR, DISCLOSURE):
        name = Path(path).name.replace("post", "home_delivery")
        assert re.search(rf"`[\w<>/-]*{re.escape(name)}`", example[1]), name


def test_a_new_indicator_has_figures_a_target_and_a_verdict(warehouse: Warehouse) -> None:
    found = warehouse.rows(SHARES)
    assert len(found) > 5 and any(row[1] for row in found)
    for _, numerator, denominator, value, met, by_post, received in found:
        assert (numerator, denominator) == (by_post, received)
        assert value == pytest.approx(by_post / received)
        assert met is None or met == (value >= 0.05)
    assert any(row[4] is not None for row in found)
    scopes = warehouse.rows(
        "select distinct scope from tthc.marts.indicator_values where indicator_code = 'post_share' order by 1"
    )
    assert scopes == [("level",), ("province",), ("unit",)]


def test_the_gate_counts_a_new_indicator_again(warehouse: Warehouse, added: CopiedProject) -> None:
    suite = load_suites(added.expectations_dir).by_table["indicator_values"]
    [check] = [one.sql or "" for one in suite.checks if one.id == "figures_counted_from_cases"]
    warehouse.connection.execute("use tthc.marts")
    try:
        assert warehouse.rows(check) == []
        warehouse.connection.execute("begin")
        warehouse.connection.execute(
            "update indicator_values set numerator = numerator + 1"
            " where indicator_code = 'post_share' and scope = 'province' and period_code = '2024'"
        )
        assert [row[:4] for row in warehouse.rows(check)] == [("post_share", "plan", "2024", "province")]
        warehouse.connection.execute("rollback")
    finally:
        warehouse.connection.execute("use workspace")


def test_a_new_indicator_is_published(warehouse: Warehouse, added: CopiedProject) -> None:
    """As an exact figure, by the query and the columns that every indicator has."""
    rules, register = load_rules(added.country_dir), load_register(added.country_dir)
    db = warehouse.connection
    db.execute("create schema workspace.open_data; use workspace.open_data")
    db.execute(read_sql("pipelines.open_data", "sql/scope_macros"))
    db.execute(read_sql("pipelines.open_data.disclosure", "sql/period"))
    db.execute(read_sql("pipelines.open_data.disclosure", "sql/subject"), {"protected": rules.protected.codes})
    create_rule_tables(db, rules)
    create_class_tables(db, rules)
    db.execute(figure_macros(rules))
    db.execute(
        "create table shown_cell (measure text, scope text, unit_code text, unit_level text, period_code text,"
        " value bigint, reason text)"
    )
    query = wanted(register.table("chi-tieu"), (FOLDER / "chi-tieu.sql").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = db.execute(f"from ({query}) where ma_chi_tieu = 'post_share'").pl().to_dicts()
    db.execute("use workspace")
    assert {row["cach_tinh"] for row in found} == {"plan"}
    assert any(row["tu_so"] for row in found)


def test_rows_of_a_new_source_reach_its_staging_model(warehouse: Warehouse) -> None:
    db = warehouse.connection
    columns = "_source_file, _row_number, _business_day, MaPhieu, MaDonVi, Diem"
    db.execute(
        f"insert into workspace.lake.khao_sat ({columns}) values"
        " ('khao_sat/2024-12-31/a.csv', 1, date '2024-12-31', '1', 'H19', 4),"
        " ('khao_sat/2024-12-31/a.csv', 2, date '2024-12-31', '2', 'H99', 5)"
    )
    for model in warehouse.models:
        if model.name in ("base_khao_sat", "stg_survey"):
            db.execute(f"create or replace {model.kind} {model.relation} as {model.sql}")
    assert warehouse.rows("select form_code, unit_code, points from workspace.staging.stg_survey") == [("1", "H19", 4)]
    assert warehouse.rows("select reason from workspace.state.base_khao_sat where disposition = 'rejected'") == [
        ("unknown_unit",)
    ]
