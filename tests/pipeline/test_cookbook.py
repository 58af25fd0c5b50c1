"""The cookbook on a night: every question is answered out of the tables it names, and the answers are right."""

import datetime as dt
import runpy
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.settings import PROJECT_DIR
from scripts.cookbook import Question, load_cookbook
from scripts.cookbook_answers import answers_of_samples, read_answers
from tests.conftest import CANARY_NAME, CANARY_PHONE, Night

pytestmark = pytest.mark.slow
QUESTIONS = {question.id: question for question in load_cookbook().questions}
# What a year of 1,500 dossiers does not have.
NOTHING = {
    "this-year-against-last": "one year",
    "units-that-fell-most": "one year",
    "late-dossiers-of-a-unit": "the unit has none",
    "units-that-ended": "its units go on",
    "successor-before-and-after": "its units go on",
}
DOSSIER_CODES = {"late-dossiers-of-a-unit", "finished-late-of-a-unit"}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def database(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{night.current / 'tthc.duckdb'}' as w (read_only)")
        connection.execute("use w.marts")
        yield connection


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    return connection.execute(query).pl().to_dicts()


def answer(connection: duckdb.DuckDBPyConnection, name: str) -> list[Row]:
    return rows_of(connection, QUESTIONS[name].sql)


def answer_from(night: Night, question: Question) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return an answer, where nothing but the tables that the question names can be read."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{night.current / 'tthc.duckdb'}' as w (read_only)")
        for table in question.tables:
            connection.execute(f"create view {table} as from w.marts.{table}")
        result = connection.execute(question.sql)
        return [column[0] for column in result.description or []], result.fetchall()


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_out_of_the_tables_that_it_names(night: Night, name: str) -> None:
    [statement] = duckdb.extract_statements(QUESTIONS[name].sql)
    assert statement.type == duckdb.StatementType.SELECT
    columns, rows = answer_from(night, QUESTIONS[name])
    assert bool(rows) == (name not in NOTHING)
    assert len(columns) == len(set(columns))
    assert ("dossier_code" in columns) == (name in DOSSIER_CODES)
    assert not any(word in str(rows) for word in (CANARY_NAME, CANARY_PHONE))


def test_answers_with_dossier_codes_say_that_they_are_internal() -> None:
    for name in DOSSIER_CODES:
        assert "nội bộ" in QUESTIONS[name].reading.vi.lower() and "Internal" in QUESTIONS[name].reading.en


def test_which_step_eats_the_days(database: duckdb.DuckDBPyConnection) -> None:
    names = dict(database.execute("select code, name_vi from code_lists where table_name = 'fct_steps' "
                                  "and column_name = 'status'").fetchall())  # fmt: skip
    days: Counter[tuple[str, str]] = Counter()
    for step in rows_of(database, "from fct_steps where year(finished_date) = 2024 and phase <> 'done'"):
        days[names[step["status"]], step["phase"]] += step["elapsed_working_days"]
    assert {
        (row["step"], row["phase"]): row["working_days"] for row in answer(database, "which-step-eats-days")
    } == days


def test_where_dossiers_got_late(database: duckdb.DuckDBPyConnection) -> None:
    late: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for step in rows_of(database, "from fct_steps join dim_unit using (unit_code) where year(began_at) = 2024"):
        if step["due_date_passed"]:
            late[step["unit_name"], step["department"]].add(step["dossier_code"])
    most = sorted((-len(codes), *map(str, place)) for place, codes in late.items())[:20]
    found = answer(database, "lateness-by-department")
    assert [(-row["dossiers_late_here"], row["unit_name"], str(row["department"])) for row in found] == most


