"""How the counts of one subject in one year hang together, as linear constraints: what an attacker can combine.

Belongs here: turning the rules' measures and inclusions into rows over unknowns. Unknowns are counts of the shortest
stretches of days that periods are made of, and counts that no shorter one adds up to. Does not belong here: the bounds
(`attack`), which differ from subject to subject where the structure does not.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise

from scipy.sparse import csr_array

from pipelines.registers.disclosure import DisclosureRules

Period = tuple[str, str, dt.date, dt.date]  # code, type, first day, last day
DAY = dt.timedelta(days=1)


@dataclass
class SparseRows:
    """Sparse rows that grow: each a sum of unknowns with signs."""

    at: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    sign: list[float] = field(default_factory=list)
    count: int = 0

    def add(self, plus: list[int], minus: list[int] = []) -> None:  # noqa: B006 - never changed
        """One more row: the sum of some unknowns less the sum of others."""
        for columns, sign in ((plus, 1.0), (minus, -1.0)):
            self.at += [self.count] * len(columns)
            self.column += columns
            self.sign += [sign] * len(columns)
        self.count += 1

    def matrix(self, width: int) -> csr_array:
        """Return the rows as a matrix; an unknown that stands twice in a row is added up."""
        return csr_array((self.sign, (self.at, self.column)), shape=(self.count, width))


@dataclass(frozen=True)
class Structure:
    """Constraints over unknowns >= 0.

    `cells` names the rows of `shown`, by measure and period; rows of `positive` are at least 0.
    """

    cells: list[tuple[str, str]]
    shown: csr_array
    positive: csr_array

    @property
    def width(self) -> int:
        """How many unknowns there are."""
        return int(self.shown.shape[1])


class _Unknowns:
    """Numbers the unknowns, and says which of them a measure of a period is the sum of."""

    def __init__(self, rules: DisclosureRules, periods: list[Period]) -> None:
        self.rules, self.periods = rules, periods
        self.edges = sorted({p[2] for p in periods} | {p[3] + DAY for p in periods})
        self.numbers: dict[tuple[str, object], int] = {}

    def number(self, measure: str, slot: object) -> int:
        return self.numbers.setdefault((measure, slot), len(self.numbers))

    def of(self, measure: str, period: Period) -> list[int]:
        if self.rules.measures[measure] == "flow":
            inside = [edge for edge in self.edges if period[2] <= edge <= period[3]]
            return [self.number(measure, edge) for edge in inside]
        return [self.number(measure, period[0])]

    def slots(self, measures: list[str]) -> list[list[list[int]]]:
        """Return the finest places at which these measures can be compared, each with its unknowns.

        The places are stretches or periods.
        """
        if {self.rules.measures[measure] for measure in measures} == {"flow"}:
            return [[[self.number(m, edge)] for m in measures] for edge, _ in pairwise(self.edges)]
        return [[self.of(m, period) for m in measures] for period in self.periods]


def build_constraints(rules: DisclosureRules, periods: list[Period], measures: list[str]) -> Structure:
    """Return the structure of one subject's counts of these measures in these periods (one year's, all closed)."""
    unknowns = _Unknowns(rules, periods)
    shown, positive = SparseRows(), SparseRows()
    cells = [(measure, period[0]) for measure in measures for period in periods]
    for measure in measures:
        for period in periods:
            shown.add(unknowns.of(measure, period))
    for whole, part in rules.within.items():
        for more, less in unknowns.slots([whole, part]) if {whole, part} <= set(measures) else []:
            positive.add(more, less)
    for measure in measures:
        if rules.measures[measure] == "newest":
            _between_periods(unknowns, measure, positive)
    width = len(unknowns.numbers)
    return Structure(cells, shown.matrix(width), positive.matrix(width))


def _between_periods(unknowns: _Unknowns, measure: str, positive: SparseRows) -> None:
    """Of counts that do not add up over time, as each case counts once: a longer period against the months in it."""
    months = [p for p in unknowns.periods if p[1] == "month"]
    for whole in unknowns.periods:
        inner = [m for m in months if whole[2] <= m[2] and m[3] <= whole[3] and m != whole]
        for month in inner:
            positive.add(unknowns.of(measure, whole), unknowns.of(measure, month))
        if inner and sum(((m[3] - m[2]).days + 1) for m in inner) == (whole[3] - whole[2]).days + 1:
            positive.add([number for month in inner for number in unknowns.of(measure, month)],
                         unknowns.of(measure, whole))  # fmt: skip
