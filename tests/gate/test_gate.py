"""The gate as the nightly run calls it, with Great Expectations inside.

It agrees with the plain checks, and every way of getting around it ends in a refusal.
"""

import json
import logging
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pipelines.common.files import sha256_of
from pipelines.gate import run
from pipelines.gate.baseline import Baseline
from pipelines.gate.evaluate import violations
from pipelines.gate.results import GateResult, TableResult
from pipelines.gate.run import run_gate
from pipelines.gate.suites import Suites

from .conftest import DRIFT, REMOVAL, SUITES, prepare
from .damages import DAMAGES, ID_NUMBER
from .sql_checks import all_failing
from .test_suites import EVERY_CHECK, edited
from .tiny_marts import TABLES

pytestmark = pytest.mark.slow

Damaged = Callable[[Iterable[str]], Path]
SomeSuites = Callable[..., Path]


def failed(verdict: GateResult) -> set[tuple[str, str]]:
    return {(table, check.id) for table, check in verdict.failures()}


def test_sound_warehouse_passes_and_is_left_free(sound: Path, suites: Suites, tmp_path: Path) -> None:
    candidate = Path(shutil.copy(sound, tmp_path / "candidate.duckdb"))
    spill = str(tmp_path.with_name("spill"))
    config = {
        "memory_limit": "1GB",
        "threads": "2",
        "temp_directory": spill,
        "max_temp_directory_size": "1GB",
    }
    baseline = Baseline(sound, "v0", drift=DRIFT, removal=REMOVAL)
    verdict = run_gate(candidate, SUITES, TABLES, config=config, baseline=baseline)
    assert verdict.success
    assert (verdict.compared_with, verdict.held, verdict.overrides) == ("v0", (), ())
    assert verdict.failures() == ()
    assert verdict.evaluated == verdict.expected == len(EVERY_CHECK)
    assert verdict.candidate_sha256 == sha256_of(sound)
    assert verdict.suites_sha256 == suites.sha256
    assert [table.table for table in verdict.tables] == list(TABLES)
    assert json.loads(json.dumps(verdict.to_dict()))["success"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["candidate.duckdb"]
    with duckdb.connect(candidate.rename(tmp_path / "published.duckdb")) as connection:
        connection.execute("create table marts.writable (a int)")


def _heap(checks: set[tuple[str, str]]) -> list[str]:
    """Return one damage for each check, rows and columns taken away last: later damage may bury earlier one."""
    first = {(d.table, check): d.sql for d in reversed(DAMAGES) for check in d.noticed}
    return sorted({first[check] for check in checks}, key=lambda sql: (sql.startswith(("delete", "alter")), sql))


@pytest.mark.parametrize("share", [0.6, pytest.param(1.0, marks=pytest.mark.campaign)])
def test_great_expectations_agrees_with_the_plain_checks(
    damaged: Damaged, sound: Path, first: Path, suites: Suites, share: float
) -> None:
    """Few runs, each on a heap of damages, until so many checks have failed once inside Great Expectations."""
    baseline = Baseline(sound, "v0", drift=DRIFT, removal=REMOVAL, first=(first,))
    unseen = set(EVERY_CHECK)
    while len(unseen) > (1 - share) * len(EVERY_CHECK):
        candidate = damaged(_heap(unseen))
        with duckdb.connect(candidate) as connection:
            prepare(connection, suites, baseline)
            found = all_failing(connection, suites)
        verdict = run_gate(candidate, SUITES, TABLES, baseline=baseline)
        assert not verdict.success
        assert failed(verdict) == {(table, check) for table, checks in found.items() for check in checks}
        assert unseen & failed(verdict), "no progress: these checks fail in no heap"
        unseen -= failed(verdict)


def test_counts_are_given_and_values_are_not(
    damaged: Damaged, some_suites: SomeSuites, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    candidate = damaged(
        [
            f"update dim_unit set unit_code = '{ID_NUMBER}' where unit_level in ('xa', 'huyen')",
            f"update dim_unit set unit_name = 'Ông An {ID_NUMBER}', unit_level = '{ID_NUMBER}'",
        ]
    )
    folder = edited(
        some_suites("dim_unit"),
        "dim_unit",
        lambda d: d["expectations"].append(
            {
                "id": "raises_on_values",
                "vi": "Ép kiểu mã thành số ngày: DuckDB trích giá trị trong lỗi.",
                "en": "Casts a name to a date: DuckDB quotes the value in its error.",
                "sql": "select * from dim_unit where cast(unit_name as date) > date '2024-01-01'",
            }
        ),
    )
    with caplog.at_level(logging.DEBUG):
        verdict = run_gate(candidate, folder, ["dim_unit"])
    checks = {check.id: check for check in verdict.tables[0].checks}
    assert checks["unit_code_unique"].unexpected_count == 2
    assert checks["unit_level_known"].unexpected_count == 4
    assert checks["unit_code_filled"].unexpected_count == 0
    assert checks["raises_on_values"].raised == "ConversionException"
    printed = capfd.readouterr()
    for text in (json.dumps(verdict.to_dict()), repr(verdict), caplog.text, printed.out, printed.err):
        assert ID_NUMBER not in text
    assert "dim_unit: 12 of 13 checks answered" in caplog.text


def test_check_that_raises_fails_alone(sound: Path, some_suites: SomeSuites) -> None:
    folder = edited(
        some_suites("dim_unit"), "dim_unit", lambda d: d["expectations"][0]["kwargs"].update(column="no_such")
    )
    verdict = run_gate(sound, folder, ["dim_unit"])
    assert not verdict.success
    assert failed(verdict) == {("dim_unit", "unit_code_filled")}
    assert verdict.failures()[0][1].raised is not None
    assert verdict.evaluated == verdict.expected - 1


def test_sql_is_taken_as_it_stands(sound: Path, some_suites: SomeSuites) -> None:
    """Braces, colons, percent signs and a comment at the end mean nothing special."""
    sql = """
        select * from dim_unit
        where regexp_matches(unit_code, '^(?:H[0-9]{2})') and unit_name like '%tỉnh%' and 7 % 2 = 1
          and '10:30' = '10:30' and {'k': unit_code}.k = 'H19' -- one row: the province
    """.strip()
    folder = edited(some_suites("dim_unit"), "dim_unit", lambda d: d["expectations"][-1].update(sql=sql))
    [(_, check)] = run_gate(sound, folder, ["dim_unit"]).failures()
    assert (check.id, check.unexpected_count, check.raised) == ("no_personal_data", 1, None)


def test_sql_reaches_nothing_but_the_candidate(sound: Path, some_suites: SomeSuites, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    sql = f"select * from read_csv('{outside}') where a = 0"
    folder = edited(some_suites("dim_unit"), "dim_unit", lambda d: d["expectations"][-1].update(sql=sql))
    [(_, check)] = run_gate(sound, folder, ["dim_unit"]).failures()
    assert check.raised == "PermissionException"


def test_check_without_an_answer_is_refused(
    sound: Path, some_suites: SomeSuites, monkeypatch: pytest.MonkeyPatch
) -> None:
    from great_expectations.datasource.fluent.interfaces import Batch

    complete = Batch.validate

    def one_short(*args: Any, **kwargs: Any) -> Any:
        validated = complete(*args, **kwargs)
        validated.results.pop()
        return validated

    monkeypatch.setattr(Batch, "validate", one_short)
    verdict = run_gate(sound, some_suites("dim_unit"), ["dim_unit"])
    assert verdict.failures() == ()
    assert verdict.evaluated == verdict.expected - 1
    assert not verdict.success


@pytest.mark.parametrize("statement", ["delete from dim_unit", "update dim_unit set unit_level = null"])
def test_empty_table_and_empty_column_are_refused(damaged: Damaged, some_suites: SomeSuites, statement: str) -> None:
    assert not run_gate(damaged([statement]), some_suites("dim_unit"), ["dim_unit"]).success


def test_table_without_a_suite_is_refused(sound: Path, some_suites: SomeSuites) -> None:
    verdict = run_gate(sound, some_suites("dim_unit"), ["dim_unit", "dim_period"])
    assert not verdict.success
    assert [table.problems for table in verdict.tables] == [(), ("suite_missing",)]


def test_suite_for_a_table_that_is_not_published_is_refused(sound: Path, some_suites: SomeSuites) -> None:
    verdict = run_gate(sound, some_suites("dim_unit", "dim_period"), ["dim_unit"])
    assert not verdict.success
    assert verdict.problems == ("suite_for_unpublished_table: dim_period",)


def test_table_that_is_not_in_the_candidate_is_refused(damaged: Damaged, some_suites: SomeSuites) -> None:
    verdict = run_gate(damaged(["drop table dim_unit"]), some_suites("dim_unit"), ["dim_unit"])
    assert not verdict.success
    assert verdict.tables[0].problems == ("table_missing",)


def test_nothing_to_check_is_refused(sound: Path, some_suites: SomeSuites) -> None:
    assert not run_gate(sound, some_suites(), []).success


def test_unreadable_suite_is_refused(sound: Path, some_suites: SomeSuites) -> None:
    folder = edited(some_suites("dim_unit"), "dim_unit", lambda d: d.update(expectations=[]))
    verdict = run_gate(sound, folder, ["dim_unit"])
    assert not verdict.success
    assert verdict.problems[0].startswith("suite_invalid: dim_unit.yml")


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 100])
def test_candidate_that_is_no_database_is_refused(
    tmp_path: Path, some_suites: SomeSuites, content: bytes | None
) -> None:
    candidate = tmp_path / "candidate.duckdb"
    if content is not None:
        candidate.write_bytes(content)
    verdict = run_gate(candidate, some_suites("dim_unit"), ["dim_unit"])
    assert not verdict.success


def test_other_schema_is_refused(sound: Path, some_suites: SomeSuites) -> None:
    verdict = run_gate(sound, some_suites("dim_unit"), ["dim_unit"], schema="main")
    assert not verdict.success
    assert verdict.tables[0].problems == ("table_missing",)


def test_candidate_that_changes_while_it_is_checked_is_refused(
    damaged: Damaged, some_suites: SomeSuites, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = damaged([])
    checked = run._table_result

    def check_then_change(*args: Any) -> TableResult:
        result = checked(*args)
        with candidate.open("ab") as stream:
            stream.write(b"\0")
        return result

    monkeypatch.setattr(run, "_table_result", check_then_change)
    verdict = run_gate(candidate, some_suites("dim_unit"), ["dim_unit"])
    assert verdict.tables[0].success
    assert not verdict.success
    assert verdict.problems == ("candidate_changed_while_checked",)


def test_candidate_with_an_open_log_is_refused(damaged: Damaged, some_suites: SomeSuites) -> None:
    """What lies in the log is not in the hashed bytes."""
    candidate = damaged([])
    candidate.with_name("damaged.duckdb.wal").touch()
    verdict = run_gate(candidate, some_suites("dim_unit"), ["dim_unit"])
    assert not verdict.success
    assert "candidate_has_wal" in verdict.problems


def test_fault_in_the_machinery_is_a_refusal(
    sound: Path, some_suites: SomeSuites, monkeypatch: pytest.MonkeyPatch
) -> None:
    from great_expectations.datasource.fluent.interfaces import Batch

    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError(ID_NUMBER)

    monkeypatch.setattr(Batch, "validate", broken)
    verdict = run_gate(sound, some_suites("dim_unit"), ["dim_unit"])
    assert not verdict.success
    assert verdict.tables[0].problems == ("raised: RuntimeError",)
    assert ID_NUMBER not in json.dumps(verdict.to_dict())


def test_each_check_reads_the_data_once_and_no_table_is_copied(sound: Path, suites: Suites) -> None:
    """Great Expectations would run each query twice and lay two copies of each table in memory."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert run_gate(sound, SUITES, TABLES).success
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    checks = [(table, check) for table, suite in suites.by_table.items() for check in suite.checks]
    queries = [query for table, check in checks if (query := violations(table, check)) is not None]
    counted = [statement for statement in statements if "as violation from" in statement]
    assert len(counted) == len(queries) and all("COUNT(*)" in statement for statement in counted)
    assert not [statement for statement in statements if statement.upper().startswith("CREATE TEMPORARY TABLE")]
