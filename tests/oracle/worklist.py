"""The worklist, once more: each open dossier, how it stands, how likely it is to be late, what to do first.

Here: loops over dossiers, one question after the other; the register of actions read plainly. Not here: what open,
paused, overdue and whose a dossier is mean (terms, receiving).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import yaml

from .facts import first_letter, whose
from .receiving import answering
from .records import Step
from .registers import REGISTERS
from .settle import day_of
from .settled import Dossier, Settled
from .terms import copy_finished, is_open, open_overdue, outcome, paused, requests_by, status_at
from .working_days import between
from .world import WORK_LIMIT, World

BASES = ("procedure_unit", "procedure_level", "procedure")


@dataclass(frozen=True)
class Compared:
    """A finished dossier that others are compared with: whose it would be today, what was left at its finish."""

    procedure: str
    unit: str
    level: str
    days_left: int
    is_late: bool


@cache
def actions() -> list[dict[str, Any]]:
    """Return the register's actions in order."""
    text = (REGISTERS / "vietnam" / "worklist.yml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(text)["actions"]
    return found


def days_left(start: date, end: date) -> int | None:
    """Return working days after a day up to another; negative where that comes before; null without a calendar."""
    back = between(end, start) if end < start else None
    return -back if back is not None else between(start, end) if end >= start else None


def office(dossier: Dossier, as_of: date) -> str | None:
    """Return "the department of the step it lies with": of its newest step, of several in one second the furthest."""

    def place(step: Step) -> tuple[datetime, int, str]:
        return step.ThoiDiemXuLy, int(step.TrangThai), step.TrangThai

    by_then = [step for step in dossier.steps if step.ThoiDiemXuLy.date() <= as_of]
    return max(by_then, key=place).PhongBanXuLy if by_then else None


def unanswered(dossier: Dossier, as_of: date) -> list[date]:
    """Return the days of requests that nobody has answered."""
    back = [(one.NgayBoSung.date(), day_of(one.NgayTiepNhanBoSung)) for one in requests_by(dossier, as_of)]
    return [asked for asked, returned in back if returned is None or returned > as_of]


def paused_since(dossier: Dossier, as_of: date) -> date | None:
    """Return since when: the newest unanswered request, else the newest step with the status that pauses it."""
    if not paused(dossier, as_of):
        return None
    if asked := unanswered(dossier, as_of):
        return max(asked)
    status = str(status_at(dossier, as_of))
    days = [one.ThoiDiemXuLy.date() for one in dossier.steps if one.TrangThai == status]
    return max((day for day in days if day <= as_of), default=None)


def portal(dossier: Dossier, as_of: date) -> str:
    """Return how the portal's copy differs, by the first difference of the list in registers/vietnam/worklist.yml."""
    copy = dossier.copy
    if copy is None:
        return "not_there"
    if copy_finished(dossier) is not None or copy.TrangThaiHoSo in (9, 10):
        return "finished_there"
    due = day_of(copy.NgayHenTra)
    is_late_there = due is not None and due < as_of and copy.TrangThaiHoSo not in (5, 6, 8)
    if is_late_there and not open_overdue(dossier, as_of):
        return "overdue_there"
    if copy.TrangThaiHoSo != status_at(dossier, as_of):
        return "other_status"
    return "agrees" if due == dossier.due else "other_due"


def category(dossier: Dossier, as_of: date, left: int | None, waited: int | None) -> str:
    """Return the one category of an open dossier."""
    if open_overdue(dossier, as_of):
        return "overdue"
    if paused(dossier, as_of):
        is_waiting = bool(unanswered(dossier, as_of)) or status_at(dossier, as_of) == 5
        return "waiting_long" if is_waiting and waited is not None and waited > WORK_LIMIT["waiting_days"] else "paused"
    if dossier.due is None:
        return "no_due_date"
    if dossier.due == as_of:
        return "due_today"
    return "due_soon" if left is not None and left <= WORK_LIMIT["soon_days"] else "in_time"


def compared(settled: Settled, world: World) -> Iterator[Compared]:
    """Yield the dossiers "finished in the last days", under the unit that answers today for the one that finished."""
    for dossier in settled.dossiers:
        end, due = dossier.finished, dossier.due
        if end is None or due is None or end > world.as_of:
            continue
        left = days_left(end, due)
        if (world.as_of - end).days < WORK_LIMIT["risk_days"] and left is not None:
            unit = answering(dossier.home(world.as_of), world.as_of, settled.units, world.changes)
            late = outcome(dossier) == "overdue"
            yield Compared(dossier.procedure.MaTTHC, unit.MaDonVi, unit.Cap, left, late)


def risk(dossier: Dossier, left: int | None, others: Sequence[Compared]) -> tuple[float | None, int | None, str | None]:
    """Return the share that became late "of those like it that were not finished either with so many days left"."""
    for basis in BASES:
        cases = [
            one.is_late
            for one in others
            if one.procedure == dossier.procedure.MaTTHC
            and (basis != "procedure_unit" or one.unit == dossier.unit_code)
            and (basis != "procedure_level" or one.level == dossier.unit_level)
            and (one.is_late or left is None or one.days_left < left)
        ]
        if len(cases) >= WORK_LIMIT["least_compared"]:
            return sum(cases) / len(cases), len(cases), basis
    return None, None, None


def action(stands: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return the first action of the register that fits, and its place in it."""
    for number, one in enumerate(actions(), start=1):
        fits = [
            stands[what] in wanted if isinstance(wanted, list) else stands[what] is wanted
            for what, wanted in one["when"].items()
        ]
        if all(fits):
            return number, one
    raise AssertionError("the last action fits always")


def worklist(settled: Settled, world: World) -> Iterator[tuple[Any, ...]]:
    """Yield the worklist: one row per dossier that is open on the as-of day."""
    as_of, others = world.as_of, list(compared(settled, world))
    for dossier in settled.dossiers:
        if not is_open(dossier, as_of):
            continue
        since, due, copy = paused_since(dossier, as_of), dossier.due, dossier.copy
        left = None if due is None else days_left(since or as_of, due)
        waited = None if since is None else days_left(since, as_of)
        how = category(dossier, as_of, left, waited)
        at_risk = how in ("due_today", "due_soon", "in_time")
        share, cases, basis = risk(dossier, left, others) if at_risk else (None, None, None)
        stands = {
            "category": how,
            "portal": None if "dvcqg" in world.absent else portal(dossier, as_of),
            "has_letter": None if "xin_loi" in world.absent else bool(dossier.letters),
            "is_high_risk": share is not None and share >= WORK_LIMIT["high_risk"],
        }
        number, first = action(stands)
        code, procedure, unit, level, received_by = whose(dossier, as_of)
        yield (
            code, unit, level, received_by, procedure, office(dossier, as_of), status_at(dossier, as_of),
            dossier.received, due, how, left, since, waited, first_letter(dossier), stands["portal"],
            copy.TrangThaiHoSo if copy else None, day_of(copy.NgayHenTra) if copy else None, copy_finished(dossier),
            share, cases, basis, number, first["code"], first["vi"], first["en"],
        )  # fmt: skip
