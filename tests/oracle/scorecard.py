"""The plan's goals and tasks, once more: `plan_scorecard` and `plan_tasks`.

Here: which figure a goal shows, what it was before, how it stands; how each task of the annex stands. Not here: the
figures themselves (values) and targets (targets).
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from .form import WHOLE, Scope
from .needs import NEEDS
from .periods import Period, periods
from .records import PROVINCE
from .registers import REGISTERS, Target, plan_of, plan_tasks
from .settled import Settled
from .targets import target_percent
from .values import IndicatorValue

STANDINGS = {"no_data": "chưa có số liệu", "tracked": "theo dõi", "met": "đạt", "not_met": "chưa đạt"}
TASK_STANDINGS = {
    None: ("no_report", "chưa có báo cáo"),
    "CHUA": ("not_started", "chưa bắt đầu"),
    "DANG": ("doing", "đang làm"),
    "XONG": ("done", "đã xong"),
}


class Goal(NamedTuple):
    """A goal of the plan, of a level or (`*`) of the province as a whole; some no indicator measures."""

    plan_year: int
    code: str
    indicator_code: str | None
    unit_level: str

    @property
    def subject(self) -> Scope:
        """Whose figure it shows."""
        return WHOLE if self.unit_level == "*" else Scope("level", PROVINCE, self.unit_level)


@cache
def goals() -> tuple[Goal, ...]:
    """Return the register of goals."""
    with (REGISTERS / "dong-nai" / "goals.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Goal(int(row["plan_year"]), row["goal_code"], row["indicator_code"] or None, row["unit_level"])
            for row in csv.DictReader(stream)
        )


def scorecard(
    values: Sequence[IndicatorValue],
    as_of: date,
    targets: tuple[Target, ...] | None = None,
    absent: Collection[str] = (),
) -> Iterator[tuple[Any, ...]]:
    """Apply the rule quoted here.

    "every goal of the plan, its line in the plan, target, newest value, trend against the last period, met / not met /
    no data"; "A goal without data shows as "chưa có số liệu", never as zero and never left out".
    """
    values_by_subject: dict[tuple[str | None, str, Scope], IndicatorValue] = {
        (v.indicator_code, v.period_code, v.subject): v for v in values if v.rule == "plan" and v.value is not None
    }
    for goal in goals():
        # Figures of a goal are those of the cumulative periods of the plan's year.
        shown = [
            (period, values_by_subject[goal.indicator_code, period.code, goal.subject])
            for period in periods(as_of)
            if period.kind in ("report", "year")
            and period.end.year == goal.plan_year
            and (goal.indicator_code, period.code, goal.subject) in values_by_subject
        ]
        # "newest value": of the periods that reach furthest, the next to be reported
        newest = max(shown, key=lambda pair: (pair[0].cut, -pair[0].end.toordinal()), default=None)
        # "the last period": the last that had closed before
        before = [pair for pair in shown if newest and pair[0].is_closed and pair[0].end < newest[0].cut]
        last = max(before, key=lambda pair: pair[0].end, default=None)
        yield (goal.plan_year, goal.code, *_stands(goal, newest, last, targets), missing(goal, absent))


Shown = tuple[Period, IndicatorValue]


def _stands(
    goal: Goal, newest: Shown | None, last: Shown | None, targets: tuple[Target, ...] | None
) -> tuple[Any, ...]:
    if newest is None:
        year_end = Period("", "year", date(goal.plan_year, 1, 1), date(goal.plan_year, 12, 31), date.max)
        percent = target_percent(goal.indicator_code or "", year_end, goal.subject, targets)
        target = None if percent is None else percent / 100
        return (target, *[None] * 8, None, "no_data", STANDINGS["no_data"])
    period, figure = newest
    was = None if last is None else last[1].value
    change = None if was is None or figure.value is None else figure.value - was
    gain = -change if change is not None and figure.is_low_good else change
    trend = None if gain is None else "better" if gain > 0 else "worse" if gain < 0 else "same"
    standing = "tracked" if figure.target is None else "met" if figure.met else "not_met"
    return (
        figure.target, period.code, period.is_closed, figure.numerator, figure.denominator, figure.value,
        last[0].code if last else None, was, trend, figure.met, standing, STANDINGS[standing],
    )  # fmt: skip


def missing(goal: Goal, absent: Collection[str]) -> str | None:
    """Return the sources without which nothing is known of a goal."""
    needed = NEEDS.get((goal.indicator_code or "", "plan"), ())
    return ", ".join(sorted(set(needed).intersection(absent))) or None


def tasks(settled: Settled, as_of: date) -> Iterator[tuple[Any, ...]]:
    """Rule: "each row of the annex (…) with the newest `nhiem_vu` report", as of a day."""
    for task in plan_tasks():
        reports = [
            r
            for r in settled.progress
            if r.MaNhiemVu == task.code
            and r.NgayBaoCao <= as_of
            and plan_of(task.code, r.NgayBaoCao, plan_tasks()) == task.plan_year
        ]
        newest = max(reports, key=lambda report: report.NgayBaoCao, default=None)
        done = min((r.NgayBaoCao for r in reports if r.TrangThai == "XONG"), default=None)
        is_due = task.deadline is not None and task.deadline <= as_of
        in_time = done is not None and task.deadline is not None and done <= task.deadline
        on_schedule = None
        if is_due:
            on_schedule = in_time
        elif task.kind == "standing":
            on_schedule = newest is not None and newest.TrangThai in ("DANG", "XONG")
        yield (
            task.plan_year, task.code, newest.NgayBaoCao if newest else None,
            *TASK_STANDINGS[newest.TrangThai if newest else None], newest.TyLe if newest else None, done, is_due,
            task.deadline is not None and task.deadline < as_of and not in_time, on_schedule,
        )  # fmt: skip
