"""What is said of a protected figure is true of every count that could lie behind it; exact rates are faithful."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.open_data.tables import figure_macros
from pipelines.registers.disclosure import load_rules
from pipelines.settings import PROJECT_DIR

RULES = load_rules(PROJECT_DIR / "registers" / "vietnam")
TARGETS = st.sampled_from([0.03, 0.5, 0.8, 0.93, 0.94, 0.97, 1.0])


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute(figure_macros(RULES))
    return made


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    whole = draw(st.one_of(st.integers(0, 60), st.integers(0, 4_000)))
    return draw(
        st.one_of(st.integers(0, whole), st.integers(max(0, whole - 9), whole), st.integers(0, min(9, whole)))
    ), whole


def shown(count: int, key: int, reason: str) -> tuple[int | None, str | None]:
    """Return a count as the rule lets it out: rounded, too small, or hidden for the sake of others."""
    if reason == "s":
        return None, "s"
    return (None, "c") if count < RULES.threshold else (RULES.rounded(count, key), None)


KEYS = st.integers(0, 255)
REASONS = st.sampled_from(["", "", "", "s"])


@given(counts(), KEYS, KEYS, REASONS, REASONS, TARGETS, st.sampled_from(["up", "down"]))
@settings(max_examples=1_500)
def test_a_protected_verdict_is_never_false(
    connection: duckdb.DuckDBPyConnection, pair: tuple[int, int], key: int, other: int, hide: str, hide_too: str,
    target: float, direction: str,
) -> None:  # fmt: skip
    count, whole = pair
    row = (
        connection.execute(
            "select verdict(?::bigint, ?::text, ?::bigint, ?::text, ?::double, ?)",
            [*shown(count, key, hide), *shown(whole, other, hide_too), target, direction],
        ).fetchone()
        or ()
    )
    if row[0] is not None:
        assert whole > 0
        met = count / whole <= target if direction == "down" else count / whole >= target
        assert bool(row[0]) is met


@given(counts(), KEYS, KEYS)
@settings(max_examples=1_000)
def test_a_protected_bound_holds(
    connection: duckdb.DuckDBPyConnection, pair: tuple[int, int], key: int, other: int
) -> None:
    (n, _), (d, _) = shown(pair[0], key, ""), shown(pair[1], other, "")
    rate, sign = (
        connection.execute(
            "select shown_rate(n, d), shown_sign(n, d) from (select ?::bigint as n, ?::bigint as d)", [n, d]
        ).fetchone()
        or ()
    )
    assert (rate is None) == (n is None or d is None or d < RULES.rate.denominator)
    if sign == ">=":
        assert 100 * pair[0] / pair[1] >= rate
    if sign == "<=":
        assert 100 * pair[0] / pair[1] <= rate


def test_what_is_clear_is_said(connection: duckdb.DuckDBPyConnection) -> None:
    """Far from the target a protected verdict is given, near it is not, and few cases of many are a verdict too."""
    asked = {
        (950, None, 1000, None, 0.5): 1, (200, None, 1000, None, 0.5): 0, (970, None, 1000, None, 0.97): None,
        (None, "c", 1000, None, 0.5): 0, (None, "c", None, "c", 0.5): None, (None, "s", 1000, None, 0.5): None,
        (40, None, None, "c", 0.97): None,
    }  # fmt: skip
    for figures, wanted in asked.items():
        assert connection.execute("select verdict(?, ?, ?, ?, ?, 'up')", [*figures]).fetchone() == (wanted,)


@given(st.integers(1, 10**6).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))), TARGETS)
def test_an_exact_rate_is_never_rounded_to_all_or_none_or_across_the_target(
    connection: duckdb.DuckDBPyConnection, pair: tuple[int, int], target: float
) -> None:
    n, d = pair
    (rate,) = connection.execute("select exact_rate(?, ?, ?)", [n, d, 100 * target]).fetchone() or ()
    assert abs(rate - 100 * n / d) <= 0.005001
    assert (rate == 100, rate == 0, rate >= 100 * target) == (n == d, n == 0, 100 * n / d >= 100 * target)


def test_an_office_that_misses_by_a_hair_is_not_shown_at_the_target(connection: duckdb.DuckDBPyConnection) -> None:
    for n, d, target, wanted in ((96_999, 100_000, 97.0, 96.999), (99_999, 100_000, None, 99.999), (1, 3, 50.0, 33.33)):
        assert connection.execute("select exact_rate(?, ?, ?)", [n, d, target]).fetchone() == (wanted,)


def test_what_is_missing_names_its_own_reason(connection: duckdb.DuckDBPyConnection) -> None:
    asked = {"ho_so": "x", "ho_so, phan_anh.MaHoSo": "x", "phan_anh.MaHoSo": "k", "don_vi H19.11": "u",
             "don_vi H19.11, ho_so": "x"}  # fmt: skip
    for missing, wanted in asked.items():
        assert connection.execute("select why_missing(?)", [missing]).fetchone() == (wanted,)
