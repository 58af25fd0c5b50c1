"""Protected tables of closed periods stay until ten cases have moved: what few late cases do, nobody sees."""

from pathlib import Path

import duckdb
import pytest
from duckdb import connect
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.common.sql import read_sql
from pipelines.open_data.disclosure.cell_history import KEPT, load_history, save_history
from pipelines.open_data.disclosure.counts import create_case_table
from pipelines.open_data.disclosure.suppress import create_cell_tables, create_figure_table, suppress_secondary
from pipelines.registers.disclosure import load_rules
from pipelines.settings import PROJECT_DIR, Settings
from tests.explaining import ExplainedConnection, found
from tests.open_data.levels import create_levels

RULES = load_rules(PROJECT_DIR / "registers" / "vietnam")
MARTS = """
    attach ':memory:' as tthc; create schema tthc.marts;
    create table tthc.marts.dim_run as select 'H19' as province_code;
    create table period as from (values ('2024-01', 'month', date '2024-01-01', date '2024-01-31'),
        ('2024-02', 'month', date '2024-02-01', date '2024-02-29')) p(period_code, period_type, start_date, end_date);
    create table subject (scope text, unit_code text, unit_level text, period_code text);
    create table procedure (procedure_code text, field text, is_sensitive bool, effective_from date, effective_to date);
    create table field_level as select unnest(['a', 'b', 'c']) as field, 'xa' as unit_level;
"""
# A case: its key, its field, and whether it came online.
Case = tuple[int, str, bool]
Shown = dict[tuple[str, str], tuple[int | None, str | None]]


def add_cases(connection: duckdb.DuckDBPyConnection, month: str, cases: list[Case]) -> None:
    if cases:
        keys, fields, online = (list(column) for column in zip(*cases, strict=True))
        connection.execute(
            "insert into case_in"
            " select 'linh-vuc', 'received', 'field', unnest(?), 'xa', ?, unnest(?::bool[]), unnest(?::bigint[])",
            [fields, month, online, keys],
        )


