"""The cookbook is one source: pages, files and kept answers follow from it, and its forecasts are what they say."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from scripts import docs_cookbook
from scripts.cookbook import FOLDER, Cookbook, Question, load_cookbook, question_files
from scripts.cookbook_answers import ANSWERS_FILE, ask, query_hash, read_answers

COOKBOOK = load_cookbook()
QUESTIONS = {question.id: question for question in COOKBOOK.questions}


def question(**changes: str) -> dict[str, Any]:
    both = {"vi": "Câu hỏi", "en": "A question"}
    return {"id": "a-question", "question": both, "reading": both, "sql": "select 1 as a", **changes}


def test_every_question_is_a_file_and_no_file_is_left_over() -> None:
    files = dict(question_files(COOKBOOK))
    assert {path: path.read_text("utf-8") for path in FOLDER.glob("*.sql")} == files, "run `make docs`"
    assert len(files) > 60


def test_a_question_is_asked_in_two_languages() -> None:
    for one in COOKBOOK.questions:
        for told in (one.question, one.reading):
            assert told.vi != told.en and not told.vi.isascii(), one.id


def test_the_answers_that_are_kept_are_those_of_the_queries_as_they_are() -> None:
    kept = {name: answer["query"] for name, answer in read_answers().items()}
    assert kept == {one.id: query_hash(one) for one in COOKBOOK.questions}, "run `make readme`"


def test_every_question_has_an_answer_on_its_page() -> None:
    assert [name for name, answer in read_answers().items() if not answer["rows"]] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"sql": "select 1\n" * 26}, {"sql": f"select '{'x' * 120}'"}, {"id": "Not an id"}, {"id": "not_an_id"},
        {"sample": "three_years"}, {"question": {"vi": "Chỉ một thứ tiếng"}}, {"sql": ""},
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_read_is_refused(wrong: dict[str, Any]) -> None:
    assert Question.model_validate(question()).id == "a-question"
    with pytest.raises(ValidationError):
        Question.model_validate({**question(), **wrong})


def test_two_questions_of_one_name_are_refused() -> None:
    part = {"title": {"vi": "Phần", "en": "Part"}, "questions": [question(), question()]}
    with pytest.raises(ValidationError, match="a-question"):
        Cookbook.model_validate({"parts": [part]})


def test_tables_of_a_query_are_those_that_it_reads_and_not_its_own_steps_or_comments() -> None:
    sql = """
        with a as (select * from t1), b as (select * from a join t2 using (x))
        select * from b left join t3 using (x)  -- from nowhere, join nothing
        where y is distinct from z and d = (select max(d) from t4)
    """
    assert Question.model_validate(question(sql=sql)).tables == ("t1", "t2", "t3", "t4")


def test_a_table_of_an_answer_shows_numbers_nulls_and_long_texts(tmp_path: Path) -> None:
    database = tmp_path / "w.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts; create table marts.t as select unnest([1, null, 3]) as n")
    asked = [Question.model_validate(question(sql="select n, n > 1 as b, repeat('x', 90) as s from t order by n"))]
    [answer] = ask(database, asked).values()
    part = Cookbook.model_validate({"parts": [{"title": {"vi": "Phần", "en": "Part"}, "questions": asked}]})
    page = docs_cookbook.page(part, {"a-question": answer}, "en")
    long = "x" * 59 + "…"
    assert (
        f"| n | b | s |\n| --: | --- | --- |\n| 1 | false | {long} |\n| 3 | true | {long} |\n|  |  | {long} |" in page
    )
    assert '<a id="a-question"></a>\n\n### A question' in page and "Tables: `t`" in page


def test_kept_answers_are_written_as_they_are_read() -> None:
    text = ANSWERS_FILE.read_text(encoding="utf-8")
    from scripts.cookbook_answers import as_text

    assert as_text(json.loads(text)) == text


QUARTER = """
    create schema marts; set schema = 'marts';
    create table dim_run as select date '2024-05-10' as as_of;
    create table dim_calendar as
        select unnest(range(date '2024-04-01', date '2024-07-01', interval 1 day))::date as calendar_date,
            isodow(calendar_date) < 6 as is_working_day;
    create table dim_period as
        select '2024-Q2' as period_code, 'quarter' as period_type, date '2024-04-01' as start_date,
            date '2024-06-30' as end_date, date '2024-05-10' as cut_date;
    create table indicator_values as
        select 'on_time_rate' as indicator_code, 'plan' as rule, '2024-Q2' as period_code, 'unit' as scope,
            'xa' as unit_level, unit_code, numerator, denominator, numerator / denominator as value, 0.97 as target
        from (values ('late', 80, 100), ('fine', 100, 100), ('backlog', 60, 60)) v(unit_code, numerator, denominator);
    create table handling_status as
        select '2024-Q2' as period_code, 'unit' as scope, unit_code, open_overdue
        from (values ('late', 0), ('fine', 0), ('backlog', 13)) v(unit_code, open_overdue);
    create table dim_unit as select unit_code, unit_code as unit_name from handling_status
"""


def forecast(change: str = "") -> dict[str, tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(QUARTER)
        connection.execute(change)
        rows = connection.execute(QUESTIONS["miss-target-this-quarter"].sql).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_what_the_rest_of_a_quarter_must_bring() -> None:
    # 30 of 65 working days are gone. 100 so far: 117 more at this pace. 97 % of 217 are 210.5, and 80 are on time.
    # 60 so far: 70 more, of which 13 are late already: 117 of 130. 97 % are 126.1, so 66.1 of the 70 are wanted.
    assert forecast() == {"late": (100, 20, 0, 80.0, 80.0, 111.5), "backlog": (60, 0, 13, 100.0, 90.0, 94.4)}


def test_of_a_quarter_that_is_over_nothing_is_foretold() -> None:
    over = "update dim_run set as_of = '2024-06-30'; update dim_period set cut_date = '2024-06-30'"
    assert forecast(over) == {"late": (100, 20, 0, 80.0, 80.0, None)}
