"""A comparison of nights notices a night that left something out, and its page says what was measured."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks import report
from benchmarks.agreement import DisagreementError, require_checked
from benchmarks.landing import REAL_YEAR, with_real_days
from benchmarks.measure import MIB, Measured
from benchmarks.multiplied import multiply
from benchmarks.nights import DAY, FIRST, NOTHING, OURS, Results
from benchmarks.questions import Asked, dossiers_of, time_questions
from benchmarks.steps import Step
from pipelines.common.checksums import with_checksum
from pipelines.sample.behaviour import load_behaviour
from scripts.cookbook import Question

ROWS = {"ho_so": {"files": 1, "rows_in": 10, "accepted": 7, "rejected": 1, "superseded": 2}}
WHERE = {
    "day": "2024-12-31", "commit": "abc1234", "code": "0123456789ab", "processor": "a processor", "cores": 2,
    "memory_gib": 8, "system": "Linux 6", "python": "3.11.7", "load_before": 0.1,
    "note": "Other work ran.",
}  # fmt: skip


def version(folder: Path, **changes: Any) -> Path:
    """Return a version whose manifest says that all went well, but for the changes."""
    gate = {"success": True, "expected": 2, "evaluated": 2, "tables": [{"checks": [{}, {}]}]}
    content = {"rows": ROWS, "gate": gate, "open_data": {"state": "new"}, **changes}
    folder.joinpath("manifest.json").write_text(json.dumps(with_checksum(content)), encoding="utf-8")
    return folder


def test_a_night_that_checked_everything_passes(tmp_path: Path) -> None:
    require_checked(version(tmp_path), {"ho_so": 10})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"gate": {"success": True, "expected": 2, "evaluated": 1, "tables": [{"checks": [{}, {}]}]}}, "1 of 2 checks"),
        ({"gate": {"success": False, "expected": 1, "evaluated": 1, "tables": [{"checks": [{}]}]}}, "1 of 1 checks"),
        ({"gate": {"success": True, "expected": 0, "evaluated": 0, "tables": []}}, "0 of 0 checks"),
        ({"rows": {"ho_so": {**ROWS["ho_so"], "accepted": 6}}}, "rows of ho_so are not accounted for"),
        ({"rows": {}}, "None rows of ho_so came in, 10 were delivered"),
        ({"open_data": {"state": "kept"}}, "no new open data: kept"),
        ({"open_data": None}, "no new open data: None"),
    ],
)
def test_a_night_that_left_something_out_is_noticed(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(DisagreementError, match=why):
        require_checked(version(tmp_path, **changes), {"ho_so": 10})


def test_only_where_no_period_closed_may_the_open_data_stay(tmp_path: Path) -> None:
    folder = version(tmp_path, open_data={"state": "unchanged"})
    require_checked(folder, same_vintage=True)
    with pytest.raises(DisagreementError, match="no new open data: unchanged"):
        require_checked(folder)


def test_a_row_that_did_not_come_in_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(DisagreementError, match="10 rows of ho_so came in, 11 were delivered"):
        require_checked(version(tmp_path), {"ho_so": 11})


def two_rounds() -> Results:
    def runs(*seconds: float) -> list[Measured]:
        return [Measured(seconds=one, cpu=2 * one, memory=512 * MIB) for one in seconds]

    return {
        FIRST: {OURS: runs(40, 90), "duckdb": runs(4, 10)},
        DAY: {OURS: runs(20, 60), "duckdb": runs(5, 10)},
        NOTHING: {OURS: runs(10, 10)},
    }


def test_the_page_has_medians_of_runs_and_of_ratios_within_rounds(tmp_path: Path) -> None:
    record = report.nights_record(two_rounds(), 1_390_000, {"postgres": "psql is not installed"}, WHERE)
    kept = report.keep(tmp_path / "numbers.json", size=100_000, nights=record)
    text = report.measured_part(kept)
    assert "### 100,000 dossiers, 1,390,000 rows" in text
    assert (
        "commit `abc1234` (code `0123456789ab`), 2 pairs; 2 cores (a processor), 8 GiB, Linux 6, Python 3.11.7; load"
        in text
    )
    assert "| **our first load** | 65.0 | 130.0 | 512 | 9.50 |" in text
    assert "| **our night with one new day** | 40.0 | 80.0 | 512 | 5.00 |" in text
    assert "| **our night with nothing new** | 10.0 | 20.0 | 512 | 1.50 |" in text
    assert "| DuckDB, with the new day | 7.5 | 15.0 | 512 |  |" in text
    assert "PostgreSQL was left out: psql is not installed." in text
    assert "load average before: 0.1. Other work ran." in text
    assert "Not measured yet: 1,000,000, 10,000,000 dossiers." in text


def test_the_page_says_where_our_seconds_went(tmp_path: Path) -> None:
    results = two_rounds()
    for night, seconds in ((FIRST, 30.0), (DAY, 10.0), (NOTHING, 0.5)):
        for run in results[night][OURS]:
            run.stages = {"landing": seconds, **({"transform": seconds} if night != NOTHING else {})}
    kept = report.keep(tmp_path / "n.json", size=20_000, nights=report.nights_record(results, 1, {}, WHERE))
    text = report.measured_part(kept)
    assert "| Landing: hash, archive, ledger | 30.0 | 10.0 | 0.5 |" in text
    assert "| dbt builds facts and indicators | 30.0 | 10.0 |  |" in text
    assert "Publishing" not in text


def test_the_days_of_a_large_year_are_those_of_a_real_one() -> None:
    known = load_behaviour()
    assert with_real_days(known, REAL_YEAR) == known
    larger = with_real_days(known, 10 * REAL_YEAR)
    for month in range(9, 12):
        real, large = (one["volume"]["months"] for one in (known, larger))
        share = [10 * large[month] / (sum(large) + sum(large[-2:])), real[month] / (sum(real) + sum(real[-2:]))]
        assert share[0] == pytest.approx(share[1])
    assert larger["feedback"]["least"] == 4_000 and larger["volume"]["months"][:9] == known["volume"]["months"][:9]


def test_questions_are_timed_on_a_version_and_the_slowest_comes_first(tmp_path: Path) -> None:
    database = tmp_path / "tthc.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts; create table marts.fct_timeliness as select * from range(7) t(a)")
    both = {"vi": "Câu hỏi", "en": "A question"}
    asked = [
        Question.model_validate({"id": name, "question": both, "reading": both, "sql": sql})
        for name, sql in (("quick", "select 1"), ("slow", "select sum(a.a) from range(3000000) a(a), fct_timeliness"))
    ]
    assert dossiers_of(database) == 7
    assert [one.id for one in time_questions(database, asked)] == ["slow", "quick"]


def test_a_multiplied_version_has_each_row_of_a_dossier_so_often_under_codes_of_its_own(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "one.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_steps as select 'A' as dossier_code, n as step_number from range(3) t(n)"
        )
        connection.execute("create table marts.dim_unit as select 'H19.31' as unit_code")
    multiply(tmp_path / "one.duckdb", tmp_path / "many.duckdb", 4)
    with duckdb.connect(str(tmp_path / "many.duckdb"), read_only=True) as connection:
        rows = "select dossier_code, count(*), sum(step_number) from marts.fct_steps group by 1 order by 1"
        assert connection.execute(rows).fetchall() == [(f"A-{copy}", 3, 3) for copy in range(4)]
        assert connection.execute("from marts.dim_unit").fetchall() == [("H19.31",)]


def test_the_page_names_the_questions_that_take_too_long(tmp_path: Path) -> None:
    asked = [Asked("slow", 2.5, 0.4), Asked("even", 0.5, 0.3), Asked("quick", 0.1, 0.02)]
    small = report.questions_record(asked[1:], 987_654, WHERE)
    large = report.questions_record(asked, 9_876_543, WHERE)
    assert report.over_limit(large) and report.over_limit(None) and not report.over_limit(small)
    report.keep(tmp_path / "n.json", questions=large)
    kept = report.keep(tmp_path / "n.json", questions=small)
    text = report.measured_part(kept)
    assert "| 987,654 | 2 | 0.160 | 0.300 | 0.500 | none |\n" in text
    assert "| 9,876,543 | 3 | 0.300 | 0.500 | 2.500 | `slow` (2.50) |" in text
    assert report.keep(tmp_path / "n.json", questions={**small, "dossiers": 1_049_999})["questions"].keys() == {
        "1000000", "10000000",
    }  # fmt: skip


def test_a_run_replaces_only_what_it_measured(tmp_path: Path) -> None:
    numbers, page = tmp_path / "numbers.json", tmp_path / "page.md"
    record = report.nights_record(two_rounds(), 1, {}, WHERE)
    steps = report.steps_record([Step("parse", 1.0, 0.5, 2.0)], WHERE)
    report.keep(numbers, size=1_000_000, nights=record, steps=steps)
    kept = report.keep(numbers, size=20_000, nights=record)
    page.write_text(f"before\n\n{report.MARK}\nold\n{report.MARK}\n\nafter\n", encoding="utf-8")
    report.write_page(kept, page)
    text = page.read_text(encoding="utf-8")
    assert text.index("before") < text.index("20,000 dossiers") < text.index("1,000,000 dossiers") < text.index("after")
    assert "| parse | 1.00 | 0.50 | 2.00 |" in text
    assert "old" not in text


def test_the_page_shows_the_numbers_that_are_kept() -> None:
    _, shown, _ = report.PAGE.read_text(encoding="utf-8").split(report.MARK)
    kept = json.loads(report.NUMBERS.read_text(encoding="utf-8"))
    assert shown.strip() == report.measured_part(kept)
