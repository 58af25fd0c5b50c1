"""Registers: periods by the plan's rule, targets as the plan words them, indicators that are really computed."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pydantic
import pytest
import yaml

from pipelines.common.errors import TthcError
from pipelines.contracts.model import load_contracts
from pipelines.registers.holds import Override
from pipelines.registers.model import (
    EditedPeriod,
    load_indicators,
    load_period_rules,
    load_province,
    period_table,
)
from pipelines.registers.plan import load_goals
from pipelines.registers.scores import Component, Group, load_groups
from pipelines.registers.successions import load_unit_changes
from pipelines.registers.tables import register_tables
from pipelines.settings import PROJECT_DIR, Settings

COUNTRY = PROJECT_DIR / "registers" / "vietnam"
PROVINCE = PROJECT_DIR / "registers" / "dong-nai"
METRICS = PROJECT_DIR / "dbt_project" / "models" / "metrics"
INDICATORS = load_indicators(COUNTRY)
READ = {
    "goal": ["plan_year", "goal_code", "section", "wording", "indicator_code", "unit_level", "lead_unit"],
    "task": ["plan_year", "task_code", "annex_number", "goal", "task", "product", "lead_unit", "supporting_unit",
             "deadline_text", "deadline_kind", "deadline_date"],
    "unit_change": ["old_unit_code", "new_unit_code", "changed_on", "kind", "decree", "is_main"],
    "procedure_change": ["old_procedure_code", "new_procedure_code", "changed_on", "decision"],
    "correction": ["correction_code", "source", "row_key", "field", "reason", "reporter", "reported_on", "status",
                   "rows_with_key", "rows_wrong"],
    "score_rule": ["component", "group_code", "name_vi", "name_en", "max_points", "full_at", "points_if_empty",
                   "indicator_code", "api", "rule", "factor_indicator_code", "missing", "valid_from", "valid_to"],
    "edition": ["edition_number", "closed_until", "dataset_count"],
    "hold_limit": ["source", "empty_without_history", "freshness_factor", "freshness_noise", "least_silence",
                   "least_delivered_days", "restatement_loss"],
    "override": [*Override.model_fields],
    "measure": ["measure", "family", "tau0", "least_rows", "topic", "first"],
    "profile_bound": ["compared", "t", "least_compared"],
    "unit_bound": ["bound", "dispersion", "compared", "least_compared"],
}  # fmt: skip


def periods(as_of: dt.date) -> dict[str, tuple[Any, ...]]:
    table = period_table(load_period_rules(PROVINCE), as_of)
    return {row[0]: row[2:] for row in table.iter_rows()}


def test_report_periods_end_two_days_before_the_report_is_due() -> None:
    found = periods(dt.date(2024, 12, 31))
    first = dt.date(2024, 1, 1)
    assert {code: row for code, row in found.items() if "BC" in code} == {
        "2024-BC-Q1": (first, dt.date(2024, 3, 11), dt.date(2024, 3, 13)),
        "2024-BC-6T": (first, dt.date(2024, 6, 11), dt.date(2024, 6, 13)),
        "2024-BC-9T": (first, dt.date(2024, 9, 11), dt.date(2024, 9, 13)),
        "2024-BC-NAM": (first, dt.date(2024, 11, 6), dt.date(2024, 11, 8)),
    }
    assert found["2024-02"] == (dt.date(2024, 2, 1), dt.date(2024, 2, 29), None)
    assert found["2024-Q4"] == (dt.date(2024, 10, 1), dt.date(2024, 12, 31), None)
    assert len(found) == 12 + 4 + 1 + 4


def test_only_periods_that_have_begun_and_the_next_year_by_the_same_rule() -> None:
    assert set(periods(dt.date(2024, 1, 15))) == {
        "2024-01", "2024-Q1", "2024", "2024-BC-Q1", "2024-BC-6T", "2024-BC-9T", "2024-BC-NAM",
    }  # fmt: skip
    assert periods(dt.date(2025, 2, 1))["2025-BC-Q1"][1] == dt.date(2025, 3, 11)
    assert "2023-06" in periods(dt.date(2023, 6, 30))


def test_an_edited_period_replaces_the_rule() -> None:
    day = dt.date(2024, 3, 5)
    edited = EditedPeriod(code="2024-BC-Q1", start=dt.date(2024, 1, 1), end=day, due=day)
    rules = load_period_rules(PROVINCE).model_copy(update={"edited": (edited,)})
    table = period_table(rules, dt.date(2024, 12, 31))
    assert table.filter(period_code="2024-BC-Q1")["end_date"].to_list() == [day]
    assert table.height == 21


def names(folder: str, described: str) -> set[str]:
    """Return the models of a folder, each of which its YAML file describes."""
    models = METRICS / folder
    found = {path.stem for path in models.glob("*.sql")}
    reported = yaml.safe_load((models / described).read_text(encoding="utf-8"))["models"]
    assert {model["name"] for model in reported} == found
    return found


def test_each_indicator_has_the_models_that_its_computation_needs() -> None:
    """One code, one rule, one way; what counts cases has exactly one model of them, what is a model has its own."""
    own = {f"ind_{i.code}__{i.rule}" for i in INDICATORS if i.computed == "model"}
    counted = {f"case_{i.code}__{i.rule}" for i in INDICATORS if i.computed in ("by_day", "by_period")}
    shared = {"ind_by_day", "ind_by_period", "ind_counted", "ind_reported", "ind_missing", "ind_score_by_day"}
    assert len({(i.code, i.rule) for i in INDICATORS}) == len(INDICATORS)
    assert names("indicators", "_indicators.yml") == shared | own
    cases = names("cases", "_cases.yml")
    # A figure of its own SQL is followed down to cases all the same, unless it counts none.
    assert cases - counted == {model.replace("ind_", "case_", 1) for model in own - {"ind_open_datasets__plan"}}
    assert counted <= cases


@pytest.mark.parametrize("model", sorted((METRICS / "indicators").glob("ind_*__*.sql")))
def test_a_model_of_its_own_computes_the_indicator_that_it_is_named_for(model: Path) -> None:
    named = re.findall(r"'(\w+)' as indicator_code,\s+'(\w+)' as rule", model.read_text(encoding="utf-8"))
    assert [f"ind_{code}__{rule}" for code, rule in named] == [model.stem]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("origin: reported\n  computed: reported", "origin: reported\n  computed: by_day"),
        ("origin: transactions\n  computed: by_day", "origin: transactions\n  computed: reported"),
        ("computed: by_period", "computed: missing"),
        ("computed: model", "computed: guessed"),
    ],
)
def test_an_indicator_is_computed_from_what_there_is(tmp_path: Path, old: str, new: str) -> None:
    text = (COUNTRY / "indicators.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "indicators.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(pydantic.ValidationError, match="computed"):
        load_indicators(tmp_path)


def test_each_indicator_needs_sources_and_fields_that_exist() -> None:
    contracts = load_contracts(Settings().contracts_dir)
    for indicator in INDICATORS:
        sources, fields = {need for need in indicator.needs if "." not in need}, set(indicator.needs)
        # The unit whose dossiers the plan's own indicators count is one of the list's.
        assert ("own_unit" in fields) == (indicator.code.startswith("own_") and indicator.origin == "transactions")
        sources, fields = sources - {"own_unit"}, fields - {"own_unit"}
        assert sources <= set(contracts)
        for source, field in (need.split(".") for need in fields - sources):
            assert field in contracts[source].by_name
            # Once a model reads the field, it is missing no longer than up to the first row that has it.
            models = (PROJECT_DIR / "dbt_project" / "models" / "staging").glob("*.sql")
            (reader,) = [text for text in map(Path.read_text, models) if f'"base_{source}"' in text]
            since = (METRICS / "int_field_since.sql").read_text(encoding="utf-8")
            assert (field in reader, f'"{source}.{field}"' in since) == (indicator.computed != "missing",) * 2
        assert bool(indicator.needs) == (indicator.origin != "publication")
        own = {"procedures": {"thu_tuc"}, "reported": {"so_lieu"}, "tasks": {"nhiem_vu"}}
        # Whether anybody used a procedure only dossiers tell.
        used = {"ho_so"} if indicator.code in ("services_used_share", "payment_used_share") else set()
        assert indicator.origin not in own or sources == own[indicator.origin] | used


def test_both_rules_stand_side_by_side_and_say_where_they_are_from() -> None:
    plan = {i.code for i in INDICATORS if i.rule == "plan"}
    ours = {i.code for i in INDICATORS if i.rule == "766"}
    # Those under Decision 766 alone, which the plan has no goal for.
    assert ours - plan == {"services_used_share", "payment_used_share", "personal_store_share", "population_data_share"}
    assert len(ours & plan) == 12
    for indicator in INDICATORS:
        assert ("chưa đối chiếu với văn bản gốc" in indicator.legal_basis) >= (indicator.rule == "766")
        assert indicator.unit == ("count" if indicator.code == "open_datasets" else "ratio")
    of_fields = {i.code: {need for need in i.needs if "." in need} for i in INDICATORS}
    steps = {"phan_anh.NgayCongKhai", "phan_anh.NgayTuChoi", "phan_anh.NgayYeuCauBoSung"}
    assert {code: fields for code, fields in of_fields.items() if fields} == {
        "satisfaction_rate": {"phan_anh.MaHoSo"},
        "feedback_on_time_rate": steps,
        "feedback_satisfaction_rate": steps,
        "population_data_share": {"ho_so.TaiKhoanDuocXacThucVoiVNeID"},
    }
    assert not [i.code for i in INDICATORS if i.computed == "missing"]


def test_the_sample_reports_the_figures_that_units_report() -> None:
    behaviour = yaml.safe_load((PROJECT_DIR / "pipelines" / "sample" / "behaviour.yml").read_text(encoding="utf-8"))
    assert set(behaviour["reported_figures"]) == {i.code for i in INDICATORS if i.origin == "reported"}


def test_registers_as_tables_have_the_columns_that_models_read(tmp_path: Path) -> None:
    tables = register_tables(Settings(warehouse_dir=tmp_path), dt.date(2024, 12, 31), "H19")
    assert tables["run"].rows() == [(dt.date(2024, 12, 31), "H19", "Tỉnh Đồng Nai", "H19.11", "", "", False)]
    assert {name: frame.columns for name, frame in tables.items() if name in READ} == READ
    assert tables["procedure_change"].schema["changed_on"] == pl.Date


@pytest.mark.parametrize(
    ("rows", "circle"),
    [
        ("A,A,2025-03-01,renamed,,", "A → A"),
        ("A,B,2025-03-01,merged,,\nB,A,2025-04-01,renamed,,", "A → B → A"),
        # The way into a circle is no part of it; of two ways round the shorter one is named.
        ("X,B,2025-03-01,merged,,\nB,C,2025-03-01,split,,\nB,D,2025-03-01,split,,\n"
         "C,D,2025-03-01,merged,,\nD,B,2025-03-01,merged,,",
         "B → D → B"),
    ],
)  # fmt: skip
def test_a_circle_of_units_is_named_whole(tmp_path: Path, rows: str, circle: str) -> None:
    header = "old_unit_code,new_unit_code,changed_on,kind,decree,is_main\n"
    (tmp_path / "unit_changes.csv").write_text(header + rows + "\n", encoding="utf-8")
    with pytest.raises(TthcError) as caught:
        load_unit_changes(tmp_path)
    assert (caught.value.code, caught.value.params["of"]) == ("register_cycle", circle)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "register", "line"),
    [
        ("register_unknown", "dong-nai/goals.csv", "2024,X,II.1,chữ,,tỉnh,Phòng"),
        ("register_row", "dong-nai/tasks.csv", "2024,X,X,a,b,c,d,,Quý I/2024,deadline,"),
        ("register_row", "dong-nai/tasks.csv", "2024,X,X,a,b,c,d,,,standing,"),
        ("register_row", "dong-nai/targets.csv", "on_time_rate,plan,so,2025-01-01,,97,x"),
        ("register_cells", "dong-nai/targets.csv", "on_time_rate,plan,so,2025-01-01,,0.97"),
        ("register_row", "dong-nai/unit_changes.csv", "H19.01,,2025-03-01,merged,,"),
        ("register_row", "dong-nai/unit_changes.csv", "H19.01,H19.02,01/03/2025,merged,,"),
        ("register_cycle", "dong-nai/unit_changes.csv", "H19.01,H19.01,2025-03-01,renamed,,"),
        (
            "register_cycle",
            "vietnam/procedure_changes.csv",
            "1.1,1.2,2025-03-01,\n1.2,1.3,2025-03-01,\n1.3,1.1,2025-03-01,",
        ),
        ("register_twice", "dong-nai/goals.csv", "2024,IV.3,IV.3,chữ,,*,Phòng"),
        (
            "register_main_successors",
            "dong-nai/unit_changes.csv",
            "H19.01,H19.02,2025-03-01,split,,1\nH19.01,H19.03,2025-03-01,split,,1",
        ),
        ("register_row", "dong-nai/unit_changes.csv", "H19.01,,2025-03-01,abolished,,1"),
        ("register_twice", "dong-nai/unit_changes.csv", "H19.31,,2025-07-01,abolished,,"),
        ("register_unknown", "dong-nai/goals.csv", "2024,X,II.1,chữ,on_tyme_rate,*,Phòng"),
        ("register_unknown", "dong-nai/targets.csv", "data_reuse_rate,plan,*,2024-01-01,,0.97,x"),
        ("register_overlap", "dong-nai/targets.csv", "on_time_rate,plan,xa,2024-12-31,,0.97,x"),
    ],
)
def test_a_register_that_contradicts_itself_is_refused(tmp_path: Path, code: str, register: str, line: str) -> None:
    folder = shutil.copytree(PROJECT_DIR / "registers", tmp_path / "registers")
    with (folder / register).open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")
    with pytest.raises(TthcError) as refused:
        register_tables(Settings(registers_dir=folder), dt.date(2024, 12, 31), "H19")
    assert refused.value.code == code


def test_a_register_with_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "goals.csv").write_text("plan_year,goal\n2024,a\n", encoding="utf-8")
    with pytest.raises(TthcError) as refused:
        load_goals(tmp_path)
    assert refused.value.code == "register_columns"


@pytest.mark.parametrize("extra", ["", ",is_main", ",decree", ",note"])
def test_a_column_that_came_later_may_be_missing_and_no_other_may(tmp_path: Path, extra: str) -> None:
    line = "A,B,2025-07-01,merged,202/2025/QH15" + ("," if extra else "")
    head = "old_unit_code,new_unit_code,changed_on,kind,decree"
    (tmp_path / "unit_changes.csv").write_text(f"{head}{extra}\n{line}\n", encoding="utf-8")
    if extra in (",decree", ",note"):
        with pytest.raises(TthcError, match="is_main"):
            load_unit_changes(tmp_path)
    else:
        assert [change.is_main for change in load_unit_changes(tmp_path)] == [None]


def test_the_decision_scores_a_hundred_points() -> None:
    groups = {group.code: group for group in load_groups(COUNTRY)}
    expected = {"CKMB": 18, "TDGQ": 20, "ONLINE": 12, "TTTT": 10, "MDSH": 22, "MDHL": 18}
    assert {code: group.max_points for code, group in groups.items()} == expected
    components = {c.code: c for group in groups.values() for c in group.components}
    fed = {(c.indicator, c.rule) for c in components.values() if c.indicator}
    # Every indicator under the decision feeds a component, and the one of the plan that follows its wording.
    assert fed == {(i.code, i.rule) for i in INDICATORS if i.rule == "766"} | {("published_on_time_share", "plan")}
    assert components["3.3"].factor == "sync_rate"
    assert {code: c.points_if_empty for code, c in components.items() if c.points_if_empty is not None} == {"5.2": 6}
    wrong = {"code": "X", "name": {"vi": "x", "en": "x"}, "max_points": 1}
    for part in ({}, {"indicator": "a"}, {"missing": "b", "indicator": "a", "rule": "766"}):
        with pytest.raises(pydantic.ValidationError):
            Component.model_validate(wrong | part)
    with pytest.raises(pydantic.ValidationError, match="add up"):
        Group.model_validate(
            {**wrong, "valid_from": "2022-06-23", "components": [{**wrong, "max_points": 2, "missing": "b"}]}
        )


@pytest.mark.campaign
def test_the_decision_names_what_the_national_portal_publishes() -> None:
    live = PROJECT_DIR.parent / "shared" / "real" / "decision766_live_2026.json"
    if not live.exists():
        pytest.skip("shared/real is not beside the checkout")
    figures = json.loads(live.read_text(encoding="utf-8"))["H19"]
    published = {*figures["metrics"], *figures["payment"]}
    named = {c.api for group in load_groups(COUNTRY) for c in group.components if c.api}
    # It publishes no figure on certified copies, and how feedback was sorted, which earns no points.
    assert named - published == {"ELECTRONIC_CERTIFIED_COPY"}
    assert {name for name in published - named if name.startswith("PETITION")} == {
        "PETITION_CLASSIFICATION_TTHC", "PETITION_CLASSIFICATION_STAFF",
    }  # fmt: skip


def test_units_that_ended_are_those_of_the_list_of_units() -> None:
    units = pl.read_csv(PROVINCE / "units.csv", infer_schema=False)
    last = dict(units.filter(pl.col("HieuLucDen") != "").select("MaDonVi", "HieuLucDen").iter_rows())
    gone = {change.old_unit_code: change for change in load_unit_changes(PROVINCE)}
    assert set(gone) == set(last)
    for code, change in gone.items():
        assert f"{change.changed_on - dt.timedelta(days=1):%Y%m%d}" == last[code]
        assert change.new_unit_code is None or change.new_unit_code in set(units["MaDonVi"])


def test_the_province_names_its_own_department(tmp_path: Path) -> None:
    province = load_province(PROVINCE)
    units = (PROVINCE / "units.csv").read_text(encoding="utf-8")
    own = province.own_unit_on(dt.date(2024, 12, 31))
    assert own and re.search(rf"^{re.escape(own)},Sở Thông tin và Truyền thông,so,", units, re.MULTILINE)
    (tmp_path / "province.yml").write_text("code: H20\nlạ: 1\n", encoding="utf-8")
    with pytest.raises(pydantic.ValidationError):
        load_province(tmp_path)


def test_the_own_department_is_that_of_the_day(tmp_path: Path) -> None:
    text = (PROVINCE / "province.yml").read_text(encoding="utf-8")
    spans = "{code: H19.11, valid_from: 2022-01-01, valid_to: null}"
    assert spans in text
    split = text.replace(spans, spans.replace("null", "2025-02-28") + "\n  - {code: H19.14, valid_from: 2025-03-01}")
    (tmp_path / "province.yml").write_text(split, encoding="utf-8")
    province = load_province(tmp_path)
    days = [dt.date(2021, 12, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 1)]
    assert [province.own_unit_on(day) for day in days] == [None, "H19.11", "H19.14"]
    (tmp_path / "province.yml").write_text(split.replace("2025-03-01", "2025-02-28"), encoding="utf-8")
    with pytest.raises(pydantic.ValidationError, match="same day"):
        load_province(tmp_path)


def test_one_definition_of_an_indicator_holds_at_a_time(tmp_path: Path) -> None:
    folder = shutil.copytree(PROJECT_DIR / "registers", tmp_path / "registers")
    path = folder / "vietnam" / "indicators.yml"
    text = path.read_text(encoding="utf-8")
    first, *_ = re.split(r"(?m)^(?=- code: )", text[text.index("- code: on_time_rate") :])[1:2]
    ended = first.rstrip("\n") + "\n  valid_to: 2024-12-31\n"
    later = first.replace("valid_from: 2024-01-01", "valid_from: 2025-01-01")
    settings, day = Settings(registers_dir=folder), dt.date(2024, 12, 31)
    path.write_text(text.replace(first, ended + later), encoding="utf-8")
    mine = register_tables(settings, day, "H19")["indicator"].filter(indicator_code="on_time_rate", rule="plan")
    assert mine["valid_from"].to_list() == [dt.date(2024, 1, 1), dt.date(2025, 1, 1)]
    path.write_text(text.replace(first, first + later), encoding="utf-8")
    with pytest.raises(TthcError) as refused:
        register_tables(settings, day, "H19")
    assert refused.value.code == "register_overlap"
    # Words may change from a day on; what is counted in another way is another indicator.
    path.write_text(text.replace(first, ended + later.replace("by_day", "by_period")), encoding="utf-8")
    with pytest.raises(TthcError) as refused:
        register_tables(settings, day, "H19")
    assert refused.value.code == "register_two_formulas"


def test_what_matures_counts_dossiers_so_that_one_knows_when_it_is_final() -> None:
    """int_maturing looks for dossiers of its denominator that are still open; a model of its own has cases by day."""
    cases = METRICS / "cases"
    maturing = [i for i in INDICATORS if i.matures]
    assert maturing
    for i in maturing:
        text = (cases / f"case_{i.code}__{i.rule}.sql").read_text(encoding="utf-8")
        assert i.case_of == "dossier", i.code
        assert ("event_date" in text) == (i.computed != "by_period"), i.code
