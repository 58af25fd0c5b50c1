"""`tthc explain`: a figure with its definition, its deliveries and exactly the dossiers that count against it."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.i18n import catalogue
from pipelines.reports.explain import explain
from tests.conftest import Night
from tests.oracle.compiled import Warehouse, models_for
from tests.oracle.generate import province

pytestmark = pytest.mark.slow

OVER_PROCEDURES = (
    "payment_enabled_share", "published_on_time_share", "sample_dossier_share", "process_configured_share",
    "online_service_coverage", "portal_integration_share", "own_service_coverage", "own_portal_integration",
    "procedures_issued_on_time", "services_used_share", "payment_used_share",
)  # fmt: skip


def explained(night: Night, *arguments: str) -> dict[str, Any]:
    done = night.tthc("explain", *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def worst(night: Night) -> tuple[str, int, int]:
    """Return the unit with most overdue dossiers of the year: code, numerator, denominator."""
    with duckdb.connect(str(night.current / "tthc.duckdb"), read_only=True) as connection:
        query = (
            "select unit_code, numerator, denominator from marts.indicator_values where indicator_code = 'on_time_rate'"
            " and rule = 'plan' and period_code = '2024' and scope = 'unit' order by denominator - numerator desc, 1"
        )
        row = connection.execute(query).fetchone()
    assert row is not None and row[1] < row[2]
    return row


def test_the_codes_listed_are_the_denominator_less_the_numerator(night: Night, worst: tuple[str, int, int]) -> None:
    unit, numerator, denominator = worst
    found = explained(night, "on_time_rate", "--unit", unit, "--period", "2024")
    assert (found["figure"]["numerator"], found["figure"]["denominator"]) == (numerator, denominator)
    assert len(found["against"]) == denominator - numerator
    assert {row["unit_code"] for row in found["against"]} == {unit}
    assert {row["reason"] for row in found["against"]} == {"after_due"}
    assert all(row["case_code"].startswith(unit) or row["case_code"] for row in found["against"])
    assert {row["source"] for row in found["deliveries"]} == {"ho_so"}
    assert len(found["deliveries"]) > 10 and all(row["sha256"] for row in found["deliveries"])
    assert found["definition"]["legal_basis"] and found["definition"]["numerator_vi"]


def test_a_version_of_earlier_code_is_explained_without_the_tables_that_it_lacks(night: Night, tmp_path: Path) -> None:
    """Definitions over time and handovers of feedback came later: today's wording then, and no handover of feedback."""
    old = shutil.copy(night.current / "tthc.duckdb", tmp_path / "tthc.duckdb")
    with duckdb.connect(old) as connection:
        whole = explain(connection, "feedback_on_time_rate", "plan", None, "2024")
        for table in ("indicator_definitions", "fct_feedback_handovers"):
            connection.execute(f"drop table marts.{table}")
        found = explain(connection, "feedback_on_time_rate", "plan", None, "2024")
    assert found.figure == whole.figure and found.definition["name_vi"] and len(found.against) == len(whole.against) > 0


def test_the_page_says_all_of_it_in_words(night: Night, worst: tuple[str, int, int]) -> None:
    done = night.tthc("explain", "on_time_rate", "--unit", worst[0], "--period", "2024")
    assert done.returncode == 0
    for word in ("Numerator:", "Denominator:", "Rule:", "Legal basis:", "II.06a", "ho_so", "after its due date", "97%"):
        assert word in done.stdout, word


def test_csv_is_the_codes_and_nothing_else(night: Night, worst: tuple[str, int, int]) -> None:
    arguments = ("--unit", worst[0], "--period", "2024", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(night.tthc("explain", "on_time_rate", *arguments).stdout)))
    assert len(rows) == worst[2] - worst[1]
    assert list(rows[0]) == ["case_code", "unit_code", "event_date", "reason"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sample_dossier_share", "--period", "2024"), ("the procedure does not meet it", "thu_tuc")),
        (("apology_rate", "--period", "2024-Q4", "--unit", "xa"), ("no letter of apology",)),
        (("online_workfiles", "--period", "2024-BC-NAM", "--unit", "huyen"), ("so_lieu",)),
        (("satisfaction_rate", "--rule", "766", "--period", "2024"), ("rated a dislike",)),
        (("on_time_rate", "--rule", "766", "--period", "2024"), ("Decision 766",)),
        (("open_datasets",), ("Value:",)),
    ],
)
def test_every_kind_of_indicator_is_explained(night: Night, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = night.tthc("explain", *arguments)
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (("on_time_rat",), "on_time_rate/plan"),
        (("on_time_rate", "--period", "2024-13"), "2024-1"),
        (("on_time_rate", "--unit", "H19.310"), "H19.31"),
    ],
)
def test_what_is_not_known_is_answered_with_the_nearest(night: Night, arguments: tuple[str, ...], nearest: str) -> None:
    done = night.tthc("explain", *arguments)
    assert done.returncode == 2
    assert nearest in done.stderr


def test_lost_points_are_told_in_order_of_gain_and_of_a_component_with_its_dossiers(night: Night) -> None:
    whole = explained(night, "--gain")
    assert whole["subject"]["scope"] == "province" and whole["total"]["max_points"] == 100
    order = [(not row["can_still_rise"], -row["points_won"]) for row in whole["lost"]]
    assert len(order) > 5 and order == sorted(order)
    worst = next(row for row in whole["lost"] if row["component"] == "4.1")
    one = explained(night, "4.1", "--gain", "--cases", "1")
    assert one["lost"][0]["points_won"] == pytest.approx(worst["points_per_case"])
    assert len(one["explained"]["against"]) == worst["cases_against"]
    assert {row["indicator_code"] for row in one["lost"]} == {"result_digitised_share"}


