"""The score of Decision 766, once more: ours, the portal's, totals, ranks, what is lost, and why the two differ.

Here: its own reading of the register of components, by loops. Not here: numerators (rule_766, rule_766_opinion).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import yaml

from .form import Scope, scopes
from .periods import Period, periods, score_periods
from .records import PROVINCE, PortalPoints
from .registers import REGISTERS
from .settled import Settled
from .values import IndicatorValue

Subject = tuple[str, Scope]  # period and scope


@cache
def components() -> list[dict[str, Any]]:
    """Return the components of the decision, in the order of their codes."""
    groups = yaml.safe_load((REGISTERS / "vietnam" / "decision_766.yml").read_text(encoding="utf-8"))
    found = [dict(one, group=group["code"]) for group in groups for one in group["components"]]
    return sorted(found, key=lambda one: str(one["code"]))


@dataclass(frozen=True)
class Points:
    """One component of one subject in one period."""

    numerator: int | None
    denominator: int | None
    own: float | None
    portal: PortalPoints | None
    most: float
    factor: float | None

    @property
    def counted(self) -> float | None:
        """Ours, else the portal's, never more than the most."""
        if self.own is not None:
            return self.own
        shown = None if self.portal is None else self.portal.Diem
        return None if shown is None else min(float(shown), self.most)


def own_points(one: dict[str, Any], value: IndicatorValue | None, factor: IndicatorValue | None) -> float | None:
    """Return "max_points * min(1, fraction / full_at), the fraction first multiplied by `factor`"."""
    if value is None or value.numerator is None or value.denominator is None:
        return None
    if value.denominator == 0:
        empty: float | None = one.get("points_if_empty")
        return None if empty is None else float(empty)
    by = 1.0
    if "factor" in one:
        if factor is None or not factor.denominator or factor.numerator is None:
            return None
        by = factor.numerator / factor.denominator
    share: float = value.numerator / value.denominator * by / one.get("full_at", 1.0)
    return float(one["max_points"] * min(share, 1))