def test_how_long_people_wait(database: duckdb.DuckDBPyConnection) -> None:
    days: dict[str, list[int]] = defaultdict(list)
    for dossier in rows_of(database, "from fct_timeliness join dim_unit using (unit_code)"):
        if dossier["procedure_code"] == "1.011441" and dossier["finished_date"] and dossier["working_days"] is not None:
            days[dossier["unit_name"]].append(dossier["working_days"])
    expected = {}
    for unit, waits in days.items():
        if len(waits) >= 5:
            ordered, count = sorted(waits), len(waits)
            half, nine_tenths = ordered[-(-count // 2) - 1], ordered[-(-9 * count // 10) - 1]
            expected[unit] = (count, half, nine_tenths, ordered[-1])
    found = {row["unit_name"]: (row["dossiers"], row["median"], row["p90"], row["longest"])
             for row in answer(database, "how-long-will-i-wait")}  # fmt: skip
    assert found == expected and expected


def test_units_that_are_late_beyond_chance(database: duckdb.DuckDBPyConnection) -> None:
    counted = [row for row in rows_of(database, "from indicator_values join dim_unit using (unit_code, unit_level)")
               if (row["indicator_code"], row["rule"], row["period_code"], row["scope"])
               == ("on_time_rate", "plan", "2024", "unit") and row["denominator"]]  # fmt: skip
    outside = []
    for unit in counted:
        level = [row for row in counted if row["unit_level"] == unit["unit_level"]]
        mean = sum(row["numerator"] for row in level) / sum(row["denominator"] for row in level)
        spread = (mean * (1 - mean) / unit["denominator"]) ** 0.5
        if spread and (mean - unit["value"]) / spread > 3:
            outside.append(unit["unit_name"])
    assert sorted(row["unit_name"] for row in answer(database, "outliers-not-chance")) == sorted(outside)


def test_how_old_open_dossiers_are(database: duckdb.DuckDBPyConnection) -> None:
    working = {row["calendar_date"] for row in rows_of(database, "from dim_calendar where is_working_day")}
    [run] = rows_of(database, "from dim_run")

    def age(received: dt.date) -> int:
        days = (run["as_of"] - received).days
        return sum(received + dt.timedelta(day) in working for day in range(1, days + 1))

    bounds = {"0–5": 5, "6–10": 10, "11–20": 20, "21–60": 60, "> 60": 10**6}
    expected = Counter(
        next(name for name, most in bounds.items() if age(row["received_date"]) <= most)
        for row in rows_of(database, "from worklist")
    )
    found = {row["working_days"]: row["dossiers"] for row in answer(database, "age-of-open-dossiers")}
    assert found == expected


def test_how_satisfied_people_are_whose_dossier_was_late(database: duckdb.DuckDBPyConnection) -> None:
    outcomes = {row["dossier_code"]: row for row in rows_of(database, "from fct_timeliness")}
    names = dict(database.execute("select code, name_vi from code_lists where table_name = 'fct_timeliness' "
                                  "and column_name = 'outcome'").fetchall())  # fmt: skip
    rated: dict[str, list[bool]] = defaultdict(list)
    for rating in rows_of(database, "from fct_satisfaction where superseded_on is null"):
        dossier = outcomes[rating["dossier_code"]]
        received, rated_on = dossier["received_date"].isoformat(), rating["rated_date"].isoformat()
        if "2024-07-01" <= received <= "2024-09-30" and "2024-07-01" <= rated_on <= "2024-09-30":
            rated[names.get(dossier["outcome"], "Đang giải quyết")].append(rating["is_satisfied"])
    found = {row["outcome"]: (row["ratings"], row["percent_satisfied"])
             for row in answer(database, "satisfied-though-late")}  # fmt: skip
    assert found == {name: (len(all_), round(100 * statistics.mean(all_), 1)) for name, all_ in rated.items()}


def test_the_form_by_field_adds_up_to_the_form(database: duckdb.DuckDBPyConnection) -> None:
    [form] = rows_of(database, "from handling_status where unit_code = 'H19.31' and period_code = '2024'")
    by_field = answer(database, "form-by-field")
    for column in (
        "received_total",
        "carried_over",
        "resolved_total",
        "resolved_overdue",
        "open_total",
        "open_overdue",
    ):
        assert sum(row[column] for row in by_field) == form[column], column


def test_a_dossiers_days_are_those_of_its_steps_at_each_level(database: duckdb.DuckDBPyConnection) -> None:
    days: Counter[str] = Counter()
    dossiers: Counter[str] = Counter()
    for row in rows_of(database, "from fct_timeliness t join dim_level on level_code = t.unit_level"):
        if row["finished_date"] and row["working_days"] is not None:
            dossiers[row["name_vi"]] += 1
    for row in rows_of(database, "from fct_steps s join dim_level on level_code = s.unit_level where phase <> 'done'"):
        if row["finished_date"]:
            days[row["name_vi"]] += row["elapsed_working_days"]
    found: Counter[str] = Counter()
    for row in answer(database, "days-by-step-and-level"):
        found[row["level"]] += row["days_per_dossier"]
    assert found == pytest.approx({level: days[level] / dossiers[level] for level in days}, abs=0.02)


def test_the_notebook_draws_its_pictures(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTHC_WAREHOUSE_DIR", str(night.warehouse))
    notebook = runpy.run_path(str(PROJECT_DIR / "docs" / "notebooks" / "warehouse.py"))
    outputs, found = notebook["app"].run()
    found["warehouse"].close()  # other tests of this process open the file with settings of their own
    pictures = {name: found[name].to_dict() for name in found if name.endswith("_chart")}
    assert set(pictures) == {
        "on_time_chart", "units_chart", "steps_chart", "waits_chart", "score_chart", "worklist_chart",
    }  # fmt: skip
    for name, picture in pictures.items():
        assert all(rows for rows in picture["datasets"].values()), name
    assert "Synthetic figures" in "".join(str(output.text) for output in outputs if hasattr(output, "text"))


@pytest.mark.campaign
def test_the_pages_show_what_the_samples_answer(tmp_path: Path) -> None:
    assert answers_of_samples(tmp_path) == read_answers()
