"""The cases of the indicators that only the province has: procedures in force and tasks of the plan.

Here: rows as the views in schema `cases` have them, each formula asked about one procedure or task at a time. Not here:
dossiers and feedback (cases).
"""

from collections.abc import Iterator
from functools import partial

from . import procedures
from .periods import Period
from .records import PROVINCE, Procedure
from .registers import Task, plan_tasks
from .rule_766_opinion import OVER_SERVICES
from .settled import Settled
from .working_days import nth_after

ByPeriod = tuple[str, str, str, str, bool | None, str]
FULFILLED = {True: "fulfilled", False: "not_fulfilled", None: "unknown"}
WORDS = {"procedures_issued_on_time": {True: "issued_in_time", False: "issued_late", None: "unknown"}}


def answer(count: procedures.Count) -> bool | None:
    """Return what a formula says of the one thing it was asked about."""
    numerator, denominator, _ = count
    return numerator == 1 if denominator else None


def announced(one: Procedure, counts: bool | None) -> str:
    """Return why a procedure was published in time or not."""
    if counts is None:
        return "unknown"
    if one.NgayCongKhai is None:
        return "not_public"
    last = nth_after(one.NgayQuyetDinhCongBo, 5)
    assert last is not None  # else it could not be said whether it counts
    return "public_in_time" if one.NgayCongKhai <= last else "public_late"


def of_procedures(settled: Settled, period: Period) -> Iterator[tuple[str, ByPeriod]]:
    """Yield each indicator's name with a case of it."""
    services = {code: partial(formula, settled=settled) for code, formula in OVER_SERVICES.items()}
    for rule, formulas in (("plan", procedures.PLAN), ("766", procedures.RULE_766 | services)):
        for code, formula in formulas.items():
            for one in settled.procedures.values():
                count = formula([one], period)
                if any(count):
                    counts = answer(count)
                    why = (
                        announced(one, counts)
                        if code == "published_on_time_share"
                        else WORDS.get(code, FULFILLED)[counts]
                    )
                    yield f"{code}__{rule}", (period.code, one.MaTTHC, PROVINCE, "tinh", counts, why)


def of_tasks(settled: Settled, period: Period) -> Iterator[tuple[str, ByPeriod]]:
    """Yield the same of the annex."""
    for task in plan_tasks():
        count = procedures.plan_tasks_on_schedule(settled.progress, period, [task], plan_tasks())
        if any(count):
            counts = bool(answer(count))
            case = period.code, task.code, PROVINCE, "tinh", counts, task_reason(task, counts)
            yield "plan_tasks_on_schedule__plan", case


def task_reason(task: Task, counts: bool) -> str:
    """Return why a task is on schedule or not."""
    if task.kind == "standing":
        return "standing_started" if counts else "standing_not_started"
    return "done_in_time" if counts else "not_done_in_time"