class Score:
    """The score of a settled province, for every period and subject that has any dossier."""

    def __init__(
        self, settled: Settled, values: Sequence[IndicatorValue], as_of: date, there: Collection[tuple[str, ...]]
    ) -> None:  # fmt: skip
        """Score a province.

        Args:
            settled: What counts.
            values: Indicators, for the periods of the form and those of the score alone.
            as_of: The day of the figures.
            there: Period, scope, unit and level of the rows that the form has; rows of zeros may be left out.
        """
        self.settled, self.as_of = settled, as_of
        self.periods = [*periods(as_of), *score_periods(as_of)]
        by_name: dict[tuple[Any, ...], IndicatorValue] = {
            (v.indicator_code, v.rule, v.period_code, v.subject): v for v in values
        }
        self.points: dict[tuple[str, Scope, str], Points] = {}
        for period in self.periods:
            for subject in scopes(settled):
                for one in components() if (period.code, *subject) in there else ():
                    code, rule = one.get("indicator"), one.get("rule")
                    value = by_name.get((code, rule, period.code, subject))
                    factor = by_name.get((one.get("factor"), rule, period.code, subject))
                    by = 1.0 if "factor" not in one else None if factor is None else factor.value
                    shown = self.shown(period, subject, one)
                    self.points[period.code, subject, str(one["code"])] = Points(
                        None if value is None else value.numerator, None if value is None else value.denominator,
                        own_points(one, value, factor), shown, float(one["max_points"]), by,
                    )  # fmt: skip

    def shown(self, period: Period, subject: Scope, one: dict[str, Any]) -> PortalPoints | None:
        """Return the portal's figure: "its newest day within a period that runs from 1 January"."""
        runs = period.kind in ("to_date", "year", "report")
        if not runs or subject.scope == "level" or (subject.scope == "unit") == (subject.unit_code == PROVINCE):
            return None
        names = [str(one["code"]), one.get("api")]
        mine = [p for p in self.settled.portal if p.MaDonVi == subject.unit_code and p.MaChiSo in names]
        within = [p for p in mine if period.holds(p.NgayTinh)]
        return max(within, key=lambda p: (p.NgayTinh, [-ord(c) for c in p.MaChiSo]), default=None)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield decision_766_score."""
        for (period, subject, code), found in self.points.items():
            theirs, counted = found.portal, found.counted
            source = None if counted is None else "own" if found.own is not None else "portal"
            yield (
                period, *subject, code, found.most, found.numerator, found.denominator, _r(found.own),
                *((None,) * 4 if theirs is None else (theirs.NgayTinh, theirs.TuSo, theirs.MauSo, _r(theirs.Diem))),
                _r(counted), source,
            )  # fmt: skip

    def totals(self) -> dict[Subject, tuple[float, float, float, float]]:
        """Return points known, their most, and of these ours; points are added up to nine digits."""
        sums: dict[Subject, list[float]] = defaultdict(lambda: [0.0] * 4)
        for (period, subject, _), found in self.points.items():
            entry, counted = sums[period, subject], found.counted
            if counted is not None:
                entry[0] += round(counted, 9)
                entry[1] += found.most
                if found.own is not None:
                    entry[2] += round(found.own, 9)
                    entry[3] += found.most
        return {name: (one, two, three, four) for name, (one, two, three, four) in sums.items()}

    def before(self, period: Period) -> str | None:
        """Return the code of the period that people compare with: the same a week before."""
        for other in self.periods:
            same_kind = other.kind == period.kind == "week" and period.start - other.start == timedelta(days=7)
            running = period.kind in ("to_date", "year") and other.kind == "to_date"
            if same_kind or (running and other.start == period.start and period.cut - other.cut == timedelta(days=7)):
                return other.code
        return None

    def total_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield decision_766_totals."""
        totals = self.totals()
        shares = {name: round(t[0] / t[1], 9) for name, t in totals.items() if t[1]}
        of_code = {period.code: period for period in self.periods}
        for (code, subject), (known, most, own, own_most) in totals.items():
            rank = ranked = before = change = None
            if subject.scope == "unit":
                same = [
                    s
                    for (c, o), s in shares.items()
                    if (c, o.scope, o.unit_level) == (code, "unit", subject.unit_level)
                ]
                ranked, share = len(same), shares.get((code, subject))
                rank = None if share is None else 1 + sum(other > share for other in same)
            earlier = self.before(of_code[code])
            if earlier is not None and (earlier, subject) in totals:
                before = totals[earlier, subject][0]
                change = known - before if abs(most - totals[earlier, subject][1]) < 1e-9 else None
            yield (code, *subject, _r(known), most, _r(own), own_most, rank, ranked, _r(before), _r(change))

    def gains(self) -> Iterator[tuple[Any, ...]]:
        """Yield decision_766_gains: what is lost from 1 January to the as-of day, and the cases that would win it."""
        for (code, subject, component), found in self.points.items():
            one = next(one for one in components() if str(one["code"]) == component)
            lost = None if found.own is None else found.most - found.own
            n, d = found.numerator, found.denominator
            if (
                code != str(self.as_of.year)
                or subject.scope == "level"
                or not lost
                or round(lost, 9) <= 0
                or not d
                or n is None
                or d <= n
            ):
                continue
            enough = round(d * one.get("full_at", 1.0) / found.factor, 6) if found.factor else d
            needed = next(k for k in range(d + 1) if k >= enough or k == d) - n
            each = found.most * (found.factor or 0) / (d * one.get("full_at", 1.0))
            yield code, *subject, component, _r(found.own), _r(lost), n, d, d - n, needed, _r(each)


def _r(value: Any) -> float | None:
    return None if value is None else round(float(value), 9)


def provinces(settled: Settled) -> Iterator[tuple[Any, ...]]:
    """Yield decision_766_provinces: provinces by the points that the portal shows of them on a day."""
    by_day: dict[date, dict[str, list[PortalPoints]]] = defaultdict(lambda: defaultdict(list))
    names = {name: str(one["code"]) for one in components() for name in (str(one["code"]), one.get("api")) if name}
    for row in sorted(settled.portal, key=lambda one: one.MaChiSo):
        is_province = row.MaDonVi == PROVINCE or row.MaDonVi not in settled.units
        known = {names[other.MaChiSo] for other in by_day[row.NgayTinh][row.MaDonVi]}
        if is_province and row.MaChiSo in names and names[row.MaChiSo] not in known:
            by_day[row.NgayTinh][row.MaDonVi].append(row)
    for day, shown in by_day.items():
        sums = {
            code: (sum(r.Diem for r in rows if r.Diem is not None), sum(r.DiemToiDa or 0 for r in rows),
                   sum(r.Diem is not None for r in rows))
            for code, rows in shown.items() if any(r.Diem is not None for r in rows)
        }  # fmt: skip
        shares = {code: round(float(points) / float(most), 9) for code, (points, most, _) in sums.items()}
        for code, (points, most, count) in sums.items():
            rank = 1 + sum(other > shares[code] for other in shares.values())
            yield day, code, _r(points), _r(most), count, code == PROVINCE, rank, len(shares)
