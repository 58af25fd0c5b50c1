"""The suites themselves: read strictly, and each check notices what it is there for.

Here: no Great Expectations; `sql_checks.py` runs the same checks by SQL, and test_gate.py proves that it agrees.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from _pytest.mark.structures import ParameterSet

from pipelines.gate.baseline import Baseline
from pipelines.gate.results import CheckResult, GateResult, TableResult
from pipelines.gate.suites import SHARED_FILES, SuiteError, Suites, load_suites
from tests.sampling import sampled

from .conftest import SUITES, prepare
from .damages import DAMAGES, MAY_BE_EMPTY, Damage
from .sql_checks import all_failing, failing
from .tiny_marts import TABLES, build

EVERY_CHECK = [(table, check.id) for table, suite in load_suites(SUITES).by_table.items() for check in suite.checks]


def test_every_published_table_has_a_suite(suites: Suites) -> None:
    assert set(suites.by_table) == set(TABLES)


def test_sound_warehouse_passes_every_check(marts: duckdb.DuckDBPyConnection, suites: Suites) -> None:
    assert all_failing(marts, suites) == {}


def test_warehouse_without_any_optional_source_passes_every_check(suites: Suites, tmp_path: Path) -> None:
    with duckdb.connect(build(tmp_path / "tthc.duckdb", only_obligatory=True)) as connection:
        prepare(connection, suites, Baseline())
        [missing] = connection.execute("select count(missing_source) from indicator_values").fetchone() or [0]
        assert missing > 0
        assert all_failing(connection, suites) == {}


@pytest.mark.parametrize("left", [0, 1])
def test_a_period_has_a_score_where_a_dossier_was_in_hand(
    marts: duckdb.DuckDBPyConnection, suites: Suites, left: int
) -> None:
    """A small province may have a week, such as that of Tết, in which no dossier was received nor any open."""
    in_hand = "from fct_timeliness, dim_score_period where received_date <= cut_date and finished_date >= start_date"
    marts.execute("begin")
    try:
        removed = f"select dossier_code {in_hand} and period_code = '2024-W09' order by dossier_code offset ?"
        marts.execute("delete from fct_timeliness where finished_date is null")
        [deleted] = marts.execute(f"delete from fct_timeliness where dossier_code in ({removed})", [left]).fetchall()
        assert deleted > (0,)
        marts.execute(
            f"delete from decision_766_score where period_code not in (select period_code {in_hand})"
            " or period_code = '2024-W09'"
        )
        assert ("every_component" in failing(marts, suites.by_table["decision_766_score"])) == bool(left)
    finally:
        marts.execute("rollback")


def one_for_each_check() -> Iterator[ParameterSet]:
    """Yield every damage; of those that show nothing of a check that an earlier one did not, the campaign tries all."""
    seen: set[tuple[str, str]] = set()
    for damage in DAMAGES:
        new = {(damage.table, check) for check in damage.noticed} - seen
        seen |= new
        yield pytest.param(damage, marks=() if new else pytest.mark.campaign)


@pytest.mark.slow
@pytest.mark.parametrize("damage", one_for_each_check(), ids=lambda damage: f"{damage.table}: {damage.sql[:60]}")
def test_damage_is_noticed_by_exactly_these_checks(
    marts: duckdb.DuckDBPyConnection, suites: Suites, damage: Damage
) -> None:
    marts.execute("begin")
    try:
        marts.execute(damage.sql)
        assert failing(marts, suites.by_table[damage.table]) == damage.noticed
    finally:
        marts.execute("rollback")


@pytest.mark.slow
@pytest.mark.parametrize(
    "columns",
    [("numerator",), pytest.param(("denominator", "unknown_count"), marks=pytest.mark.campaign)],
    ids=["numerator", "others"],
)
def test_a_figure_that_its_cases_do_not_give_is_noticed_for_every_indicator(
    marts: duckdb.DuckDBPyConnection, suites: Suites, columns: tuple[str, ...]
) -> None:
    [check] = [one for one in suites.by_table["indicator_values"].checks if one.id == "figures_counted_from_cases"]
    counted = marts.execute("select distinct indicator_code, rule from indicators.ind_counted order by all").fetchall()
    assert len(counted) == 38
    for figure in counted:
        # On the made-up province's own unit too, where the indicator is of units.
        for scope in ("province", "unit"):
            changed = (
                f"where (indicator_code, rule) = {figure} and scope = '{scope}' and unit_code in ('H19', 'H19.03')"
            )
            if scope == "unit" and not marts.execute(f"select 1 from indicator_values {changed}").fetchone():
                continue
            for column in columns:
                marts.execute("begin")
                marts.execute(f"update indicator_values set {column} = {column} + 1 {changed}")
                found = marts.execute(check.sql or "").fetchall()
                marts.execute("rollback")
                assert {(*row[:2], row[3]) for row in found} == {(*figure, scope)}, (figure, scope, column)


def test_every_check_notices_some_damage() -> None:
    noticed = {(damage.table, check) for damage in DAMAGES for check in damage.noticed}
    assert noticed == set(EVERY_CHECK)


@pytest.mark.slow
@pytest.mark.parametrize("table", sampled(TABLES, one_in=2))
def test_column_that_lost_all_its_values_is_noticed(
    marts: duckdb.DuckDBPyConnection, suites: Suites, table: str
) -> None:
    listed = "select column_name from duckdb_columns() where schema_name = 'marts' and table_name = ?"
    unnoticed = set()
    for (column,) in marts.execute(listed, [table]).fetchall():
        marts.execute("begin")
        marts.execute(f"update {table} set {column} = null")
        if not failing(marts, suites.by_table[table]):
            unnoticed.add(column)
        marts.execute("rollback")
    assert unnoticed == MAY_BE_EMPTY.get(table, set())


@pytest.mark.parametrize(
    "harmless",
    [
        "H19.07-240102-0001",
        "000.00.12.H19-240102-0001",
        "G09.20-20260609-0092637",
        "2.000815.000.00.00.H19",
        "ho_so_20240102103000.csv",
        "ho_so_202401021030.csv",
        "Nghị định 61/2018/NĐ-CP, 107/2021/NĐ-CP",
    ],
)
def test_official_codes_are_not_taken_for_personal_data(marts: duckdb.DuckDBPyConnection, harmless: str) -> None:
    assert marts.execute("select looks_personal(?)", [harmless]).fetchone() == (False,)


@pytest.mark.parametrize(
    "personal",
    [
        "079204001234",
        "CCCD:079204001234.",
        "0912345678",
        "+84912345678",
        "0912.345.678",
        "a.b@c.vn",
        "271234567",
    ],
)
def test_personal_patterns_are_found(marts: duckdb.DuckDBPyConnection, personal: str) -> None:
    assert marts.execute("select looks_personal(?)", [personal]).fetchone() == (True,)


def edited(folder: Path, table: str, change: Callable[[dict[str, Any]], object]) -> Path:
    path = folder / f"{table}.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.update(mostly=0.9), "mostly"),
        (lambda d: d["expectations"][0]["kwargs"].update(mostly=0.9), "mostly"),
        (lambda d: d["expectations"][0].update(severity="warn"), "severity"),
        (lambda d: d["expectations"][0].update(type="expect_column_to_exist"), "expect_column_to_exist"),
        (lambda d: d["expectations"][0].update(sql="select 1"), "expectations"),
        (lambda d: d["expectations"][0].pop("kwargs"), "expectations"),
        (lambda d: d["expectations"][0].pop("en"), "en"),
        (lambda d: d["expectations"][-1].update(sql="delete from dim_unit"), "delete"),
        (lambda d: d.update(expectations=[]), "expectations"),
        (lambda d: d.pop("min_rows"), "min_rows"),
        (lambda d: d.update(min_rows=0), "min_rows_reason"),
        (lambda d: d.update(min_rows=-1), "min_rows"),
        (lambda d: d.update(table="dim_other"), "dim_other"),
        (lambda d: d["expectations"][0].update(id="unit_code_unique"), "repeat"),
        (lambda d: d["expectations"][0].update(id="columns"), "columns"),
        (lambda d: d["expectations"][0].update(id="min_rows"), "min_rows"),
    ],
)
def test_slip_in_a_suite_is_an_error(
    some_suites: Callable[..., Path], change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    folder = edited(some_suites("dim_unit"), "dim_unit", change)
    with pytest.raises(SuiteError, match=re.escape(expected)) as caught:
        load_suites(folder)
    assert str(caught.value).startswith("dim_unit.yml")


@pytest.mark.parametrize("content", ["table: dim_unit\ntable: dim_unit\n", "{", "", "- 1\n"])
def test_file_that_is_no_suite_is_an_error(some_suites: Callable[..., Path], content: str) -> None:
    folder = some_suites("dim_unit")
    (folder / "dim_unit.yml").write_text(content)
    with pytest.raises(SuiteError, match=re.escape("dim_unit.yml")):
        load_suites(folder)


@pytest.mark.parametrize("name", SHARED_FILES)
def test_folder_without_what_all_suites_use_is_an_error(some_suites: Callable[..., Path], name: str) -> None:
    folder = some_suites("dim_unit")
    (folder / name).unlink()
    with pytest.raises(SuiteError, match=re.escape(name)):
        load_suites(folder)


@pytest.mark.parametrize("name", SHARED_FILES)
def test_a_damaged_file_that_all_suites_use_is_an_error(some_suites: Callable[..., Path], name: str) -> None:
    folder = some_suites("dim_unit")
    (folder / name).write_bytes(b"\xff{")
    with pytest.raises(SuiteError, match=re.escape(name)):
        load_suites(folder)


@pytest.mark.parametrize("name", [*SHARED_FILES, "dim_unit.yml"])
def test_hash_follows_every_file(some_suites: Callable[..., Path], tmp_path: Path, name: str) -> None:
    folder = some_suites("dim_unit", "dim_period")
    before = load_suites(folder).sha256
    moved = Path(shutil.copytree(folder, tmp_path / "elsewhere"))
    assert load_suites(moved).sha256 == before
    with (moved / name).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert load_suites(moved).sha256 != before


def table_result(expected: int = 1, success: bool = True, **known: Any) -> TableResult:
    return TableResult("t", expected, checks=(CheckResult("a", "vi", "en", success=success, **known),))


@pytest.mark.parametrize(
    "table",
    [
        table_result(success=False),
        table_result(raised="BinderException"),
        table_result(expected=2),
        table_result(expected=0),
        TableResult("t", expected=0),
        TableResult("t", expected=1),
        TableResult("t", expected=2, checks=table_result().checks * 2),
        TableResult("t", expected=1, checks=table_result().checks, problems=("table_missing",)),
    ],
)
def test_table_passes_only_when_every_check_of_a_suite_answered_yes(table: TableResult) -> None:
    assert table_result().success
    assert not table.success
    assert not GateResult((table_result(), table), "c", "s").success


@pytest.mark.parametrize(
    "verdict",
    [
        GateResult((), "c", "s"),
        GateResult((table_result(),), None, "s"),
        GateResult((table_result(),), "c", None),
        GateResult((table_result(),), "c", "s", problems=("candidate_has_wal",)),
    ],
)
def test_verdict_in_doubt_is_a_refusal(verdict: GateResult) -> None:
    assert GateResult((table_result(),), "c", "s").success
    assert not verdict.success