class Province:
    """Publishes the fields of one level again and again, and remembers."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(warehouse_dir=folder)
        self.settings.restricted_dir.mkdir(parents=True)
        self.vintages: list[str] = []

    def publish(self, january: list[Case], february: list[Case], hidden: str = "") -> Shown:
        """Return what is shown of each measure, field and month.

        Args:
            hidden: A cell to hide for the sake of others.
        """
        with duckdb.connect() as connection:
            connection.execute(MARTS)
            create_levels(connection)
            create_case_table(connection)
            add_cases(connection, "2024-01", january)
            add_cases(connection, "2024-02", february)
            if not february:
                connection.execute("delete from period where period_code = '2024-02'")
            create_cell_tables(connection, RULES, [])
            assert load_history(connection, self.settings, RULES, self.vintages[-1] if self.vintages else None)
            create_figure_table(connection, RULES)
            if hidden:
                suppress_secondary(connection, RULES, [hidden])
            shown = connection.execute(
                "select c.measure, c.unit_code, c.period_code, value, reason from cell c join figure using (cell)"
            ).fetchall()
            self.vintages.append(f"v{len(self.vintages)}")
            save_history(connection, self.settings, self.vintages[-1], self.vintages[-2] if self.vintages[1:] else None)
        return {(f"{measure} {field}", month): (value, reason) for measure, field, month, value, reason in shown}


@pytest.fixture
def province(tmp_path: Path) -> Province:
    return Province(tmp_path / "kho")


def cases(first: int, counts: dict[str, int]) -> list[Case]:
    listed = [(field, at % 3 == 0) for field, count in counts.items() for at in range(count)]
    return [(1_000_003 * (first + number), field, online) for number, (field, online) in enumerate(listed)]


JANUARY, FEBRUARY = cases(0, {"a": 61, "b": 14, "c": 9}), cases(1_000, {"a": 40, "b": 10})


def of(shown: Shown, month: str) -> Shown:
    return {place: figure for place, figure in shown.items() if place[1] == month}


LATE = st.lists(st.sampled_from("abc"), min_size=1, max_size=RULES.thaw - 1)


@given(LATE, st.integers(0, 8))
@settings(max_examples=25)
def test_up_to_nine_late_cases_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, late: list[str], left: int
) -> None:
    """Whatever few cases enter or leave: January stays to the letter, and February is added."""
    province = Province(tmp_path_factory.mktemp("tỉnh") / "kho")
    first = province.publish(JANUARY, [])
    gone = min(left, RULES.thaw - 1 - len(late))
    more = [*JANUARY[gone:], *((7_000_000_001 * (n + 1), field, True) for n, field in enumerate(late))]
    second = province.publish(more, FEBRUARY)
    assert of(second, "2024-01") == first
    assert of(second, "2024-02")["received a", "2024-02"][0] is not None


@pytest.mark.parametrize("late", [RULES.thaw, 30])
def test_from_ten_on_it_says_what_is_true_now(province: Province, late: int) -> None:
    first = province.publish(JANUARY, [])
    more = [*JANUARY, *((7_000_000_001 * (n + 1), "c", True) for n in range(late))]
    second = province.publish(more, FEBRUARY)
    assert first["received c", "2024-01"] == (None, "c")
    shown, reason = second["received c", "2024-01"]
    assert reason is None and shown is not None and abs(shown - 9 - late) <= 4


def test_no_vintage_compares_every_cell_with_all_that_earlier_ones_showed(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb, "connect", lambda: ExplainedConnection(connect()))
    monkeypatch.setitem(found, "pairs", {})
    monkeypatch.setitem(found, "explained", {})
    for late in range(3):
        province.publish([*JANUARY, *((7_000_000_001 * (n + 1), "c", True) for n in range(late))], FEBRUARY)
    assert found["explained"]["open_data.disclosure.suppress.create_figure_table"] == 3
    assert found["pairs"] == {}


def test_late_cases_add_up_over_vintages(province: Province) -> None:
    """Four and five more are nine: nothing.

    The tenth shows all ten at once.
    """
    first = province.publish(JANUARY, [])
    late = [(7_000_000_001 * (n + 1), "c", True) for n in range(10)]
    for known in (4, 9):
        assert province.publish([*JANUARY, *late[:known]], []) == first
    assert province.publish([*JANUARY, *late], []) != first


def test_a_case_that_counts_elsewhere_has_moved(province: Province) -> None:
    """The same cases with another field are ten moves, though none came or went."""
    first = province.publish(JANUARY, [])
    other = [(key, "b", online) for key, _, online in JANUARY[:10]]
    assert province.publish([*other[:9], *JANUARY[9:]], []) == first
    assert province.publish([*other, *JANUARY[10:]], []) != first


def test_what_had_to_be_hidden_stays_hidden_while_its_cases_are_the_same(province: Province) -> None:
    cell = "received|field|b|xa|2024-01-01|2024-01-31"
    assert province.publish(JANUARY, [], hidden=cell)["received b", "2024-01"] == (None, "s")
    late = [(7_000_000_001 * (n + 1), "a", True) for n in range(12)]
    assert province.publish([*JANUARY, *late], [])["received b", "2024-01"] == (None, "s")


def test_the_attacker_knows_what_any_earlier_vintage_showed(province: Province) -> None:
    """Field b changes and comes back: its figure of two vintages ago is known still; hiding it helps nobody."""
    first = province.publish(JANUARY, [])["received b", "2024-01"]
    late = [(7_000_000_001 * (n + 1), "b", True) for n in range(12)]
    province.publish([*JANUARY, *late], [])
    with duckdb.connect() as connection:
        connection.execute(MARTS)
        create_levels(connection)
        create_case_table(connection)
        add_cases(connection, "2024-01", JANUARY)
        create_cell_tables(connection, RULES, [])
        load_history(connection, province.settings, RULES, province.vintages[-1])
        create_figure_table(connection, RULES)
        row = connection.execute(
            "select value, reason, low, high, can_be_hidden from figure where cell like 'received|field|b|%2024-01-31'"
        ).fetchone()
    assert first[0] is not None
    assert row == (*first, max(10, first[0] - 4), first[0] + 4, False)


def test_without_its_memory_nothing_is_remembered(province: Province) -> None:
    province.publish(JANUARY, [])
    for path in (province.settings.restricted_dir / "open-data").glob("*.cases.parquet"):
        assert path.stat().st_mode & 0o777 == 0o600
        path.unlink()
    with duckdb.connect() as connection:
        assert not load_history(connection, province.settings, RULES, province.vintages[-1])


def test_the_memory_of_what_may_be_out_still_is_never_forgotten(province: Province) -> None:
    """Thirty vintages that never went out, each made after the same one: that one is known still."""
    first = province.publish(JANUARY, [])
    for _ in range(KEPT + 6):
        province.vintages.append(province.vintages[0])
        province.publish(JANUARY[:-20], FEBRUARY)
    kept = {path.name.split(".")[0] for path in (province.settings.restricted_dir / "open-data").glob("*.parquet")}
    assert "v0" in kept and len(kept) <= KEPT + 1
    province.vintages.append("v0")
    assert province.publish(JANUARY[1:], []) == first


def moved_cases(now: set[tuple[str, Case]], before: set[tuple[str, Case]]) -> dict[str, int]:
    """Return by month how many cases entered, left or moved, taken one by one."""
    return {month: len({key for at, (key, _, _) in now ^ before if at == month}) for month in ("2024-01", "2024-02")}


CASES = st.sets(
    st.tuples(
        st.sampled_from(["2024-01", "2024-02"]),
        st.tuples(st.integers(0, 12).map(lambda key: key * 2**31), st.sampled_from("abc"), st.booleans()),
    ),
    max_size=25,
)


@given(CASES, CASES, st.sets(st.sampled_from(["2024-01", "2024-02"])), st.integers(1, 6))
@settings(max_examples=80)
def test_cases_that_moved_are_counted_as_if_each_was_compared(
    now: set[tuple[str, Case]], before: set[tuple[str, Case]], published: set[str], thaw: int
) -> None:
    with duckdb.connect() as connection:
        connection.execute(MARTS)
        create_levels(connection)
        create_case_table(connection)
        for month, case in before:
            add_cases(connection, month, [case])
        connection.execute("create table case_before as from case_in; delete from case_in")
        for month, case in now:
            add_cases(connection, month, [case])
        connection.execute("create table memory (part varchar, period_code varchar, is_out boolean)")
        for month in published:
            connection.execute("insert into memory values ('linh-vuc', ?, true)", [month])
        connection.execute(read_sql("pipelines.open_data.disclosure", "sql/frozen"), {"thaw": thaw})
        found = dict(connection.execute("select period_code, moved from frozen").fetchall())
    moved = moved_cases(now, before)
    assert found == {month: moved[month] for month in published if moved[month] < thaw}
