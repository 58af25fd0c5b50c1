"""What belongs to no dossier of a drawn province: feedback, figures that units report, progress on the plan's tasks.

Here: rows near deadlines and ends of periods, and rows that no register knows. Not here: dossiers.
"""

from datetime import date, timedelta
from decimal import Decimal

from .draws import Draws
from .periods import periods
from .records import PROVINCE, Feedback, Figure, PortalPoints, Progress
from .registers import REPORTED, plan_tasks
from .terms import feedback_deadline

STRANGER = f"{PROVINCE}.99"
# Before the first year of the working calendar.
LONG_AGO = date(2021, 12, 20)


def make_reports(draw: Draws, units: list[str], dossiers: list[str]) -> None:
    """All three kinds, none of them often."""
    # Systems that deliver the days of each step, and which dossier it is about, and such that do not.
    tells_steps, tells_dossiers = draw.chance(0.7), draw.chance(0.7)
    for number in range(draw.rng.choice([0, 2, 5, 8])):
        about = draw.rng.choice(dossiers) if dossiers and tells_dossiers and draw.chance(0.5) else None
        make_feedback(draw, number, units, about, tells_steps=tells_steps)
    for _ in range(draw.rng.choice([0, 3, 8])):
        make_figure(draw, units)
    for _ in range(draw.rng.choice([0, 4, 10])):
        make_progress(draw)
    for day in draw.rng.sample(draw.days, min(len(draw.days), draw.rng.choice([0, 1, 2]))):
        make_portal_points(draw, day, [*units, PROVINCE, "H26", STRANGER])


def unit_or_stranger(draw: Draws, units: list[str]) -> str:
    """Return a unit, seldom one that nobody knows."""
    return STRANGER if draw.chance(0.07) else draw.rng.choice(units)


def make_feedback(draw: Draws, number: int, units: list[str], about: str | None, *, tells_steps: bool) -> None:
    """Add an item whose deadline lies near the edge of a period: its own, or three weeks after it was sent."""
    rng = draw.rng
    wanted = draw.edge()
    sent = LONG_AGO if draw.chance(0.04) else wanted - timedelta(days=rng.choice([19, 20, 21, 22, 23, 29]))
    own = draw.moment(wanted) if draw.chance(0.4) else None
    if own is not None and draw.chance(0.5):
        sent = draw.day(wanted - timedelta(days=40), wanted)
    item = Feedback(
        f"PA-{number}",
        unit_or_stranger(draw, units),
        draw.moment(sent),
        rng.choice(draw.days),
        rng.choice(["DVCQG", "CDVC", "1022", "TRUC_TIEP"]),
        HanTraLoi=own,
        MaHoSo=about,
    )
    deadline = feedback_deadline(item)
    answered = draw.day(sent, max(draw.horizon, sent))
    if deadline is not None and draw.chance(0.5):
        answered = deadline + timedelta(days=rng.choice([-1, 0, 1]))
    change = {
        "NgayTraLoi": draw.moment(answered),
        "MucDoHaiLong": rng.choice([None, "RẤT HÀI LÒNG", "HÀI LÒNG", "KHÔNG HÀI LÒNG", "HÀI LÒNG"]),
    }
    if tells_steps:
        # Steps near the last of their working days.
        change |= {
            "NgayTuChoi": draw.moment(sent + timedelta(days=rng.choice([1, 2, 4]))) if draw.chance(0.15) else None,
            "NgayYeuCauBoSung": draw.moment(sent + timedelta(days=rng.choice([5, 7, 8]))) if draw.chance(0.3) else None,
            "NgayCongKhai": draw.moment(answered + timedelta(days=rng.choice([0, 2, 4]))) if draw.chance(0.6) else None,
        }
    if draw.chance(0.1):
        change["MaDonVi"] = unit_or_stranger(draw, units)
    draw.restate("phan_anh", item, change)


def make_figure(draw: Draws, units: list[str]) -> None:
    """Add a figure at, above or below a target; of a goal, a period or a unit that may not exist; seldom impossible."""
    rng = draw.rng
    begun = [period.code for period in periods(draw.as_of)]
    not_begun = [period.code for period in periods(date(draw.as_of.year + 1, 12, 31)) if period.start > draw.as_of]
    goal = rng.choices([*REPORTED, "on_time_rate", "no_such_goal"], [4] * len(REPORTED) + [2, 2])[0]
    period = rng.choices([rng.choice(begun), rng.choice(not_begun), "2024-13"], [12, 1, 1])[0]
    whole = rng.choice([0, 1, 5, 10, 10, 20])
    part = rng.choice([whole, whole // 2, whole // 5, whole // 10, 0, max(whole * 9 // 10, 0)])
    if draw.chance(0.05):
        part = whole + 1
    figure = Figure(goal, unit_or_stranger(draw, units), period, part, whole, rng.choice(draw.days))
    draw.restate("so_lieu", figure, {"TuSo": max(part - 1, 0)})


def make_progress(draw: Draws) -> None:
    """Add a report on a task, near its deadline where it has one; seldom on a task that is not in the plan."""
    rng = draw.rng
    tasks = plan_tasks()
    with_deadline = [task for task in tasks if task.deadline is not None]
    task = rng.choice(with_deadline if draw.chance(0.6) else tasks)
    code = "IX.9" if draw.chance(0.06) else task.code
    day = draw.day(date(2024, 1, 1), max(draw.horizon, date(2024, 1, 2)), task.deadline)
    if task.deadline is not None and draw.chance(0.5):
        day = task.deadline + timedelta(days=rng.choice([-1, 0, 1]))
    share = rng.choice([None, 0, 50, 100, 100, 101])
    report = Progress(code, day, rng.choice(["CHUA", "DANG", "XONG", "XONG"]), rng.choice(draw.days), share)
    draw.restate("nhiem_vu", report, {"TrangThai": rng.choice(["CHUA", "DANG", "XONG"])})


def make_portal_points(draw: Draws, day: date, units: list[str]) -> None:
    """Add what the portal shows of a day: components by our code or by its name, some without points."""
    rng = draw.rng
    of_day = max(date(2024, 1, 1), min(day, draw.as_of) - timedelta(days=rng.choice([0, 0, 1, 3, 9])))
    for unit in sorted(set(units)):
        for code, most in (("2.1", 20), ("SO_HOA_GIAY_TO_GIAI_QUYET", 4), ("4.2", 4), ("1.1", 6), ("9.9", 3)):
            if draw.chance(0.4):
                whole = rng.randint(1, 9)
                part = rng.randint(0, whole)
                shown = Decimal(most * part * 100 // whole) / 100 if draw.chance(0.8) else None
                row = PortalPoints(unit, of_day, code, day, shown, Decimal(most), part, whole)
                draw.restate("diem_766", row, {"Diem": Decimal(0)})
