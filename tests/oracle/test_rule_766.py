"""Rule `766`, each indicator by a few records worked out by hand."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from . import rule_766
from .by_hand import DAY, MARCH, copy, dossier, procedure, request, step
from .records import Component, Fee, NationalCopy, Result
from .rule_766_time import by_limit, months_later, open_verdict, resolved_verdict, waited
from .settled import Dossier

CUT = MARCH.cut
LATER = {"reported": "10/04"}


# ---- resolved ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (dossier("01/03", "05/03", "05/03"), ("in_time", "within_due")),
        (dossier("01/03", "05/03", "06/03"), ("overdue", "after_due")),
        (dossier("01/03", "05/03", "06/03", status=7), ("overdue", "after_due")),
        (dossier("01/03", "05/03", "05/03", status=7), ("in_time", "within_due")),
        (dossier("01/03", None, "05/03"), ("unknown", "no_limit")),
        (dossier("01/03", "05/03"), None),
        # one request changes nothing where there is a due date; two make it overdue, whatever the dates
        (dossier("01/03", "09/03", "09/03", supplements=[request("05/03")]), ("in_time", "within_due")),
        (
            dossier("01/03", "09/03", "09/03", supplements=[request("05/03", "05/03"), request("09/03")]),
            ("overdue", "two_supplements"),
        ),
        (
            dossier("01/03", "09/03", "09/03", supplements=[request("05/03"), request("10/03")]),
            ("in_time", "within_due"),
        ),
    ],
)
def test_a_resolved_dossier_is_judged_by_its_dates_and_its_requests(one: Dossier, verdict: tuple[str, str]) -> None:
    assert resolved_verdict(one) == verdict


@pytest.mark.parametrize(
    ("limit", "unit", "last"),
    [
        (4, "NGAY", "05/03"),
        (0, "NGAY", "01/03"),
        (4, "NGAY_LAM_VIEC", "07/03"),
        # a free day after the last working day has no working day more
        (5, "NGAY_LAM_VIEC", "10/03"),
        (8, "GIO", "04/03/2024"),
        (9, "GIO", "05/03"),
        (32, "GIO", "07/03"),
        (1, "THANG", "01/04"),
        (2, "THANG", "01/05"),
    ],
)
def test_the_last_day_within_a_time_limit(limit: int | None, unit: str | None, last: str) -> None:
    one = dossier("01/03", None, last[:5], procedure=procedure(ThoiHanGiaiQuyet=limit, DonViThoiHan=unit))
    assert one.finished is not None
    assert by_limit(one, one.finished) == ("in_time", "within_limit")
    following = date.fromordinal(one.finished.toordinal() + 1)
    assert by_limit(one, following) == ("overdue", "over_limit")


@pytest.mark.parametrize(("limit", "unit"), [(None, "NGAY"), (4, None), (None, None)])
def test_without_a_limit_or_its_unit_nothing_is_known(limit: int | None, unit: str | None) -> None:
    one = dossier("01/03", None, "01/03", procedure=procedure(ThoiHanGiaiQuyet=limit, DonViThoiHan=unit))
    assert resolved_verdict(one) == ("unknown", "no_limit")


def test_a_calendar_that_lacks_a_day_leaves_working_days_unknown_and_calendar_days_known() -> None:
    for unit, verdict in (("NGAY_LAM_VIEC", "unknown"), ("GIO", "unknown"), ("NGAY", "overdue"), ("THANG", "overdue")):
        old = dossier("31/12/2021", None, "05/03", procedure=procedure(ThoiHanGiaiQuyet=8, DonViThoiHan=unit))
        found = resolved_verdict(old)
        assert found is not None and found.outcome == verdict


def test_a_month_later_is_the_same_day_or_the_months_last() -> None:
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2023, 12, 31), 2) == date(2024, 2, 29)
    assert months_later(date(2024, 3, 15), 12) == date(2025, 3, 15)
    assert months_later(date(2024, 3, 15), 0) == date(2024, 3, 15)


def test_time_waited_is_that_of_requests_answered_by_the_end() -> None:
    # Friday 1 March to Monday 4 March: three days, one of them worked.
    one = dossier("01/03", supplements=[request("01/03", "04/03"), request("05/03", "08/03"), request("09/03")])
    end = date(2024, 3, 7)
    assert waited(one, end) == (3, 1)
    assert waited(one, date(2024, 3, 8)) == (6, 4)
    assert waited(one, date(2024, 3, 3)) == (0, 0)


@pytest.mark.parametrize(
    ("unit", "back", "verdict"),
    [
        ("NGAY", "04/03", "overdue"),
        ("NGAY", "05/03", "in_time"),
        # Saturday and Sunday give back nothing where working days are counted.
        ("NGAY_LAM_VIEC", "03/03", "overdue"),
        ("NGAY_LAM_VIEC", "05/03", "overdue"),
        ("NGAY_LAM_VIEC", "06/03", "in_time"),
    ],
)
def test_time_waited_is_taken_off(unit: str, back: str | None, verdict: str) -> None:
    limit = {"NGAY": 4, "NGAY_LAM_VIEC": 2}[unit]
    waiting: dict[str, Any] = {"procedure": procedure(ThoiHanGiaiQuyet=limit, DonViThoiHan=unit)}
    waiting["supplements"] = [request("01/03", back)]
    found = resolved_verdict(dossier("01/03", None, "09/03" if unit == "NGAY" else "10/03", **waiting))
    assert found is not None and found.outcome == verdict


# ---- open at the cut --------------------------------------------------------------------------------------

BY_DAYS: dict[str, Any] = {"procedure": procedure(ThoiHanGiaiQuyet=10, DonViThoiHan="NGAY")}


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (dossier("01/03", "31/03"), ("in_time", "within_due")),
        (dossier("01/03", "30/03"), ("overdue", "after_due")),
        (dossier("01/03", "30/03", status=6), ("overdue", "after_due")),
        # the clock stopped when a supplement was asked for
        (dossier("01/03", "30/03", supplements=[request("30/03")]), ("in_time", "within_due")),
        (dossier("01/03", "29/03", supplements=[request("30/03")]), ("overdue", "after_due")),
        (dossier("01/03", "29/03", supplements=[request("05/03", "06/03")]), ("overdue", "after_due")),
        (dossier("01/03", "29/03", supplements=[request("05/03", "01/04")]), ("in_time", "within_due")),
        (dossier("01/03", "09/04", supplements=[request("05/03"), request("31/03")]), ("overdue", "two_supplements")),
        (dossier("01/03", "09/04", supplements=[request("05/03"), request("01/04")]), ("in_time", "within_due")),
        # or when the step log says so
        (dossier("01/03", "29/03", status=8), ("unknown", "stop_unknown")),
        (dossier("01/03", "29/03", status=8, steps=[step("29/03", "8")]), ("in_time", "within_due")),
        (dossier("01/03", "29/03", status=8, steps=[step("30/03", "8")]), ("overdue", "after_due")),
        (dossier("01/03", "29/03", status=8, steps=[step("30/03", "8"), step("05/03", "8")]), ("overdue", "after_due")),
        (dossier("01/03", "29/03", status=8, steps=[step("29/03", "5")]), ("unknown", "stop_unknown")),
        (dossier("01/03", "29/03", status=8, steps=[step("01/04", "8")]), ("unknown", "stop_unknown")),
        (dossier("01/03", "31/03", status=8), ("in_time", "within_due")),
        (dossier("01/03", "29/03", status=5), ("unknown", "stop_unknown")),
        (dossier("01/03", "29/03", status=5, steps=[step("29/03", "5")]), ("in_time", "within_due")),
        (
            dossier("01/03", "29/03", status=5, steps=[step("29/03", "5")], supplements=[request("05/03", "06/03")]),
            ("overdue", "after_due"),
        ),
        (
            dossier("01/03", "29/03", status=8, steps=[step("29/03", "8")], supplements=[request("05/03", "06/03")]),
            ("in_time", "within_due"),
        ),
        (dossier("01/03", "05/03", "01/04", steps=[step("05/03", "8")], **LATER), ("in_time", "within_due")),
        # without a due date by the time limit, ten days
        (dossier("21/03", **BY_DAYS), ("in_time", "within_limit")),
        (dossier("20/03", **BY_DAYS), ("overdue", "over_limit")),
        (dossier("20/03", supplements=[request("22/03", "23/03")], **BY_DAYS), ("in_time", "within_limit")),
        (dossier("19/03", supplements=[request("29/03")], **BY_DAYS), ("in_time", "within_limit")),
        (dossier("18/03", supplements=[request("29/03")], **BY_DAYS), ("overdue", "over_limit")),
        (dossier("20/03", status=8, **BY_DAYS), ("unknown", "stop_unknown")),
        (dossier("01/03", status=8, steps=[step("11/03", "8")], **BY_DAYS), ("in_time", "within_limit")),
        # neither limit nor stop: the stop is asked for first
        (dossier("20/03", status=8), ("unknown", "stop_unknown")),
        (dossier("20/03"), ("unknown", "no_limit")),
    ],
)
def test_an_open_dossier_is_judged_where_its_clock_stopped(one: Dossier, verdict: tuple[str, str]) -> None:
    assert open_verdict(one, CUT) == verdict


def test_on_time_counts_the_resolved_and_the_open_and_the_unknown_beside_them() -> None:
    resolved = [dossier("01/01", "05/03", day) for day in ("29/02", "05/03", "06/03")]
    still_open = [dossier("01/03", "31/03"), dossier("01/04", "09/04"), dossier("01/03", None), resolved[0]]
    # Finished after the cut, two requests by then: open at the cut, with one.
    later = dossier("01/03", "31/03", "02/04", supplements=[request("05/03", "06/03"), request("01/04")])
    assert rule_766.on_time_rate([*resolved, *still_open, later], MARCH) == (3, 4, 1)


# ---- the other indicators ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owes", "channel", "papers", "counts"),
    [
        (0, 2, [], (1, 1, 0)),
        (0, 1, [], (0, 1, 0)),
        (1, 2, [], (0, 1, 0)),
        (1, 2, [(None, "r")], (0, 1, 0)),
        (1, 2, [("K", None)], (0, 1, 0)),
        (1, 2, [("K", None), (None, "r")], (0, 1, 0)),
        (1, 2, [("K", "r")], (1, 1, 0)),
        (1, 3, [("K", "r")], (0, 1, 0)),
        (1, None, [("K", "r")], (0, 1, 0)),
        (None, 2, [("K", "r")], (0, 0, 1)),
        (None, 1, [], (0, 0, 1)),
    ],
)
def test_online_with_an_electronic_result_where_one_is_owed(
    owes: int | None, channel: int | None, papers: list[tuple[str | None, str | None]], counts: tuple[int, int, int]
) -> None:
    results = [Result("A", str(number), DAY, *paper) for number, paper in enumerate(papers)]
    one = dossier("05/03", channel=channel, procedure=procedure(CoKetQua=owes), results=results)
    assert rule_766.online_share([one, replace(one, received=date(2024, 4, 1))], MARCH) == counts


@pytest.mark.parametrize(
    ("part", "paper", "wholly", "result"),
    [
        ({"DuongDanTaiTepTin": "a"}, "r", 1, 1),
        ({"DuongDanTaiTepTin": "a"}, "a", 1, 1),
        ({"DuongDanTaiTepTin": "a"}, None, 0, 0),
        ({}, "r", 0, 1),
        ({"DuongDanTaiTepTin": "a", "IsDeleted": 1}, "r", 0, 1),
    ],
)
def test_digitised_wholly_is_a_file_in_and_a_file_out(
    part: dict[str, Any], paper: str | None, wholly: int, result: int
) -> None:
    parts, papers = [replace(Component("A", "1", 1, DAY), **part)], [Result("A", "1", DAY, None, paper)]
    children: dict[str, Any] = {"components": parts, "results": papers}
    one = dossier("05/03", procedure=procedure(CoKetQua=1), **children)
    assert rule_766.digitised_share([one], MARCH) == (wholly, 1, 0)
    assert rule_766.result_digitised_share([one], MARCH) == (result, 1, 0)
    for owes in (None, 0):
        assert rule_766.result_digitised_share([replace(one, procedure=procedure(CoKetQua=owes))], MARCH) == (0, 0, 0)


def test_reuse_is_of_another_component_or_result_and_not_of_the_citizens_store() -> None:
    def reused(**part: Any) -> tuple[Any, ...]:
        parts = [replace(Component("A", "1", 1, DAY), **part)]
        return rule_766.data_reuse_share([dossier("05/03", components=parts)], MARCH)

    assert reused(DuocTaiSuDung=1) == reused(DuocTaiSuDung=2) == (1, 1, 0)
    assert reused(DuocLayTuKhoDMQG=1) == reused(DuocTaiSuDung=1, IsDeleted=1) == (0, 1, 0)


@pytest.mark.parametrize(
    ("has_fee", "amounts", "paid", "counts"),
    [
        (1, [], 1, (1, 1, 0)),
        (1, [], 2, (1, 1, 0)),
        *((1, [5], paid, (0, 1, 0)) for paid in (None, 0, 3)),
        (1, [0], 1, (0, 0, 0)),
        (1, [0, 0], 1, (0, 0, 0)),
        (1, [0, 5], 1, (1, 1, 0)),
        (0, [5], 1, (0, 0, 0)),
        (None, [5], 1, (0, 0, 0)),
    ],
)
def test_paying_online_is_asked_where_the_procedure_has_a_fee_that_is_not_waived(
    has_fee: int | None, amounts: list[int], paid: int, counts: tuple[int, int, int]
) -> None:
    fees = [Fee("A", str(number), amount, 0, DAY) for number, amount in enumerate(amounts)]
    one = dossier("05/03", procedure=procedure(CoPhiLePhi=has_fee), fees=fees, paid_online=paid)
    assert rule_766.online_payment_share([one], MARCH) == counts


@pytest.mark.parametrize(
    ("copies", "counts"),
    [
        ([None, None], (0, 2, 0)),
        ([copy("06/03"), None], (1, 2, 0)),
        ([copy("01/04"), copy(None)], (0, 2, 0)),
    ],
)
def test_sync_counts_what_the_portal_says_it_received_in_the_period(
    copies: list[NationalCopy | None], counts: tuple[int, int, int]
) -> None:
    assert rule_766.sync_rate([dossier("05/03", copy=one) for one in copies], MARCH) == counts


def test_sync_divides_by_the_larger_count() -> None:
    dossiers = [dossier("29/02", copy=copy("01/03")), dossier("01/04", copy=copy("31/03")), dossier("05/03")]
    assert rule_766.sync_rate(dossiers, MARCH) == (2, 2, 0)


def test_midnight_belongs_to_its_day() -> None:
    late = dossier("01/03", "29/03", status=8, steps=[step("31/03", "8", time(23, 59, 59))])
    assert open_verdict(late, CUT).reason == "after_due"
    assert open_verdict(replace(late, steps=[step("01/04", "8", time(0, 0))]), CUT).reason == "stop_unknown"
