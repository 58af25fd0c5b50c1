"""The attack can succeed, and does where nothing protects; after the defence it cannot."""

import datetime as dt
import random

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import vstack

from pipelines.open_data.attack import Attack, Block
from pipelines.open_data.defend import Figure, Frame, Limits, Subject, defend
from pipelines.open_data.rules import load_rules
from pipelines.open_data.structure import Period, structure_of
from pipelines.settings import PROJECT_DIR

RULES = load_rules(PROJECT_DIR / "registers" / "vietnam")
LIMITS = Limits(RULES.threshold, RULES.base, RULES.narrowest)
MONTHS: list[Period] = [
    ("2024-01", "month", dt.date(2024, 1, 1), dt.date(2024, 1, 31)),
    ("2024-02", "month", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
    ("2024-03", "month", dt.date(2024, 3, 1), dt.date(2024, 3, 31)),
    ("2024-BC-Q1", "report", dt.date(2024, 1, 1), dt.date(2024, 3, 12)),
    ("2024-Q1", "quarter", dt.date(2024, 1, 1), dt.date(2024, 3, 31)),
]
RESOLVED = ["resolved", "resolved_early", "resolved_on_time", "resolved_overdue", "resolved_in_time"]


def office(seed: int) -> dict[tuple[str, str], int]:
    """True counts of an office: drawn day by day, so that everything adds up as the form has it."""
    chance = random.Random(seed)
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(91)]
    by_day = [(day, chance.choice([0, 0, 1, 2]), chance.choice([0, 0, 0, 1]), int(chance.random() < 0.06))
              for day in days]  # fmt: skip
    counts = {}
    for code, _, first, last in MONTHS:
        inside = [row for row in by_day if first <= row[0] <= last]
        early, on_time, late = (sum(row[at] for row in inside) for at in (1, 2, 3))
        values = (early + on_time + late, early, on_time, late, early + on_time)
        counts |= {(measure, code): value for measure, value in zip(RESOLVED, values, strict=True)}
    return counts


def subject(counts: dict[tuple[str, str], int], seed: int) -> Subject:
    chance = random.Random(seed)
    structure = structure_of(RULES, MONTHS, RESOLVED)
    names = ["|".join(cell) for cell in structure.cells]
    figures = {}
    for name, cell in zip(names, structure.cells, strict=True):
        count = counts[cell]
        figures[name] = Figure(count, RULES.rounded(count, chance.randrange(256)) if count >= 10 else None, 0)
    return Subject("u", [Frame(names, structure.shown, structure.equal, structure.positive)], figures)


def by_integers(of: Subject) -> dict[str, int]:
    """Another attacker: exact integer programming, one hidden figure after the other. How wide each stays."""
    block = of.block(of.frames[0], LIMITS)
    rules = [LinearConstraint(block.shown, block.low, block.high), LinearConstraint(block.equal, 0, 0),
             LinearConstraint(block.positive, 0, np.inf)]  # fmt: skip
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
    """A quarter: 3 + 8 + 14 = 25 resolved late, each month shown only where it is 10 or more. Plain suppression with
    exact figures leaves 3 and 8 only as 11 in sum; with January known from elsewhere, February is known as well."""
    structure = structure_of(RULES, [p for p in MONTHS if p[1] in ("month", "quarter")], ["resolved_overdue"])
    truth = np.array([3.0, 8.0, 14.0, 25.0])
    low, high = np.array([0.0, 0, 14, 25]), np.array([9.0, 9, 14, 25])
    found = Attack(Block(list("abcd"), structure.shown, structure.equal, structure.positive, low, high, truth))
    told = {f.row: (f.low, f.high) for f in found.narrow(np.array([0, 1]), 9)}
    assert told == {0: (2.0, 9.0), 1: (2.0, 9.0)}
    low[0] = high[0] = 3
    found = Attack(Block(list("abcd"), structure.shown, structure.equal, structure.positive, low, high, truth))
    assert [(f.low, f.high, f.width) for f in found.narrow(np.array([1]), 5)] == [(8.0, 8.0, 0)]


@pytest.mark.parametrize("seed", range(12))
def test_without_protection_the_attack_recovers_what_is_hidden(seed: int) -> None:
    """Counts under 5 suppressed, all others exact, as tables often are published: most of what is hidden is found."""
    counts = office(seed)
    structure = structure_of(RULES, MONTHS, RESOLVED)
    truth = np.array([float(counts[cell]) for cell in structure.cells])
    hidden = np.flatnonzero(truth < 5)
    low, high = truth.copy(), truth.copy()
    low[hidden], high[hidden] = 0, 4
    attack = Attack(Block(["-"] * len(truth), structure.shown, structure.equal, structure.positive, low, high, truth))
    found = attack.narrow(hidden, 1)
    assert len(hidden) and {f.row for f in found} == set(hidden)
    assert all(f.low == f.high == truth[f.row] for f in found)


@pytest.mark.parametrize("seed", range(25))
def test_after_the_defence_even_integer_programming_leaves_every_hidden_figure_wide(seed: int) -> None:
    attacked = subject(office(seed), seed)
    outcome = defend(attacked, LIMITS)
    assert outcome.attacked > 0
    assert min(by_integers(attacked).values()) >= RULES.narrowest
    assert set(outcome.hidden_too) == attacked.hidden_too


def test_the_defence_is_needed_and_gives_up_little() -> None:
    """Rounding alone leaves some figures narrow; what is given up for them is a small part of what was shown."""
    subjects = [subject(office(seed), seed) for seed in range(25)]
    narrow_before = sum(width < RULES.narrowest for one in subjects for width in by_integers(one).values())
    shown = sum(figure.value is not None for one in subjects for figure in one.figures.values())
    given_up = sum(len(defend(one, LIMITS).hidden_too) for one in subjects)
    assert narrow_before > 0
    assert 0 < given_up < shown / 4


def test_the_attack_knows_that_stocks_follow_from_flows() -> None:
    """What is open at the end of a month is what was open before, and came, and did not go."""
    measures = ["received", "received_online", "received_direct", *RESOLVED, "open", "carried_over", "handled"]
    structure = structure_of(RULES, MONTHS[:3], measures)
    row = {cell: at for at, cell in enumerate(structure.cells)}
    truth = np.zeros(len(row))
    for at, month in enumerate(("2024-01", "2024-02", "2024-03")):
        for measure, value in (("received", 20), ("received_direct", 20), ("resolved", 18), ("resolved_early", 18),
                               ("resolved_in_time", 18), ("open", 2 * at + 2), ("carried_over", 2 * at),
                               ("handled", 20 + 2 * at)):  # fmt: skip
            truth[row[measure, month]] = value
    low, high = truth.copy(), truth.copy()
    for month in ("2024-01", "2024-02", "2024-03"):
        for measure in ("open", "carried_over", "handled"):
            low[row[measure, month]], high[row[measure, month]] = 0, 1e7
    low[row["carried_over", "2024-01"]] = high[row["carried_over", "2024-01"]] = 0
    attack = Attack(Block(["-"] * len(truth), structure.shown, structure.equal, structure.positive, low, high, truth))
    march = row["open", "2024-03"]
    assert vstack([structure.shown, structure.equal]).shape[1] == structure.width
    assert [(f.low, f.high) for f in attack.narrow(np.array([march]), 5)] == [(6.0, 6.0)]
