"""The attack can succeed, and does where nothing protects; after the defence it cannot."""

import datetime as dt
import random

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp

from pipelines.common.errors import TthcError
from pipelines.open_data.disclosure.attack import NO_LIMIT, Attack, Block
from pipelines.open_data.disclosure.constraints import Period, build_constraints
from pipelines.open_data.disclosure.defence import AttackedSubject, Bounds, Frame, HiddenFigure, suppress_until_safe
from pipelines.registers.disclosure import load_rules
from pipelines.settings import PROJECT_DIR

RULES = load_rules(PROJECT_DIR / "registers" / "vietnam")
NOTHING: Bounds = (0, NO_LIMIT)
MONTHS: list[Period] = [
    ("2024-01", "month", dt.date(2024, 1, 1), dt.date(2024, 1, 31)),
    ("2024-02", "month", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
    ("2024-03", "month", dt.date(2024, 3, 1), dt.date(2024, 3, 31)),
    ("2024-BC-Q1", "report", dt.date(2024, 1, 1), dt.date(2024, 3, 11)),
    ("2024-Q1", "quarter", dt.date(2024, 1, 1), dt.date(2024, 3, 31)),
]
RESOLVED = ["resolved", "resolved_in_time"]


def office(seed: int) -> dict[tuple[str, str], int]:
    """Return True counts of an office, drawn day by day, so that periods add up."""
    chance = random.Random(seed)
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(91)]
    often = {month: chance.choice([0.05, 0.35, 0.4]) for month in (1, 2, 3)}
    by_day = [(day, n, n * int(chance.random() < 0.9)) for day in days for n in [chance.random() < often[day.month]]]
    counts: dict[tuple[str, str], int] = {}
    for code, _, first, last in MONTHS:
        inside = [row for row in by_day if first <= row[0] <= last]
        totals = (sum(resolved for _, resolved, _ in inside), sum(in_time for *_, in_time in inside))
        counts |= {(m, code): total for m, total in zip(RESOLVED, totals, strict=True)}
    return counts


def figure(count: int, key: int, *, known: bool = False) -> HiddenFigure:
    """Return a figure as the rule lets it out; `known`: an earlier vintage showed the same cases."""
    if count < RULES.threshold:
        return HiddenFigure(count, (0, RULES.threshold - 1), NOTHING, is_hidden=True)
    shown = RULES.rounded(count, key)
    bounds = (max(RULES.threshold, shown - RULES.base + 1), shown + RULES.base - 1)
    return HiddenFigure(count, bounds, bounds if known else NOTHING, is_hidden=False)


def subject(counts: dict[tuple[str, str], int], seed: int) -> AttackedSubject:
    chance = random.Random(seed)
    structure = build_constraints(RULES, MONTHS, RESOLVED)
    names = ["|".join(cell) for cell in structure.cells]
    figures = {
        name: figure(counts[cell], chance.randrange(256)) for name, cell in zip(names, structure.cells, strict=True)
    }
    return AttackedSubject("u", [Frame(names, structure.shown, structure.positive)], figures)


def by_integers(of: AttackedSubject) -> dict[str, int]:
    """Return another attacker: exact integer programming, one hidden figure after the other.

    How wide each stays.
    """
    block = of.block(of.frames[0])
    rules = [LinearConstraint(block.shown, block.low, block.high), LinearConstraint(block.positive, 0, np.inf)]
    if not block.positive.shape[0]:
        rules.pop()
    widths = {}
    for row, name in enumerate(block.names):
        if of.is_hidden(name):
            aim = block.shown[[row]].toarray()[0]
            ends = [milp(sign * aim, constraints=rules, integrality=np.ones(len(aim))).fun for sign in (1, -1)]
            widths[name] = round(-ends[1] - ends[0])
    return widths


def test_a_golden_example_by_hand() -> None:
    """A quarter: 3 + 8 + 14 = 25 resolved, each month shown only where it is 10 or more.

    Plain suppression with exact figures leaves 3 and 8 only as 11 in sum; with January known from elsewhere, February
    is known as well.
    """
    structure = build_constraints(RULES, [p for p in MONTHS if p[1] in ("month", "quarter")], ["resolved"])
    truth = np.array([3.0, 8.0, 14.0, 25.0])
    low, high = np.array([0.0, 0, 14, 25]), np.array([9.0, 9, 14, 25])
    found = Attack(Block(list("abcd"), structure.shown, structure.positive, low, high, truth))
    reported = {f.row: (f.low, f.high) for f in found.find_narrow_intervals(np.array([0, 1]), 9)}
    assert reported == {0: (2.0, 9.0), 1: (2.0, 9.0)}
    low[0] = high[0] = 3
    found = Attack(Block(list("abcd"), structure.shown, structure.positive, low, high, truth))
    assert [(f.low, f.high, f.width) for f in found.find_narrow_intervals(np.array([1]), 5)] == [(8.0, 8.0, 0)]


