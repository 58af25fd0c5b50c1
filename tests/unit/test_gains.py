"""Lost points of Decision 766 of the gate's made-up warehouse, read and printed (`tthc explain --gain`)."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pipelines.common.errors import UsageFault
from pipelines.common.i18n import language
from pipelines.reports.gains import Gains, read_gains
from pipelines.reports.gains_view import FIELDS, show_gains
from tests.gate.tiny_marts import build


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(build(tmp_path_factory.mktemp("gains") / "tthc.duckdb")) as connection:
        connection.execute("use tthc.marts")
        yield connection


def printed(found: Gains, lang: str = "en") -> str:
    console = Console(record=True, width=120, file=io.StringIO())
    chosen = language.set(lang)
    try:
        show_gains(console, found, "table", everything=False)
    finally:
        language.reset(chosen)
    return console.export_text()


def test_what_can_still_be_entered_comes_first_and_then_what_wins_most(marts: duckdb.DuckDBPyConnection) -> None:
    found = read_gains(marts, None, None, None)
    assert (found.subject.scope, found.cases, found.explained) == ("province", None, None)
    order = [(not row["can_still_rise"], -row["points_won"]) for row in found.lost]
    assert order == sorted(order)
    assert {row["component"] for row in found.lost if row["can_still_rise"]} == {"4.1", "4.2"}
    assert found.total is not None and found.total["period_code"] == "2024"
    lost = sum(row["points_lost"] for row in found.lost)
    assert lost <= found.total["own_max"] - found.total["own_points"] + 1e-9


def test_as_many_cases_as_full_points_take_win_all_that_is_lost(marts: duckdb.DuckDBPyConnection) -> None:
    """But where another share is multiplied in: there even all cases may be too few."""
    for row in read_gains(marts, None, None, None).lost:
        assert 1 <= row["cases_to_full"] <= row["cases_against"]
        if row["cases_to_full"] < row["cases_against"] or row["component"] != "3.3":
            assert row["points_won"] == pytest.approx(row["points_lost"])


@pytest.mark.parametrize("cases", [1, 10, 10_000])
def test_no_more_is_won_than_is_lost_and_no_more_cases_than_count_against(
    marts: duckdb.DuckDBPyConnection, cases: int
) -> None:
    for row in read_gains(marts, "H19.03", None, cases).lost:
        possible = min(cases, row["cases_against"])
        assert row["points_won"] == pytest.approx(min(row["points_lost"], possible * row["points_per_case"]))


def test_of_one_component_the_cases_are_told(marts: duckdb.DuckDBPyConnection) -> None:
    found = read_gains(marts, "H19.30", "4.1", 3)
    [row] = found.lost
    assert found.explained is not None and len(found.explained.against) == row["cases_against"]
    assert {case["unit_code"] for case in found.explained.against} == {"H19.30"}
    text = printed(found)
    assert "with 3 more" in text and "H19.30-24" in text


def test_a_component_without_losses_has_no_cases(marts: duckdb.DuckDBPyConnection) -> None:
    found = read_gains(marts, None, "1.1", None)
    assert (found.lost, found.explained) == ([], None)
    assert "No points are lost" in printed(found)


@pytest.mark.parametrize(
    ("unit", "component", "code", "word"),
    [
        (None, "9.9", "unknown_component", "5.4"),
        ("huyen", None, "gain_of_level", "huyen"),
        ("H19.3", None, "unknown_unit_asked", "H19.30"),
    ],
)
def test_what_is_not_known_is_told(
    marts: duckdb.DuckDBPyConnection, unit: str | None, component: str | None, code: str, word: str
) -> None:
    with pytest.raises(UsageFault) as caught:
        read_gains(marts, unit, component, None)
    assert caught.value.code == code and word in str(caught.value)


@pytest.mark.parametrize(("lang", "words"), [("vi", ("Hạng", "được thêm", "Tên *")), ("en", ("Rank", "would win"))])
def test_the_table_is_for_people(marts: duckdb.DuckDBPyConnection, lang: str, words: tuple[str, ...]) -> None:
    text = printed(read_gains(marts, "H19.03", None, None), lang)
    assert all(word in text for word in (*words, "H19.03", "5.4"))


def test_the_province_has_no_rank(marts: duckdb.DuckDBPyConnection) -> None:
    assert "Rank" not in printed(read_gains(marts, None, None, None))


def test_csv_and_json_are_for_programs(marts: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:
    found = read_gains(marts, None, None, 5)
    show_gains(Console(), found, "csv", everything=False)
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == FIELDS and [row["component"] for row in rows] == [row["component"] for row in found.lost]
    show_gains(Console(), found, "json", everything=False)
    document = json.loads(capsys.readouterr().out)
    assert document["cases"] == 5 and len(document["lost"]) == len(rows)
    assert document["subject"]["scope"] == "province" and document["total"]["max_points"] == 100


def test_a_warehouse_in_which_nothing_optional_came_has_gains_too(tmp_path: Path) -> None:
    with duckdb.connect(build(tmp_path / "tthc.duckdb", only_obligatory=True)) as connection:
        found = read_gains(connection, None, None, None)
    assert {row["component"] for row in found.lost} <= {"2.1", "3.1", "3.2", "3.5", "3.5b", "3.6"}