def test_lost_points_are_printed_for_people_and_for_programs(night: Night, worst: tuple[str, int, int]) -> None:
    page = night.tthc("explain", "--gain", "--unit", worst[0])
    assert page.returncode == 0 and all(word in page.stdout for word in (worst[0], "Rank", "cases to full", "2.1"))
    lines = night.tthc("explain", "--gain", "--unit", worst[0], "--format", "csv").stdout.splitlines()
    assert lines[0].startswith("component,max_points,points,") and len(lines) > 3


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "say which indicator"),
        (("9.9", "--gain"), "there is no component 9.9"),
        (("--gain", "--unit", "xa"), "not a level's (xa)"),
        (("--gain", "--cases", "0"), "--cases"),
    ],
)
def test_a_question_about_lost_points_that_makes_no_sense_is_refused(
    night: Night, arguments: tuple[str, ...], word: str
) -> None:
    done = night.tthc("explain", *arguments)
    assert done.returncode == 2 and word in done.stderr


def test_nothing_counts_against_anybody_while_a_source_never_came(compiled_project: dict[str, Any]) -> None:
    needed = ("indicator_values", "dim_indicator", "indicator_definitions", "plan_scorecard", "dim_period", "dim_unit",
              "dim_run", "deliveries")  # fmt: skip
    warehouse = Warehouse(models_for(compiled_project, needed))
    letters = next(file for file in province(0).deliveries if file.source == "xin_loi")
    empty = replace(letters, rows=())
    late = "select period_code from cases.case_apology_rate__plan group by 1 order by count(*) desc"
    for one in (found for found in map(province, count()) if "xin_loi" in found.absent):
        found = {}
        for name, some in {"never": one, "empty": replace(one, deliveries=(*one.deliveries, empty))}.items():
            warehouse.build(some)
            warehouse.connection.execute("use tthc")
            for (period,) in warehouse.rows(late)[:1]:
                found[name] = explain(warehouse.connection, "apology_rate", "plan", None, period)
            warehouse.connection.execute("use workspace")
        if found:  # a small province may have nothing late
            break
    figure = found["never"].figure
    assert figure is not None and figure["missing_source"] == "xin_loi"
    assert found["never"].against == []
    figure = found["empty"].figure
    assert figure is not None and len(found["empty"].against) == figure["denominator"] > 0


def test_a_figure_is_explained_by_the_wording_that_held_in_its_period(compiled_project: dict[str, Any]) -> None:
    needed = ("indicator_values", "dim_indicator", "indicator_definitions", "plan_scorecard", "dim_period", "dim_unit",
              "dim_run", "deliveries")  # fmt: skip
    warehouse = Warehouse(models_for(compiled_project, needed))
    warehouse.build(province(0))
    warehouse.connection.execute("use tthc")
    ended = warehouse.rows("select end_date, period_code from marts.dim_period where is_closed order by end_date")
    (before, early), (_, late) = ended[0], ended[-1]
    for change in (
        "update marts.indicator_definitions set valid_from = ?::date + 1 where indicator_code = 'on_time_rate'",
        "insert into marts.indicator_definitions select * replace (date '2000-01-01' as valid_from,"
        " ?::date as valid_to, 'Luật cũ' as legal_basis) from marts.indicator_definitions"
        " where indicator_code = 'on_time_rate'",
    ):
        warehouse.connection.execute(change, [before])
    then, now = (explain(warehouse.connection, "on_time_rate", "plan", None, one).definition for one in (early, late))
    warehouse.connection.execute("use workspace")
    assert (then["legal_basis"], then["valid_to"]) == ("Luật cũ", before)
    assert now["legal_basis"] != "Luật cũ" and now["name_vi"] == then["name_vi"]


@pytest.fixture(scope="module")
def cases(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(night.current / "tthc.duckdb"), read_only=True) as connection:
        yield connection


def case_views(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Return every view of cases with its columns."""
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'cases' order by all"
    ).fetchall()
    views: dict[str, set[str]] = {}
    for view, column in rows:
        views.setdefault(view, set()).add(column)
    return views


def test_every_reason_not_to_count_has_words_in_both_languages(cases: duckdb.DuckDBPyConnection) -> None:
    ratings = {"RẤT HÀI LÒNG", "HÀI LÒNG", "KHÔNG HÀI LÒNG"}
    silent = set()
    for view, columns in case_views(cases).items():
        against = "not counts" if "counts" in columns else "counts_from is null"
        reasons = cases.execute(f'select distinct reason from cases."{view}" where {against}').fetchall()
        silent |= {(view, reason) for (reason,) in reasons if f"reason_{reason}" not in catalogue()}
    assert {(view, reason) for view, reason in silent if reason not in ratings} == set()


def test_a_procedure_is_unknown_exactly_where_it_neither_counts_nor_counts_against(
    cases: duckdb.DuckDBPyConnection,
) -> None:
    seen = 0
    for view, columns in case_views(cases).items():
        if "period_code" in columns and view.removeprefix("case_").startswith(OVER_PROCEDURES):
            wrong_rows = "count(*) filter (where (reason = 'unknown') <> (counts is null))"
            rows, wrong = cases.execute(f'select count(*), {wrong_rows} from cases."{view}"').fetchall()[0]
            assert wrong == 0, view
            seen += rows
    assert seen > 1000
