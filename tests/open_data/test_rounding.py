"""Rounding by cell keys: never a small number, no drift, the same cases the same figure, and ONS's engine agrees."""

import hashlib
import hmac

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.open_data.disclosure.case_keys import case_keys
from pipelines.open_data.disclosure.suppress import rounded_sql
from pipelines.registers.disclosure import KEYS, load_rules
from pipelines.settings import PROJECT_DIR

RULES = load_rules(PROJECT_DIR / "registers" / "vietnam")
counts = st.integers(min_value=10, max_value=10**9)


def plain(count: int, key: int) -> int:
    """Return the rule once more, as a person would do it: of 256 keys the share nearest to r/5 goes up."""
    below = count // 5 * 5
    ups = {0: 0, 1: 51, 2: 102, 3: 154, 4: 205}[count - below]
    return below + 5 if key % 256 < ups else below


@given(counts, st.integers(min_value=0, max_value=2**50))
def test_sql_and_python_and_a_person_round_alike(count: int, key: int) -> None:
    row = duckdb.execute(f"select {rounded_sql(RULES)} from (select ?::bigint as n, ?::bigint as k)", [count, key])
    assert row.fetchone() == (plain(count, key),)
    assert RULES.rounded(count, key % KEYS) == plain(count, key)


@given(counts, st.integers(min_value=0, max_value=255))
def test_what_is_shown_is_a_multiple_of_five_near_the_truth_and_never_small(count: int, key: int) -> None:
    shown = RULES.rounded(count, key)
    assert shown % 5 == 0 and shown >= 10 and abs(shown - count) <= 4


@given(counts)
def test_over_all_keys_no_cell_drifts_by_more_than_a_128th(count: int) -> None:
    mean = sum(RULES.rounded(count, key) for key in range(KEYS)) / KEYS
    assert abs(mean - count) <= 1 / 128


def test_over_all_remainders_nothing_drifts_at_all() -> None:
    assert sum(RULES.rounded(n, key) - n for n in range(100, 105) for key in range(KEYS)) == 0


def test_a_key_is_the_hmac_of_the_code_under_the_secret() -> None:
    codes = ["H19.01-240101-0001", "H19.01-240101-0002"]
    expected = [int(hmac.new(b"secret", b"sdc-1 " + c.encode(), hashlib.sha256).hexdigest()[:9], 16) for c in codes]
    assert case_keys(pl.Series("case_code", codes), "secret").to_list() == expected
    assert case_keys(pl.Series("case_code", codes), "another").to_list() != expected


def test_the_same_cases_in_any_order_give_the_same_figure_and_others_may_not() -> None:
    keys = case_keys(pl.Series("case_code", [f"H19-{n}" for n in range(500)]), "secret")
    shuffled = keys.sample(fraction=1.0, shuffle=True, seed=3)
    figures = {RULES.rounded(13, int(keys[at : at + 13].sum() % KEYS)) for at in range(200)}
    assert keys.sum() == shuffled.sum() and figures == {10, 15}


def test_ons_cell_key_perturbation_gives_the_same_table() -> None:
    """ONS's own engine, fed with our record keys and with our rule as its p-table, publishes what our SQL does."""
    pd = pytest.importorskip("pandas")
    from cell_key_perturbation.create_perturbed_table import create_perturbed_table

    keys = case_keys(pl.Series("case_code", [f"H19-{n}" for n in range(6_000)]), "secret").to_list()
    # One large office, many middling ones, some small ones.
    cases = pd.DataFrame({
        "unit": [f"u{n % 40 if n < 900 else (n * n) % 331}" for n in range(6_000)],
        "outcome": ["late" if n % 11 == 0 else "in time" for n in range(6_000)],
        "record_key": [key % KEYS for key in keys],
    })  # fmt: skip
    rows = [(n, k, RULES.rounded(n, k) - n if n >= 10 else -n) for n in range(1, 751) for k in range(KEYS)]
    table = create_perturbed_table(cases, pd.DataFrame(rows, columns=["pcv", "ckey", "pvalue"]), ["unit"], ["outcome"],
                                   "record_key", use_existing_ons_id=False, threshold=10)  # fmt: skip
    theirs = {(r.unit, r.outcome): None if pd.isna(r["count"]) else int(r["count"]) for _, r in table.iterrows()}
    ours = duckdb.sql(
        f"select unit, outcome, case when n >= 10 then {rounded_sql(RULES)} end from"
        " (select unit, outcome, count(*) as n, sum(record_key)::bigint as k from cases group by all)"
    ).fetchall()
    assert len(ours) > 100
    assert {(unit, outcome): value for unit, outcome, value in ours} == {
        place: value for place, value in theirs.items() if place in {row[:2] for row in ours}
    }
    assert {None} < {value for *_, value in ours}
