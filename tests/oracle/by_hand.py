"""Records written by hand, for tests that work one sentence out: days as 'dd/mm' of 2024, all else plain."""

from datetime import date, datetime, time
from typing import Any

from .form import WHOLE, form_row
from .periods import Period
from .records import (
    DossierState,
    Fee,
    Feedback,
    Letter,
    NationalCopy,
    Notice,
    Procedure,
    Rating,
    Step,
    Supplement,
    Unit,
)
from .settle import settle
from .settled import Dossier, Records, Settled

DAY = date(2024, 3, 20)
MARCH = Period("2024-03", "month", date(2024, 3, 1), date(2024, 3, 31), as_of=date(2024, 12, 31))
UNITS = (Unit("H19", "tinh", date(2024, 1, 2)), Unit("H19.07", "so", date(2024, 1, 2)))
PROCEDURES = (Procedure("1.000001", date(2024, 1, 2)),)


def at(text: str, clock: time = time(9, 0)) -> datetime:
    """Return a moment of 2024 from 'dd/mm', or of another year from 'dd/mm/yyyy'."""
    day, month, *year = text.split("/")
    return datetime.combine(date(int(year[0]) if year else 2024, int(month), int(day)), clock)


def on(text: str | None) -> date | None:
    """Return a day of 2024 from 'dd/mm'."""
    return at(text).date() if text else None


def dossier(received: str, due: str | None = None, finished: str | None = None, **more: Any) -> Dossier:
    """Return a dossier in scope; status 9 if finished, else 4.

    `reported`: when its one state was reported, at the end of that day, as a rule the last of March.
    """
    reported = at(more.pop("reported", "31/03"), time(23, 59, 59))
    more["statuses"] = [(reported, reported.date(), more.get("status", 9 if finished else 4))]
    plain: dict[str, Any] = {
        "status": 9 if finished else 4,
        "channel": 1,
        "newer_state_rejected": False,
        "handling_unit_unknown": False,
        "received_by": "H19.07",
        "homes": [(date.min, UNITS[1])],
        "procedure": PROCEDURES[0],
    }
    dates: dict[str, Any] = {"received": at(received).date(), "due": on(due), "finished": on(finished)}
    return Dossier("A", as_of=date(2024, 12, 31), **dates, **(plain | more))


def state(**more: Any) -> DossierState:
    """Return a state that is accepted as it stands: received on 01/03, due on 15/03, in progress."""
    plain: dict[str, Any] = {"MaHoSo": "A", "MaTTHC": "1.000001", "MaDonVi": "H19.07", "TrangThaiHoSo": 4}
    plain |= {"business_day": DAY, "NgayTiepNhan": at("01/03"), "NgayHenTra": at("15/03")}
    return DossierState(**(plain | more))


def gone(**more: Any) -> DossierState:
    """Return a row that says no more than that the dossier was deleted."""
    return DossierState(**({"MaHoSo": "A", "MaTTHC": None, "MaDonVi": None, "TrangThaiHoSo": None,
                            "business_day": DAY, "DaXoa": 1} | more))  # fmt: skip


def fee(**more: Any) -> Fee:
    """Return a fee of 5 that is not paid, as a file of fees says it."""
    plain: dict[str, Any] = {"MaHoSo": "A", "MaPhiLePhi": "1", "Gia": 5, "TrangThaiThanhToan": 0, "business_day": DAY}
    return Fee(**(plain | more))


def fee_in_message(**more: Any) -> Fee:
    """Return the same fee as the sync message says it."""
    return fee(**({"TrangThaiThanhToan": None, "in_message": True} | more))


def judged(*states: DossierState, **children: Any) -> Settled:
    """Return what becomes of some states and their children in a province of two units."""
    return settle(Records(UNITS, PROCEDURES, states, **children))


def counted(one: Dossier, period: Period = MARCH) -> set[str]:
    """Return the columns of form II.06a in which one dossier is counted."""
    row = form_row([one], period, WHOLE)
    return {name for name, value in vars(row).items() if value == 1}


def procedure(**more: Any) -> Procedure:
    """Return a procedure of which nothing is known but what is given here."""
    return Procedure("1.000001", DAY, **more)


def request(asked: str, back: str | None = None) -> Supplement:
    """Return a supplement request."""
    return Supplement("A", at(asked), DAY, at(back) if back else None)


def step(day: str, status: str, clock: time = time(9, 0)) -> Step:
    """Return a processing step."""
    return Step("A", at(day, clock), status, DAY)


def rating(day: str, says: str, clock: time = time(9, 0)) -> Rating:
    """Return a rating."""
    return Rating("A", at(day, clock), says, DAY)


def notice(day: str, delivered: int = 1) -> Notice:
    """Return a notification."""
    return Notice("A", at(day), delivered, DAY)


def letter(day: str) -> Letter:
    """Return an apology letter."""
    return Letter("A", at(day), DAY)


def copy(received: str | None, status: int = 4, finished: str | None = None) -> NationalCopy:
    """Return the national portal's copy of a dossier."""
    return NationalCopy("A", status, at("01/12"), DAY, at(received) if received else None,
                        at(finished) if finished else None)  # fmt: skip


def feedback(sent: str, deadline: str | None = None, answered: str | None = None, says: str | None = None) -> Feedback:
    """Return a feedback item."""
    given, answer = at(deadline) if deadline else None, at(answered) if answered else None
    return Feedback("P", "H19.07", at(sent), DAY, HanTraLoi=given, NgayTraLoi=answer, MucDoHaiLong=says)
