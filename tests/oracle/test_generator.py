"""The generated provinces are rich in edge cases, small, and the same for ever.

Not here: any figure.
"""

import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from .by_hand import DAY
from .generate_edges import NEW_UNIT, OLD_UNIT, used_up
from .periods import periods
from .records import (
    Component,
    DossierState,
    Fee,
    Feedback,
    Figure,
    Letter,
    Notice,
    Progress,
    Rating,
    Result,
    Step,
    Supplement,
    Unit,
)
from .registers import own_unit, plan_tasks
from .rule_766_time import months_later, open_verdict, resolved_verdict, waited
from .settle import row_rule_broken
from .settled import Dossier, Settled
from .terms import copy_finished, feedback_deadline, is_matching, is_open, outcome, paths, paused, status_at
from .working_days import between, nth_after
from .world import SOURCES, World
from .worlds import SEEDS, settled_world, world

pytestmark = pytest.mark.slow


def edges_of(one: Dossier, as_of: date) -> set[str]:
    """Return the names of the edge cases that a dossier in scope is an instance of, seen from its province."""
    found = {f"status {one.status}", f"channel {one.channel}", f"level {one.unit_level}"}
    for period in periods(as_of):
        for name, day in (("received", one.received), ("finished", one.finished), ("due", one.due)):
            for edge in ("start", "end", "cut"):
                if day == getattr(period, edge):
                    found.add(f"{name} = {edge}")
        if one.finished and one.finished > period.cut >= one.received:
            found.add("finished after the cut")
    checks = {
        "due = finished": one.due is not None and one.due == one.finished,
        "due before received": one.due is not None and one.due < one.received,
        "no due date": one.due is None,
        "withdrawn late": one.status == 7 and one.finished and one.due and one.finished > one.due,
        "withdrawn, no finish date": one.status == 7 and one.finished is None,
        "paused by a request": one.status in (2, 4) and paused(one, as_of),
        "paused by a request, overdue": one.status in (2, 4)
        and paused(one, as_of)
        and one.due is not None
        and one.due < as_of,
        "finished, yet paused before": one.finished is not None
        and any(paused(one, period.cut) for period in periods(as_of)),
        "status 5 without a request": one.status == 5 and not one.supplements,
        "status 5 with its request back": one.status == 5 and one.supplements and not paused(one, as_of),
        "received in 2023": one.received.year == 2023,
        "received on 29/02": one.received == date(2024, 2, 29),
        "received after the as-of day": one.received > as_of,
        "newer state rejected": one.newer_state_rejected,
        "live and deleted components": {part.IsDeleted == 1 for part in one.components} == {True, False},
        "overdue": outcome(one) == "overdue",
        "sent on to another unit": not one.code.startswith(f"{one.unit_code}-"),
        "received for another unit": one.received_by != one.unit_code,
        "two steps in one second": len({step.ThoiDiemXuLy for step in one.steps}) < len(one.steps),
        "two channels in one second": len({notice.NgayGui for notice in one.notices}) < len(one.notices),
    }
    checks |= child_edges(one, as_of)
    for fee in one.fees:
        checks |= {
            f"fee by {fee.HinhThucThanhToan}": True,
            "fee of 0": fee.Gia == 0,
            "fee without a word on its payment": fee.TrangThaiThanhToan is None,
            "unpaid with a date": fee.TrangThaiThanhToan == 0 and fee.NgayThuPhi is not None,
            "paid without a date": fee.TrangThaiThanhToan == 1 and fee.NgayThuPhi is None,
            "paid after the as-of day": fee.NgayThuPhi is not None and fee.NgayThuPhi.date() > as_of,
        }
    return found | {name for name, holds in checks.items() if holds}


