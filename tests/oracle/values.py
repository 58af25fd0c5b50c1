"""Every indicator under both rules, for every period and subject: the table `indicator_values`, once more.

Here: sums over units, targets, what is null. Not here: what a numerator is (plan, rule_766, procedures).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from . import plan, procedures, rule_766, rule_766_opinion
from .form import WHOLE, Scope, scopes
from .maturing import provisional
from .needs import NEEDS, all_absent
from .periods import Period, periods
from .records import Feedback
from .registers import REPORTED, Edition, Target, Task, plan_tasks
from .settled import Dossier, Settled
from .targets import target_percent


@dataclass(frozen=True)
class IndicatorValue:
    """A numerator and a denominator, with the plan's target in percent (null if none) and what is not known."""

    indicator_code: str
    period_code: str
    subject: Scope
    numerator: int | None
    denominator: int | None
    is_closed: bool
    target_percent: int | None = None
    rule: str = "plan"
    unknown_count: int | None = 0
    missing_source: str | None = None
    is_low_good: bool = False
    is_provisional: bool = False

    @property
    def value(self) -> float | None:
        """Rule: "Rates are null if the denominator is 0"; otherwise a fraction from 0 to 1.

        A count is its value.
        """
        if self.numerator is None or self.denominator == 0:
            return None
        return float(self.numerator) if self.denominator is None else self.numerator / self.denominator

    @property
    def target(self) -> float | None:
        """The target as a fraction from 0 to 1."""
        return None if self.target_percent is None else self.target_percent / 100

    @property
    def met(self) -> bool | None:
        """Whether the value reaches the target ("≥", or "≤" where it should be low), in whole numbers.

        Null if either is.
        """
        if self.target_percent is None or self.numerator is None or not self.denominator:
            return None
        found, wanted = 100 * self.numerator, self.target_percent * self.denominator
        return found <= wanted if self.is_low_good else found >= wanted


Counts = dict[tuple[str, str], tuple[int, int, int]]


def unit_counts(
    dossiers: Sequence[Dossier], feedback: Sequence[Feedback], period: Period, settled: Settled
) -> Counts:  # fmt: skip
    """Return the figures of one unit's dossiers and feedback by indicator and rule.

    They are numerator, denominator and unknown.
    """
    found: Counts = {}
    for code, of_plan in plan.OVER_DOSSIERS.items():
        found[code, "plan"] = (*of_plan(dossiers, period), 0)
    for code, of_feedback in plan.OVER_FEEDBACK.items():
        found[code, "plan"] = (*of_feedback(feedback, period), 0)
    for code, of_766 in rule_766.OVER_DOSSIERS.items():
        found[code, "766"] = of_766(dossiers, period)
    for code, counts in rule_766_opinion.feedback_counts(feedback, period, rule_766_opinion.repeating(settled)).items():
        found[code, "766"] = counts
    found["satisfaction_rate", "766"] = rule_766_opinion.satisfaction_rate(dossiers, period, settled)
    return found


def province_counts(settled: Settled, period: Period, tasks: Sequence[Task]) -> Counts:
    """Return the figures that only the province has: "Indicators over procedures exist for scope `province` only"."""
    listed = list(settled.procedures.values())
    found: Counts = {}
    for rule, formulas in (("plan", procedures.PLAN), ("766", procedures.RULE_766)):
        for code, formula in formulas.items():
            found[code, rule] = formula(listed, period)
    for code, of_services in rule_766_opinion.OVER_SERVICES.items():
        found[code, "766"] = of_services(listed, period, settled)
    found["plan_tasks_on_schedule", "plan"] = procedures.plan_tasks_on_schedule(settled.progress, period, tasks)
    return found


