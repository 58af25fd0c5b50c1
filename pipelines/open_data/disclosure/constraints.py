"""Linear constraints between the counts of one subject in one year, which an attacker can combine.

Belongs here: turning the rules' measures and inclusions into rows over unknowns. Unknowns are counts of the shortest
spans of days that periods consist of, and counts that are not sums of such spans. Does not belong here: bounds
(`defence`), which differ between subjects, while the structure is the same for all.
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
    """A growing sparse matrix; each row is a signed sum of unknowns."""

    at: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    sign: list[float] = field(default_factory=list)
    count: int = 0

    def add(self, plus: list[int], minus: list[int] = []) -> None:  # noqa: B006 - never changed
        """Append a row: the sum of the unknowns `plus` minus the sum of `minus`."""
        for columns, sign in ((plus, 1.0), (minus, -1.0)):
            self.at += [self.count] * len(columns)
            self.column += columns
            self.sign += [sign] * len(columns)
        self.count += 1

    def matrix(self, width: int) -> csr_array:
        """Return the rows as a matrix of `width` columns; repeated unknowns in a row are summed."""
        return csr_array((self.sign, (self.at, self.column)), shape=(self.count, width))


@dataclass(frozen=True)
class Structure:
    """Constraints over unknowns >= 0.

    Attributes:
        cells: Measure and period code of each row of `shown`.
        shown: Rows that are published or hidden counts.
        positive: Rows that are at least 0.
    """

    cells: list[tuple[str, str]]
    shown: csr_array
    positive: csr_array

    @property
    def width(self) -> int:
        """How many unknowns there are."""
        return int(self.shown.shape[1])


class _Unknowns:
    """Number the unknowns, and map a measure of a period to the unknowns that it is the sum of."""

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
        """Return, for each of the finest spans or periods in which the measures can be compared, their unknowns."""
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
    """Add constraints for counts that do not add up over time: a longer period against the months within it.

    Each case counts once, so the longer period holds at least each month and at most the sum of its months.
    """
    months = [p for p in unknowns.periods if p[1] == "month"]
    for whole in unknowns.periods:
        inner = [m for m in months if whole[2] <= m[2] and m[3] <= whole[3] and m != whole]
        for month in inner:
            positive.add(unknowns.of(measure, whole), unknowns.of(measure, month))
        if inner and sum(((m[3] - m[2]).days + 1) for m in inner) == (whole[3] - whole[2]).days + 1:
            positive.add([number for month in inner for number in unknowns.of(measure, month)],
                         unknowns.of(measure, whole))  # fmt: skip