def child_edges(one: Dossier, as_of: date) -> dict[str, bool]:
    """Return the same of what belongs to the dossier, and of how rule 766 judges it."""
    cuts = {period.cut for period in periods(as_of)}
    verdict = resolved_verdict(one)
    checks = {f"766 resolved {verdict.reason}": True} if verdict else {}
    for cut in cuts:
        if is_open(one, cut):
            checks |= {name: checks.get(name, False) or holds for name, holds in waiting_edges(one, cut).items()}
            checks[f"766 open {open_verdict(one, cut).reason}"] = True
            if status_at(one, cut) != one.status:
                checks[f"status {status_at(one, cut)} then"] = True
            checks["step at the cut"] = any(step.ThoiDiemXuLy.date() == cut for step in one.steps)
    if one.due is None and one.finished is not None and one.procedure.ThoiHanGiaiQuyet is not None:
        unit, limit = one.procedure.DonViThoiHan, one.procedure.ThoiHanGiaiQuyet
        days, worked = (one.finished - one.received).days, between(one.received, one.finished)
        off_days, off_worked = waited(one, one.finished)
        if unit == "NGAY":
            checks |= {"days = limit": days - off_days == limit, "days = limit + 1": days - off_days == limit + 1}
            checks["saved by waiting"] = days > limit >= days - off_days
        if unit in ("NGAY_LAM_VIEC", "GIO") and worked is not None and off_worked is not None:
            limit = limit if unit == "NGAY_LAM_VIEC" else -(-limit // 8)
            checks |= {f"{unit} = limit": worked - off_worked == limit}
            checks |= {f"{unit} = limit + 1": worked - off_worked == limit + 1}
            checks["saved by waiting"] = worked > limit >= worked - off_worked
        if unit == "THANG":
            checks["month = limit"] = months_later(one.received, limit) == one.finished
        checks["no working calendar"] = worked is None
    rated = sorted(rating.ThoiGianDanhGia.date() for rating in one.ratings)
    checks["rated twice"] = len(rated) > 1
    checks["rated on both sides of a cut"] = len(rated) > 1 and any(rated[0] <= cut < rated[-1] for cut in cuts)
    checks["rated at the cut"] = bool(cuts.intersection(rated))
    checks["letter at the cut"] = any(letter.NgayXinLoi.date() in cuts for letter in one.letters)
    checks["notice at the cut"] = any(notice.NgayGui.date() in cuts for notice in one.notices)
    checks["notified after the cut"] = any(notice.NgayGui.date() > as_of for notice in one.notices)
    inputs = paths(part.DuongDanTaiTepTin for part in one.components)
    outputs = paths(result.DuongDanTepTinKetQua for result in one.results)
    checks["result is an input"] = bool(outputs) and outputs <= inputs
    checks["result is partly an input"] = bool(outputs & inputs) and not outputs <= inputs
    checks["joined paths"] = any("##" in (part.DuongDanTaiTepTin or "") for part in one.components)
    checks["all fees 0"] = bool(one.fees) and not any(fee.Gia for fee in one.fees)
    checks["own unit"] = one.unit_code == own_unit(one.received)
    if one.copy is not None:
        received = one.copy.NgayTiepNhan.date() if one.copy.NgayTiepNhan else None
        checks["copy without a received date"] = received is None
        checks["copy a day off"] = received is not None and abs((received - one.received).days) == 1
        checks["copy of another status"] = one.copy.TrangThaiHoSo != one.status
        checks["copy finished another day"] = copy_finished(one) not in (None, one.finished)
        checks["copy matches a finished dossier"] = is_matching(one) and one.finished is not None
    return checks


def waiting_edges(one: Dossier, cut: date) -> dict[str, bool]:
    """Return edges of a dossier that is open at a cut and judged by its waits or its limit."""
    checks = {}
    if one.due is None and one.procedure.DonViThoiHan is not None and one.procedure.ThoiHanGiaiQuyet is not None:
        unit = one.procedure.DonViThoiHan
        checks[f"{unit} used up at a cut"] = used_up(unit, one.procedure.ThoiHanGiaiQuyet, one.received, cut)
    back = {r.NgayTiepNhanBoSung.date() for r in one.supplements if r.NgayTiepNhanBoSung}
    stopped = {step.ThoiDiemXuLy.date() for step in one.steps if step.TrangThai == "8"}
    checks["clock stopped as a supplement came back"] = bool(back & stopped)
    checks["due at the cut and asked twice"] = (
        one.due == cut and len(one.supplements) > 1 and not paused(one, cut) and one.status != 7
    )
    return checks


def own_edges(one: World, settled: Settled) -> Counter[Any]:
    """Return edges among what a province's registers and files say."""
    found: Counter[Any] = Counter()
    ends = {period.end for period in periods(one.as_of)}
    received = {dossier.received for dossier in settled.dossiers if dossier.unit_code in (OLD_UNIT, NEW_UNIT)}
    found["kept by the unit that received it"] += any(d.unit_code == OLD_UNIT for d in settled.dossiers)
    found["taken over"] += any(d.unit_code == NEW_UNIT and d.code.startswith(f"{OLD_UNIT}-") for d in settled.dossiers)
    found["units change on a day of receipt"] += any(change.changed_on in received for change in one.changes)
    for code, name in ((OLD_UNIT, "old"), (NEW_UNIT, "new")):
        unit = settled.units.get(code)
        found[f"{name} unit begins on a day of receipt"] += bool(unit and unit.HieuLucTu in received)
        found[f"{name} unit ends on a day of receipt"] += bool(unit and unit.HieuLucDen in received)
    for target in one.targets or ():
        found["target from the end of a period"] += target.first in ends
        found["target until the end of a period"] += target.last in ends
        found["target without an end"] += target.last is None
    found["indicators that should be low"] += bool(one.low)
    found["a parent that does not count"] += any(
        unit.MaDonViCha not in settled.units for unit in settled.units.values() if unit.MaDonViCha is not None
    )
    found["a sound state counts where a newer one cannot be"] += any(
        reason.startswith("unit_") and row.MaDonVi in settled.units
        for reason, row in settled.quarantine
        if isinstance(row, Unit)
    )
    found["deleted by its key alone"] += any(state.MaTTHC is None for state in one.rows("ho_so"))
    kept = Counter(settled.superseded)
    found["a fee in a message as well"] += any(
        fee.in_message and fee.TrangThaiThanhToan is None and kept[fee] for fee in one.rows("le_phi")
    )
    found["source that never came"] += bool(one.absent)
    found["source that came empty"] += any(not file.rows for file in one.deliveries)
    return found


def report_edges(settled: Settled, as_of: date) -> Counter[Any]:
    """Return edges among what belongs to no dossier."""
    found: Counter[Any] = Counter()
    begun = periods(as_of)
    cuts = {period.cut for period in begun}
    for item in settled.feedback:
        deadline, answered = feedback_deadline(item), item.NgayTraLoi.date() if item.NgayTraLoi else None
        own = "own" if item.HanTraLoi else "reckoned"
        found[f"{own} deadline at a cut"] += deadline in cuts
        found[f"answered on the {own} deadline"] += deadline is not None and answered == deadline
        found[f"answered a day after the {own} deadline"] += bool(
            deadline and answered and (answered - deadline).days == 1
        )
        found["no deadline"] += deadline is None
        found["answered at a cut"] += answered in cuts
        homes = [settled.feedback_home(item, day) for day in (date.min, as_of)]
        found["feedback passed to another unit"] += homes[0] != homes[1]
        found["feedback sent after its unit had ended"] += homes[0] == homes[1] != settled.units[item.MaDonVi]
        last = settled.units[item.MaDonVi].HieuLucDen
        found["feedback answered on the last day of its unit"] += answered is not None and answered == last
        found["feedback answered the day after it"] += (
            answered is not None and last is not None and (answered - last).days == 1
        )
        found["feedback answered before it was sent"] += answered is not None and answered < item.NgayGui.date()
    for row in settled.procedures.values():
        flags = ("CoPhiLePhi", "ThanhToanTrucTuyen", "CoKetQua", "CoHoSoMau", "DuDieuKienTrucTuyen", "TichHopDVCQG")
        found.update(f"{flag} unknown" for flag in flags if getattr(row, flag) is None)
        found["in force from a cut"] += row.NgayHieuLuc in cuts
        found["in force until a cut"] += row.NgayHetHieuLuc in cuts
        found["set up as it came into force"] += row.NgayHieuLuc is not None and (
            row.NgayHieuLuc == row.NgayCauHinhQuyTrinh
        )
        deadline = nth_after(row.NgayQuyetDinhCongBo, 5) if row.NgayQuyetDinhCongBo else None
        found["published on the last day"] += deadline is not None and row.NgayCongKhai == deadline
    for task in plan_tasks():
        done = [row for row in settled.progress if row.MaNhiemVu == task.code and row.TrangThai == "XONG"]
        found["done on the deadline"] += any(row.NgayBaoCao == task.deadline for row in done)
        found["done after the deadline"] += any(
            task.deadline is not None and r.NgayBaoCao > task.deadline for r in done
        )
        found["reported twice"] += len([row for row in settled.progress if row.MaNhiemVu == task.code]) > 1
    return found


REASONS = ("within_due", "after_due", "within_limit", "over_limit", "two_supplements", "no_limit")
EXPECTED_EDGES = {
    *(f"status {status}" for status in (2, 4, 5, 6, 7, 8, 9, 10)),
    *(f"channel {channel}" for channel in (None, 1, 2, 3)),
    *(f"level {level}" for level in ("tinh", "so", "huyen", "xa")),
    *(f"{name} = {edge}" for name in ("received", "finished", "due") for edge in ("start", "end", "cut")),
    *(f"fee by {way}" for way in ("truc-tuyen", "tien-mat", "chuyen-khoan", None)),
    "finished after the cut",
    "due = finished",
    "due before received",
    "no due date",
    "withdrawn late",
    "withdrawn, no finish date",
    "paused by a request",
    "paused by a request, overdue",
    "finished, yet paused before",
    "status 5 without a request",
    "status 5 with its request back",
    "received in 2023",
    "received on 29/02",
    "received after the as-of day",
    "newer state rejected",
    "live and deleted components",
    "overdue",
    "fee of 0",
    "fee without a word on its payment",
    "received for another unit",
    "two steps in one second",
    "two channels in one second",
    "unpaid with a date",
    "paid without a date",
    "paid after the as-of day",
    *(f"766 resolved {reason}" for reason in REASONS),
    *(f"766 open {reason}" for reason in (*REASONS, "stop_unknown")),
    "sent on to another unit",
    *(f"status {status} then" for status in (2, 4, 5, 6, 8)),
    *(f"{unit} = limit{more}" for unit in ("days", "NGAY_LAM_VIEC", "GIO") for more in ("", " + 1")),
    "month = limit",
    "saved by waiting",
    "step at the cut",
    "rated twice",
    "rated on both sides of a cut",
    "rated at the cut",
    "letter at the cut",
    "notice at the cut",
    "notified after the cut",
    "result is an input",
    "result is partly an input",
    "joined paths",
    "all fees 0",
    "own unit",
    "copy without a received date",
    "copy a day off",
    "copy of another status",
    "copy finished another day",
    "copy matches a finished dossier",
    *(f"{own} deadline at a cut" for own in ("own", "reckoned")),
    *(f"answered on the {own} deadline" for own in ("own", "reckoned")),
    *(f"answered a day after the {own} deadline" for own in ("own", "reckoned")),
    "no deadline",
    "answered at a cut",
    *(f"{flag} unknown" for flag in ("CoPhiLePhi", "CoKetQua", "CoHoSoMau", "DuDieuKienTrucTuyen")),
    "in force from a cut",
    "in force until a cut",
    "set up as it came into force",
    "published on the last day",
    *(f"{unit} used up at a cut" for unit in ("NGAY", "NGAY_LAM_VIEC", "GIO", "THANG")),
    "clock stopped as a supplement came back",
    "due at the cut and asked twice",
    "kept by the unit that received it",
    "taken over",
    "units change on a day of receipt",
    "old unit begins on a day of receipt",
    "old unit ends on a day of receipt",
    "new unit begins on a day of receipt",
    "target from the end of a period",
    "target until the end of a period",
    "target without an end",
    "indicators that should be low",
    "a parent that does not count",
    "a sound state counts where a newer one cannot be",
    "deleted by its key alone",
    "a fee in a message as well",
    "source that never came",
    "source that came empty",
    "done on the deadline",
    "done after the deadline",
    "reported twice",
}
CHILDREN = (Step, Supplement, Component, Result, Fee, Rating, Notice, Letter)
EXPECTED_REASONS = {
    *(("conflict", kind) for kind in SOURCES.values()),
    *(("unknown_dossier", kind) for kind in CHILDREN),
    ("unit_circle", Unit),
    ("unit_under_lower_level", Unit),
    ("unit_second_province", Unit),
    ("payment_without_status", Fee),
    ("unknown_unit", Feedback),
    ("unknown_unit", Figure),
    ("unknown_goal", Figure),
    ("unknown_period", Figure),
    ("numerator_over_denominator", Figure),
    ("unknown_task", Progress),
    ("share_over_100", Progress),
    *(
        (reason, DossierState)
        for reason in (
            "no_received_date",
            "no_finish_date",
            "finished_before_received",
            "received_after_business_day",
            "finished_after_business_day",
            "unknown_unit",
            "unknown_procedure",
            "unit_abolished",
            "newer_than_business_day",
        )
    ),
}


@pytest.mark.campaign
def test_every_edge_case_is_frequent_among_the_generated() -> None:
    edges: Counter[Any] = Counter()
    reasons: Counter[Any] = Counter()
    for seed in SEEDS:
        for one in settled_world(seed).dossiers:
            edges.update(edges_of(one, world(seed).as_of))
        edges.update(report_edges(settled_world(seed), world(seed).as_of))
        edges.update(own_edges(world(seed), settled_world(seed)))
        reasons.update({(reason, type(row)) for reason, row in settled_world(seed).quarantine})
    rare = {edge: edges[edge] for edge in EXPECTED_EDGES if edges[edge] < 20}
    assert not rare, sorted(rare.items())
    assert not {reason: reasons[reason] for reason in EXPECTED_REASONS if reasons[reason] < 20}


def test_business_days_arrive_out_of_order() -> None:
    arrivals = [[file.business_day for file in world(seed).deliveries] for seed in SEEDS]
    assert any(days != sorted(days) for days in arrivals)


def test_the_lake_lacks_only_rows_that_break_a_row_rule() -> None:
    import polars as pl

    for seed in range(20):
        frames = world(seed).lake_frames()
        assert set(frames) == set(SOURCES)
        for source, frame in frames.items():
            rows = world(seed).rows(source)
            kept = [row for row in rows if row_rule_broken(row) is None]
            rejected = world(seed).lake_rejected().filter(pl.col("source") == source)
            assert frame.height == len(kept) == len(rows) - rejected.height
            place = frame.select("_source_file", "_row_number")
            assert place.n_unique() == frame.height
            key = next(iter(frame.columns))
            assert frame[key].to_list() == [getattr(row, key) for row in kept]


def test_the_lake_is_typed_even_where_a_column_is_empty() -> None:
    import polars as pl

    expected = {
        "TrangThaiHoSo": pl.Int16,
        "DaXoa": pl.Int16,
        "NgayTiepNhan": pl.Datetime("us"),
        "MaHoSoKhac": pl.String,
        "_source_file": pl.String,
        "_row_number": pl.Int64,
        "_business_day": pl.Date,
    }
    schema = World(DAY, ()).lake_frames()["ho_so"].schema
    assert {name: schema[name] for name in expected} == expected
    assert World(DAY, ()).lake_frames()["le_phi"].schema["Gia"] == pl.Int64


def test_a_seed_gives_one_province_in_every_process() -> None:
    code = "from oracle.generate import province; print([province(seed) for seed in range(5)])"
    tests = Path(__file__).parent.parent
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            cwd=tests,
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(printed) == 1


def test_provinces_stay_small() -> None:
    for seed in SEEDS:
        assert 2 <= len({unit.MaDonVi for unit in world(seed).rows("don_vi")}) <= 14
        assert 4 <= len({row.MaHoSo for row in world(seed).rows("ho_so")}) <= 45
        assert world(seed).as_of - max(row.business_day for row in world(seed).rows("ho_so")) < timedelta(75)