def indicator_values(
    settled: Settled,
    as_of: date,
    tasks: Sequence[Task] | None = None,
    targets: tuple[Target, ...] | None = None,
    absent: Collection[str] = (),
    low: Collection[str] = (),
    editions: Sequence[Edition] = (),
    begun: Sequence[Period] | None = None,
) -> list[IndicatorValue]:
    """Return every indicator for every period begun by the as-of day and every subject, 0 / 0 included.

    Null if a source that it needs is among the `absent`: those that never came. Of those under rule `plan` the `low`
    should be low. `begun` are other periods than those of the form.
    """
    absent = all_absent(absent, settled.units)
    reported = {(row.MaDonVi, row.KyBaoCao, row.MaChiTieu): (row.TuSo, row.MauSo, 0) for row in settled.figures}
    known_tasks = plan_tasks() if tasks is None else tasks
    found = []
    for period in periods(as_of) if begun is None else begun:
        lacking = absent | rule_766_opinion.absent_fields(settled, period)
        by_unit, rising = {}, {}
        dossiers: dict[str, list[Dossier]] = {code: [] for code in settled.units}
        for dossier in settled.dossiers:
            dossiers[dossier.home(period.cut).MaDonVi].append(dossier)
        feedback: dict[str, list[Feedback]] = {code: [] for code in settled.units}
        for item in settled.feedback:
            feedback[settled.feedback_home(item, period.cut).MaDonVi].append(item)
        for unit in settled.units:
            rising[unit] = provisional(dossiers[unit], period)
            by_unit[unit] = unit_counts(dossiers[unit], feedback[unit], period, settled)
            for code in REPORTED:
                by_unit[unit][code, "plan"] = reported.get((unit, period.code, code), (0, 0, 0))
        for subject in scopes(settled):
            of_subject = [names for unit, names in rising.items() if subject.covers_unit(unit, settled.units[unit].Cap)]
            may_rise = set().union(*of_subject)
            for row in _rows(_summed(by_unit, settled, subject), period, subject, targets, lacking):
                known = row.missing_source is None
                found.append(replace(row, is_provisional=known and (row.indicator_code, row.rule) in may_rise))
        found += list(_rows(province_counts(settled, period, known_tasks), period, WHOLE, targets, lacking))
        # "`open_datasets` counts what was really published and reachable in the newest edition"
        count = published(editions, period)
        found.append(IndicatorValue("open_datasets", period.code, WHOLE, count, None, period.is_closed))
    if not low:
        return found
    return [replace(one, is_low_good=one.rule == "plan" and one.indicator_code in low) for one in found]


def published(editions: Sequence[Edition], period: Period) -> int:
    """Return tables of the last edition to come out of those that were out before the cut.

    An edition comes out after the last day that it tells of.
    """
    count = 0
    for edition in editions:
        if edition.closed_until is None or edition.closed_until < period.cut:
            count = edition.datasets
    return count


def _summed(by_unit: dict[str, Counts], settled: Settled, subject: Scope) -> Counts:
    """Return the figures of a subject: "levels and province are sums of units'"."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for unit, counts in by_unit.items():
        if subject.covers_unit(unit, settled.units[unit].Cap):
            for name, figures in counts.items():
                for place, figure in enumerate(figures):
                    sums[name][place] += figure
    return {name: (one, two, three) for name, (one, two, three) in sums.items()}


def _rows(
    counts: Counts, period: Period, subject: Scope, targets: tuple[Target, ...] | None, absent: Collection[str]
) -> Iterator[IndicatorValue]:
    for (code, rule), (numerator, denominator, unknown) in counts.items():
        target = target_percent(code, period, subject, targets) if rule == "plan" else None
        # "A source never delivered is empty, not an error (…); indicators that need it are null with the reason"
        missing = ", ".join(sorted(set(NEEDS[code, rule]).intersection(absent)))
        if missing:
            yield _unknown(code, rule, period, subject, missing, target)
            continue
        yield IndicatorValue(
            code, period.code, subject, numerator, denominator, period.is_closed, target, rule, unknown
        )


def _unknown(
    code: str, rule: str, period: Period, subject: Scope, missing: str, target: int | None = None
) -> IndicatorValue:
    return IndicatorValue(code, period.code, subject, None, None, period.is_closed, target, rule, None, missing)
