"""Steps, once more: how long each took, where days go, how long people wait; and figures beside those a year before.

Here: loops over dossiers and their steps. Not here: which steps count (settle), what open and overdue mean (terms).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .facts import whose
from .periods import periods
from .records import PROVINCE, Step
from .settled import Dossier, Settled
from .terms import outcome
from .values import IndicatorValue
from .working_days import between


@dataclass(frozen=True)
class Taken:
    """A step with what follows from it; days are null where the calendar lacks one."""

    dossier: Dossier
    number: int
    step: Step
    phase: str
    ended: datetime | None
    until: date
    days: int | None
    waiting: int | None
    is_rework: bool
    is_late: bool | None
    due_passed: bool

    @property
    def row(self) -> tuple[Any, ...]:
        """The row of fct_steps."""
        began = self.step.ThoiDiemXuLy
        hours = None if self.ended is None else round((self.ended - began).total_seconds() / 3600, 6)
        code, *of = whose(self.dossier)
        return (
            code, self.number, *of, self.step.PhongBanXuLy, self.step.TrangThai, self.phase, began, self.ended,
            self.step.NgayKetThucTheoQuyDinh, self.dossier.finished, (self.until - began.date()).days, self.days,
            self.waiting, hours, self.ended is None, self.is_rework, self.is_late, self.due_passed,
        )  # fmt: skip


def taken(dossier: Dossier, as_of: date) -> list[Taken]:
    """Return the steps of a dossier in their order, of several in one second the furthest last."""

    def place(step: Step) -> tuple[datetime, int, str]:
        return step.ThoiDiemXuLy, int(step.TrangThai) if step.TrangThai.isdigit() else 0, step.TrangThai

    ordered = sorted(dossier.steps, key=place)
    following = [*(step.ThoiDiemXuLy for step in ordered[1:]), None][: len(ordered)]
    return [
        _taken(dossier, number, step, ordered[: number - 1], following_at, as_of)
        for number, (step, following_at) in enumerate(zip(ordered, following, strict=True), start=1)
    ]


def _taken(
    dossier: Dossier, number: int, step: Step, earlier: Sequence[Step], following: datetime | None, as_of: date
) -> Taken:
    began, finished = step.ThoiDiemXuLy, dossier.finished
    # "done: handling has ended (status 7, 9, 10, or a step after the finish date)"
    if step.TrangThai in ("7", "9", "10") or (finished is not None and began.date() > finished):
        phase = "done"
    else:
        phase = "waiting" if step.TrangThai in ("5", "6", "8") else "handling"
    # "until the next step or the end of handling, whichever is first; null while the dossier lies in this step"
    ends = [moment for moment in (following, dossier.finished_at) if moment is not None]
    ended = began if phase == "done" else max(began, min(ends)) if ends else None
    until = max(began.date(), as_of if ended is None else ended.date())
    days = between(began.date(), until)
    awaited = [wait for wait in dossier.supplements if began > wait.NgayBoSung]
    due = None if step.NgayKetThucTheoQuyDinh is None else step.NgayKetThucTheoQuyDinh.date()
    return Taken(
        dossier, number, step, phase, ended, until, days,
        days if phase == "waiting" or days is None else min(days, _awaited(dossier, began.date(), until)),
        phase == "handling" and (bool(awaited) or any(one.TrangThai == "5" for one in earlier)),
        None if due is None else due < until and phase != "done",
        phase != "done" and dossier.due is not None and began.date() <= dossier.due < until,
    )  # fmt: skip


def _awaited(dossier: Dossier, began: date, until: date) -> int:
    """Return working days within a step in which an answer was awaited, request by request."""
    found = 0
    for request in dossier.supplements:
        asked = request.NgayBoSung.date()
        back = None if request.NgayTiepNhanBoSung is None else request.NgayTiepNhanBoSung.date()
        # What the calendar lacks has no number: such a request is not counted, such an answer is as if it never came.
        if between(asked, asked) is None:
            continue
        if back is None or between(back, back) is None:
            back = until
        first, last = max(began, asked), min(until, back)
        found += (between(first, last) or 0) if first < last else 0
    return found


def all_taken(settled: Settled, as_of: date) -> list[Taken]:
    """Return the steps of all dossiers."""
    return [one for dossier in settled.dossiers for one in taken(dossier, as_of)]


def subjects(dossier: Dossier) -> tuple[tuple[str, str, str], ...]:
    """Return the unit, level and province that a dossier counts for on the as-of day."""
    level = dossier.unit_level
    return ("unit", dossier.unit_code, level), ("level", PROVINCE, level), ("province", PROVINCE, "tinh")


def rank(values: Iterable[int], tenths: int) -> int:
    """Return the least value that so many tenths of all do not exceed."""
    ordered = sorted(values)
    return next(one for n, one in enumerate(ordered, start=1) if n * 10 >= len(ordered) * tenths)


def handling_times(settled: Settled) -> Iterator[tuple[Any, ...]]:
    """Yield handling_times."""
    groups: dict[Any, list[Dossier]] = defaultdict(list)
    for dossier in settled.dossiers:
        if dossier.finished and between(dossier.received, dossier.finished) is not None:
            for subject in subjects(dossier):
                for procedure in (dossier.procedure.MaTTHC, None):
                    groups[dossier.finished.year, procedure, *subject].append(dossier)
    for group, dossiers in groups.items():
        days = [between(one.received, one.finished) or 0 for one in dossiers if one.finished]
        late = sum(outcome(one) == "overdue" for one in dossiers)
        yield *group, len(dossiers), late, rank(days, 5), rank(days, 9), max(days)


def bottlenecks(settled: Settled, steps: Sequence[Taken]) -> Iterator[tuple[Any, ...]]:
    """Yield procedure_bottlenecks."""
    finished = {row[:5]: row[5] for row in handling_times(settled)}
    groups: dict[Any, list[Taken]] = defaultdict(list)
    days_of: Counter[Any] = Counter()
    for one in steps:
        end = one.dossier.finished
        if end is not None and one.phase != "done" and one.days is not None:
            for subject in subjects(one.dossier):
                whole = end.year, one.dossier.procedure.MaTTHC, *subject
                groups[*whole, one.step.PhongBanXuLy, one.step.TrangThai, one.phase].append(one)
                days_of[whole] += one.days
    for group, members in groups.items():
        days = [one.days or 0 for one in members]
        count = finished.get(group[:5])
        yield (
            *group, len(members), sum(one.is_rework for one in members), sum(one.is_late is True for one in members),
            sum(days), sum(one.waiting or 0 for one in members), rank(days, 5), rank(days, 9), count,
            None if not count else round(sum(days) / count, 9),
            round(sum(days) / days_of[group[:5]], 9) if days_of[group[:5]] else None,
        )  # fmt: skip


def variants(steps: Sequence[Taken]) -> Iterator[tuple[Any, ...]]:
    """Yield procedure_variants."""
    ways: dict[str, list[Taken]] = defaultdict(list)
    for one in steps:
        if one.dossier.finished is not None:
            ways[one.dossier.code].append(one)
    groups: dict[Any, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for way in ways.values():
        dossier, known = way[0].dossier, {str(code) for code in range(1, 11)}
        name = "-".join(one.step.TrangThai if one.step.TrangThai in known else "?" for one in way[:30])
        for subject in subjects(dossier):
            assert dossier.finished
            group = dossier.finished.year, dossier.procedure.MaTTHC, *subject
            groups[group][name].append(sum(one.days or 0 for one in way))
    for group, named in groups.items():
        whole = sum(map(len, named.values()))
        ordered = sorted(named.items(), key=lambda item: (-len(item[1]), item[0]))
        for number, (name, days) in enumerate(ordered[:10], start=1):
            yield (
                *group, number, name, name.count("-") + 1, len(days), round(len(days) / whole, 9),
                round(sum(days) / len(days), 9), len(named),
            )  # fmt: skip


def department_lateness(steps: Sequence[Taken]) -> Iterator[tuple[Any, ...]]:
    """Yield department_lateness."""
    groups: dict[Any, list[Taken]] = defaultdict(list)
    for one in steps:
        if one.phase != "done":
            for subject in subjects(one.dossier):
                groups[one.step.ThoiDiemXuLy.year, *subject, one.step.PhongBanXuLy].append(one)
    for group, members in groups.items():
        days = [one for one in members if one.days is not None]
        yield (
            *group, len(members), sum(one.is_late is not None for one in members),
            sum(one.is_late is True for one in members), sum(one.days or 0 for one in days) if days else None,
            sum(one.waiting or 0 for one in days) if days else None, sum(one.due_passed for one in members),
            sum(one.due_passed and one.dossier.finished is None for one in members),
        )  # fmt: skip


def changes(values: Iterable[IndicatorValue], as_of: date) -> Iterator[tuple[Any, ...]]:
    """Yield indicator_changes: figures whose period and that of a year before both have a value."""
    known: dict[tuple[str, ...], IndicatorValue] = {
        (v.indicator_code, v.rule, v.period_code, *v.subject): v for v in values if v.value is not None
    }
    listed = list(periods(as_of))
    # A period of the same kind from the same day of the year before to the same month, whose last day may be another.
    before = {
        period.code: other.code
        for period in listed
        for other in listed
        if period.kind == other.kind
        and (period.start.year - 1, period.start.month, period.start.day) == other.start.timetuple()[:3]
        and (period.end.year - 1, period.end.month) == other.end.timetuple()[:2]
    }
    for (indicator, rule, period, *subject), v in known.items():
        w = known.get((indicator, rule, before.get(period, ""), *subject))
        if w is not None and v.value is not None and w.value is not None:
            yield (
                indicator, rule, period, *subject, w.period_code, w.value, v.value, round(v.value - w.value, 9),
                w.denominator, v.denominator, v.is_closed,
            )  # fmt: skip