def test_without_protection_the_attack_recovers_what_is_hidden() -> None:
    """Count under 5 suppressed, all others exact, as tables often are published: most of what is hidden is found."""
    hidden_ever = found_ever = 0
    for seed in range(12):
        counts = office(seed)
        structure = build_constraints(RULES, MONTHS, RESOLVED)
        truth = np.array([float(counts[cell]) for cell in structure.cells])
        hidden = np.flatnonzero(truth < 5)
        low, high = truth.copy(), truth.copy()
        low[hidden], high[hidden] = 0, 4
        attack = Attack(Block(["-"] * len(truth), structure.shown, structure.positive, low, high, truth))
        found = [f for f in attack.find_narrow_intervals(hidden, 1) if f.low == f.high]
        assert all(f.low == truth[f.row] for f in found)
        hidden_ever, found_ever = hidden_ever + len(hidden), found_ever + len(found)
    assert found_ever > hidden_ever / 3 > 5


@pytest.mark.parametrize("seed", range(25))
def test_after_the_defence_even_integer_programming_leaves_every_hidden_figure_wide(seed: int) -> None:
    attacked = subject(office(seed), seed)
    outcome = suppress_until_safe(attacked, RULES.narrowest)
    widths = by_integers(attacked)
    assert len(widths) == outcome.attacked + len([n for n in attacked.hidden_too if not attacked.figures[n].is_hidden])
    assert all(width >= RULES.narrowest for width in widths.values())
    assert set(outcome.hidden_too) == attacked.hidden_too


def test_the_defence_is_needed_and_gives_up_little() -> None:
    """Rounding alone leaves some figures narrow; what is given up for them is a small part of what was shown."""
    subjects = [subject(office(seed), seed) for seed in range(25)]
    narrow_before = sum(width < RULES.narrowest for one in subjects for width in by_integers(one).values())
    shown = sum(not figure.is_hidden for one in subjects for figure in one.figures.values())
    given_up = sum(len(suppress_until_safe(one, RULES.narrowest).hidden_too) for one in subjects)
    assert narrow_before > 0
    assert 0 < given_up < shown / 4


def test_what_an_earlier_vintage_showed_is_still_known_and_hiding_it_again_helps_nobody() -> None:
    """January's 3 rests on a quarter of 23 and the shown 10 and 10 of the other months, which are hidden for it.

    Where these were out before with the same cases, nothing is left to hide.
    """
    structure = build_constraints(RULES, [p for p in MONTHS if p[1] in ("month", "quarter")], ["resolved"])
    names = ["2024-01", "2024-02", "2024-03", "2024-Q1"]
    frame = Frame(names, structure.shown, structure.positive)
    counts, exact = dict(zip(names, (3, 12, 12, 27), strict=True)), {}
    for name, count in counts.items():
        # Two exact months and an exact quarter, as if earlier vintages had rounded them up and down.
        exact[name] = HiddenFigure(count, (count, count), NOTHING, is_hidden=False) if count > 3 else figure(count, 0)
    first = AttackedSubject("u", [frame], exact)
    assert set(suppress_until_safe(first, RULES.narrowest).hidden_too) & {"2024-02", "2024-03", "2024-Q1"}
    known = {
        n: f if f.is_hidden else HiddenFigure(f.truth, f.bounds, f.bounds, is_hidden=False) for n, f in exact.items()
    }
    known["2024-01"] = HiddenFigure(3, (0, 9), (0, 9), is_hidden=True)
    with pytest.raises(TthcError, match="disclosure_unavoidable"):
        suppress_until_safe(AttackedSubject("u", [frame], known), RULES.narrowest)


def test_a_reason_is_given_up_before_a_figure() -> None:
    """May hide 9 and June 9 of an exact 18: that both are under 10 is too much, and no figure need go for it."""
    periods = [p for p in MONTHS if p[0] in ("2024-01", "2024-02")]
    both: Period = ("2024-X", "report", periods[0][2], periods[1][3])
    structure = build_constraints(RULES, [*periods, both], ["resolved"])
    figures = {"a": figure(9, 0), "b": figure(9, 0), "sum": HiddenFigure(18, (18, 18), (18, 18), is_hidden=False)}
    attacked = AttackedSubject("u", [Frame(["a", "b", "sum"], structure.shown, structure.positive)], figures)
    assert set(suppress_until_safe(attacked, RULES.narrowest).hidden_too) <= {"a", "b"}
    assert min(by_integers(attacked).values()) >= RULES.narrowest
