"""Laws that hold in every generated province, whatever is in it.

Here: identities, sums, and that neither order nor repeats nor time passing changes what was counted. Not here: single
sentences (the tests by hand), and whether the provinces are rich enough (test_generator).
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from .cases import cases
from .form import HandlingStatus, handling_status
from .generate import worlds
from .periods import periods
from .plan import OVER_DOSSIERS, OVER_FEEDBACK
from .records import Row
from .registers import REPORTED, Edition
from .settle import settle
from .settled import Records
from .values import IndicatorValue, indicator_values
from .world import SOURCES, World
from .worlds import FEW, SEEDS, figures, form, settled_world, world

pytestmark = pytest.mark.slow


def counts(row: HandlingStatus) -> Counter[Any]:
    """Return the counts of a row, zeros dropped so that sums compare."""
    return +Counter({name: value for name, value in vars(row).items() if isinstance(value, int)})


def test_the_four_identities_of_the_form_hold_in_every_row() -> None:
    for seed in SEEDS:
        for row in form(seed):
            assert row.received_total == row.received_online + row.received_direct + row.carried_over
            assert row.resolved_total == row.resolved_early + row.resolved_on_time + row.resolved_overdue
            assert row.open_total == row.open_in_time + row.open_overdue
            assert row.received_total == row.resolved_total + row.open_total


def test_units_and_levels_each_add_up_to_the_province() -> None:
    for seed in SEEDS:
        sums: dict[tuple[str, str], Counter[Any]] = {}
        for row in form(seed):
            sums.setdefault((row.period_code, row.subject.scope), Counter()).update(counts(row))
        for period in periods(world(seed).as_of):
            whole = sums[period.code, "province"]
            assert sums[period.code, "unit"] == whole
            assert sums[period.code, "level"] == whole


def test_what_is_open_at_the_end_of_a_month_is_carried_over_into_the_next() -> None:
    for seed in SEEDS:
        rows = {row.period_code: row for row in form(seed) if row.subject.scope == "province"}
        months = [period for period in periods(world(seed).as_of) if period.kind == "month"]
        for month, following in pairwise(months):
            assert rows[month.code].open_total == rows[following.code].carried_over


def test_months_add_up_to_the_year_where_columns_count_events() -> None:
    events = ("received_online", "received_direct", "resolved_early", "resolved_on_time", "resolved_overdue")
    for seed in SEEDS:
        kinds = {period.code: (period.start.year, period.kind) for period in periods(world(seed).as_of)}
        sums: Counter[Any] = Counter()
        for row in form(seed):
            if row.subject.scope == "province":
                sums.update({(*kinds[row.period_code], name): getattr(row, name) for name in events})
        for (year, kind, name), value in sums.items():
            if kind in ("quarter", "year"):
                assert value == sums[year, "month", name]


def of_plan(seed: int, code: str) -> list[IndicatorValue]:
    """Return the figures of one indicator under rule plan; none where a source that it needs never came."""
    return [value for value in known(seed) if (value.indicator_code, value.rule) == (code, "plan")]


def known(seed: int) -> list[IndicatorValue]:
    """Return the figures that are known."""
    return [value for value in figures(seed) if value.missing_source is None]


def test_no_numerator_is_larger_than_its_denominator() -> None:
    for seed in FEW:
        for value in figures(seed):
            if value.missing_source is not None:
                assert (value.numerator, value.denominator, value.unknown_count) == (None, None, None)
            elif value.indicator_code == "open_datasets":
                assert value.denominator is None
            else:
                assert value.numerator is not None and value.denominator is not None
                assert value.unknown_count is not None
                assert 0 <= value.numerator <= value.denominator
                assert value.unknown_count >= 0


def test_indicators_and_form_tell_one_story() -> None:
    for seed in FEW:
        rows = {(row.period_code, row.subject): row for row in form(seed)}
        for value in of_plan(seed, "on_time_rate"):
            row = rows[value.period_code, value.subject]
            assert value.numerator == row.resolved_early + row.resolved_on_time
            assert value.denominator == row.resolved_total
        for value in of_plan(seed, "online_share"):
            row = rows[value.period_code, value.subject]
            assert (value.numerator, value.denominator) == (
                row.received_online,
                row.received_online + row.received_direct,
            )
        for value in of_plan(seed, "apology_rate"):
            row = rows[value.period_code, value.subject]
            assert value.denominator == row.resolved_overdue + row.open_overdue


def test_rule_766_judges_every_dossier_of_the_form_or_says_it_cannot() -> None:
    for seed in FEW:
        rows = {(row.period_code, row.subject): row for row in form(seed)}
        for value in known(seed):
            if (value.indicator_code, value.rule) == ("on_time_rate", "766"):
                row = rows[value.period_code, value.subject]
                assert value.denominator is not None and value.unknown_count is not None
                assert value.denominator + value.unknown_count == row.received_total


def test_a_reason_never_says_both_that_a_case_counts_and_that_it_does_not() -> None:
    answers_by_reason: dict[tuple[str, str], set[Any]] = {}
    for seed in FEW:
        for name, found in cases(settled_world(seed), world(seed).as_of).items():
            for *_, counts, reason in found:
                # By-day cases say from which day they count, or never; others yes, no or not known.
                answers_by_reason.setdefault((name, reason), set()).add(
                    counts if isinstance(counts, bool) else counts is not None
                )
    assert {"apology_rate__plan", "digitised_share__plan", "plan_tasks_on_schedule__plan"} <= {
        name for name, _ in answers_by_reason
    }
    assert {name: answers for name, answers in answers_by_reason.items() if len(answers) > 1} == {}


def test_levels_and_units_each_add_up_to_the_province_in_every_indicator() -> None:
    for seed in FEW:
        sums: dict[tuple[Any, ...], Counter[Any]] = {}
        for value in known(seed):
            if value.denominator is not None:
                name = value.indicator_code, value.rule, value.period_code, value.subject.scope
                parts = {"part": value.numerator, "whole": value.denominator, "unknown": value.unknown_count}
                sums.setdefault(name, Counter()).update(parts)
        for (code, rule, period, scope), total in sums.items():
            if scope != "province":
                assert total == sums[code, rule, period, "province"]


def test_months_add_up_to_the_quarter_where_an_indicator_counts_events() -> None:
    # What the own department received is another's once it has ended with dossiers open.
    states = {"apology_rate", "satisfaction_rate", "notification_share", "own_online_share", *REPORTED}
    events = {*OVER_DOSSIERS, *OVER_FEEDBACK} - states
    for seed in FEW:
        begun = periods(world(seed).as_of)
        sums: Counter[Any] = Counter()
        for value in known(seed):
            if value.indicator_code in events and value.rule == "plan" and value.subject.scope == "province":
                name = value.indicator_code, value.period_code
                sums.update({(*name, "part"): value.numerator, (*name, "whole"): value.denominator})
        for code in events:
            for quarter in [period for period in begun if period.kind == "quarter"]:
                months = [m.code for m in begun if m.kind == "month" and quarter.start <= m.start <= quarter.end]
                for side in ("part", "whole"):
                    assert sums[code, quarter.code, side] == sum(sums[code, month, side] for month in months)


def test_a_closed_period_stays_as_it_is_when_days_pass_and_nothing_new_comes() -> None:
    for seed in FEW[:50]:
        as_of = world(seed).as_of
        later = indicator_values(
            settled_world(seed),
            as_of + timedelta(days=40),
            targets=world(seed).targets,
            absent=world(seed).absent,
            low=world(seed).low,
            # What comes out afterwards tells of days up to this one at least.
            editions=[*world(seed).editions, Edition(as_of, 99)],
        )
        later_values = {(v.indicator_code, v.rule, v.period_code, v.subject): v for v in later}
        for value in figures(seed):
            if value.is_closed:
                # What was provisional may be final by then.
                now = later_values[value.indicator_code, value.rule, value.period_code, value.subject]
                assert replace(now, is_provisional=value.is_provisional) == value
        forms = {(row.period_code, row.subject): row for row in handling_status(settled_world(seed), as_of)}
        passed = handling_status(settled_world(seed), as_of + timedelta(days=40))
        closed = {period.code for period in periods(as_of) if period.is_closed}
        assert all(forms[row.period_code, row.subject] == row for row in passed if row.period_code in closed)


KEYS = {
    "DossierState": ["MaHoSo"], "Unit": ["MaDonVi"], "Procedure": ["MaTTHC"],
    "Step": ["MaHoSo", "ThoiDiemXuLy", "TrangThai"], "Supplement": ["MaHoSo", "NgayBoSung"],
    "Component": ["MaHoSo", "TepDinhKemId"], "Result": ["MaHoSo", "GiayToId"], "Fee": ["MaHoSo", "MaPhiLePhi"],
    "Rating": ["MaHoSo", "ThoiGianDanhGia"], "Notice": ["MaHoSo", "NgayGui", "Kenh"],
    "Letter": ["MaHoSo", "NgayXinLoi"], "NationalCopy": ["MaHoSo"], "Feedback": ["MaPhanAnh"],
    "PortalPoints": ["MaDonVi", "NgayTinh", "MaChiSo"],
    "Figure": ["MaChiTieu", "MaDonVi", "KyBaoCao"], "Progress": ["MaNhiemVu", "NgayBaoCao"],
}  # fmt: skip


def key_of(row: Row) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in KEYS[type(row).__name__])


def test_every_row_ends_once_as_winner_superseded_or_quarantined() -> None:
    for seed in SEEDS:
        settled = settled_world(seed)
        ended = Counter(settled.superseded) + Counter(row for _, row in settled.quarantine)
        delivered = Counter(row for source in SOURCES for row in world(seed).rows(source))
        assert ended <= delivered
        winners = delivered - ended
        assert max(Counter((type(row), key_of(row)) for row in winners.elements()).values()) == 1
        superseded = {(type(row), key_of(row)) for row in settled.superseded}
        assert superseded <= {(type(row), key_of(row)) for row in winners}


@settings(max_examples=20, derandomize=True)
@given(worlds())
def test_order_of_arrival_and_repeats_change_nothing(some: World) -> None:
    rng = random.Random(0)
    shuffled = {name: rng.sample(list(rows) * 2, 2 * len(rows)) for name, rows in vars(some.records()).items()}
    again, once = settle(Records(**shuffled), some.as_of), settle(some.records(), some.as_of)
    assert handling_status(again, some.as_of) == handling_status(once, some.as_of)

    def in_order(values: list[IndicatorValue]) -> list[IndicatorValue]:
        return sorted(values, key=lambda value: (value.indicator_code, value.rule, value.period_code, value.subject))

    assert in_order(indicator_values(again, some.as_of)) == in_order(indicator_values(once, some.as_of))
