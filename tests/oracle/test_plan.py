"""Rule `plan`, each indicator by a few records worked out by hand."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from . import plan
from .by_hand import DAY, MARCH, at, copy, dossier, feedback, judged, letter, notice, procedure, rating, request, state
from .form import Scope
from .plan import digitised_share, on_time_rate, online_payment_share, online_share
from .records import Component, Fee, Feedback, NationalCopy, Notice, Rating, Result, Unit
from .settled import Dossier
from .targets import target_percent
from .terms import feedback_deadline
from .values import IndicatorValue, indicator_values
from .working_days import between, nth_after

ALL = Scope("province", "H19", "tinh")


@pytest.mark.parametrize(
    ("parts", "digitised"),
    [
        ([Component("A", "1", 1, DAY)], 1),
        ([Component("A", "1", 1, DAY, IsDeleted=0)], 1),
        ([Component("A", "1", 1, DAY, IsDeleted=1)], 0),
        ([Component("A", "1", 0, DAY), Component("A", "2", 1, DAY)], 1),
        ([Component("A", "1", 0, DAY), Component("A", "2", 1, DAY, IsDeleted=1)], 0),
        ([], 0),
    ],
)
def test_digitised_is_one_live_digitised_component(parts: list[Component], digitised: int) -> None:
    assert digitised_share([dossier("05/03", components=parts)], MARCH) == (digitised, 1)


def test_shares_of_received_leave_out_what_was_carried_over() -> None:
    old = dossier("29/02", channel=2, components=[Component("A", "1", 1, DAY)])
    assert online_share([old, dossier("01/03", channel=2), dossier("31/03", channel=3)], MARCH) == (1, 2)
    assert digitised_share([old], MARCH) == (0, 0)


def test_on_time_rate_counts_what_was_resolved_in_the_period() -> None:
    resolved = [dossier("01/02", "05/03", day) for day in ("04/03", "05/03", "06/03", "01/04")]
    withdrawn = dossier("01/02", "05/03", "06/03", status=7)
    assert on_time_rate([*resolved, withdrawn, dossier("01/02", "05/03")], MARCH) == (3, 4)


@pytest.mark.parametrize(
    ("change", "paid"),
    [
        ({}, (1, 1)),
        ({"HinhThucThanhToan": "tien-mat"}, (0, 1)),
        ({"HinhThucThanhToan": None}, (0, 1)),
        ({"Gia": 0}, (0, 0)),
        ({"TrangThaiThanhToan": 0}, (0, 0)),
        ({"NgayThuPhi": None}, (0, 0)),
        ({"NgayThuPhi": at("31/03", time(23, 59, 59))}, (1, 1)),
        ({"NgayThuPhi": at("01/04", time(0, 0, 0))}, (0, 0)),
        ({"NgayThuPhi": at("29/02", time(23, 59, 59))}, (0, 0)),
    ],
)
def test_online_payment_counts_fee_requests_by_the_day_of_payment(
    change: dict[str, Any], paid: tuple[int, int]
) -> None:
    fee = replace(Fee("A", "1", 50_000, 1, DAY, "truc-tuyen", at("05/03")), **change)
    assert online_payment_share([dossier("01/01", fees=[fee])], MARCH) == paid


def test_a_rate_is_null_where_the_denominator_is_0() -> None:
    values = indicator_values(judged(state()), DAY)
    empty = [row for row in values if (row.indicator_code, row.rule) == ("on_time_rate", "plan")]
    assert [row.value for row in empty] == [None] * len(empty)


@pytest.mark.parametrize(
    ("code", "level", "percent"),
    [("on_time_rate", "xa", 97), ("on_time_rate", "tinh", 97), ("online_share", "huyen", 40),
     ("digitised_share", "xa", 35), ("online_payment_share", "xa", None), ("online_share", "tinh", None)],
)  # fmt: skip
def test_targets_are_the_plans_by_level_and_year(code: str, level: str, percent: int | None) -> None:
    subject = Scope("unit", "H19.07", level)
    assert target_percent(code, MARCH, subject) == percent
    following = replace(MARCH, start=date(2025, 3, 1), end=date(2025, 3, 31), as_of=date(2025, 12, 31))
    assert target_percent(code, following, subject) is None


@pytest.mark.parametrize(("numerator", "met"), [(96, False), (97, True), (98, True)])
def test_a_target_is_met_by_a_value_that_equals_it(numerator: int, met: bool) -> None:
    assert IndicatorValue("on_time_rate", "2024-03", ALL, numerator, 100, True, 97).met is met
    assert IndicatorValue("on_time_rate", "2024-03", ALL, numerator, 100, True).met is None
    assert IndicatorValue("on_time_rate", "2024-03", ALL, 0, 0, True, 97).met is None


# ---- dossiers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratings", "satisfied"),
    [
        ([], (0, 0)),
        ([rating("05/03", "RẤT HÀI LÒNG")], (1, 1)),
        ([rating("05/03", "HÀI LÒNG")], (1, 1)),
        ([rating("05/03", "KHÔNG HÀI LÒNG")], (0, 1)),
        ([rating("29/02", "HÀI LÒNG"), rating("01/04", "HÀI LÒNG")], (0, 0)),
        # two in the period: the newest
        ([rating("06/03", "KHÔNG HÀI LÒNG"), rating("05/03", "HÀI LÒNG")], (0, 1)),
        ([rating("06/03", "HÀI LÒNG", time(8, 0)), rating("06/03", "KHÔNG HÀI LÒNG", time(8, 1))], (0, 1)),
        # a later one after the cut does not matter
        ([rating("31/03", "HÀI LÒNG", time(23, 59, 59)), rating("01/04", "KHÔNG HÀI LÒNG", time(0, 0))], (1, 1)),
    ],
)
def test_satisfaction_is_the_newest_rating_of_a_dossier_in_the_period(
    ratings: list[Rating], satisfied: tuple[int, int]
) -> None:
    assert plan.satisfaction_rate([dossier("01/01", ratings=ratings)], MARCH) == satisfied


def test_online_of_the_resolved_and_of_the_departments_own() -> None:
    resolved = [dossier("01/01", None, day, channel=way) for day, way in (("01/03", 2), ("31/03", 1), ("01/04", 2))]
    assert plan.online_resolved_share([*resolved, dossier("05/03", channel=2)], MARCH) == (1, 2)
    own = [dossier("05/03", channel=2), dossier("05/03", channel=2, homes=[(date.min, Unit("H19.11", "so", DAY))])]
    assert plan.own_online_share([*own, replace(own[1], channel=1)], MARCH) == (1, 2)
    assert plan.own_online_resolved_share([*resolved, *own], MARCH) == (0, 0)
    theirs = [replace(one, homes=own[1].homes) for one in resolved]
    assert plan.own_online_resolved_share(theirs, MARCH) == (1, 2)


@pytest.mark.parametrize(
    ("part", "reused"),
    [
        ({}, 0),
        ({"DuocTaiSuDung": 1}, 1),
        ({"DuocTaiSuDung": 2}, 1),
        ({"DuocLayTuKhoDMQG": 1}, 1),
        ({"DuocTaiSuDung": 2, "DuocLayTuKhoDMQG": 1, "IsDeleted": 1}, 0),
    ],
)
def test_data_is_reused_by_one_live_component(part: dict[str, Any], reused: int) -> None:
    parts = [Component("A", "1", 1, DAY), replace(Component("A", "2", 0, DAY), **part)]
    assert plan.data_reuse_share([dossier("05/03", components=parts)], MARCH) == (reused, 1)


@pytest.mark.parametrize(
    ("of_portal", "synced", "matching"),
    [
        (None, 0, (0, 0)),
        (copy("05/03"), 1, (1, 1)),
        (copy("06/03"), 0, (1, 1)),
        (copy(None), 0, (1, 1)),
        (copy("05/03", status=5), 1, (0, 1)),
        # A date of finish that goes with no status that finishes says nothing.
        (copy("05/03", finished="09/03"), 1, (1, 1)),
    ],
)
def test_the_portals_copy_of_an_open_dossier(
    of_portal: NationalCopy | None, synced: int, matching: tuple[int, int]
) -> None:
    one = dossier("05/03", copy=of_portal)
    assert plan.sync_rate([one], MARCH) == (synced, 1)
    assert plan.sync_match_rate([one], MARCH) == matching


@pytest.mark.parametrize(
    ("of_portal", "matches"),
    [
        (copy("05/03", 9, "09/03"), 1),
        (copy("05/03", 9, "10/03"), 0),
        (copy("05/03", 9), 0),
        (copy("05/03", 10, "09/03"), 0),
        (copy("05/03", 4), 0),
    ],
)
def test_a_copy_matches_by_status_and_finish_date(of_portal: NationalCopy | None, matches: int) -> None:
    assert plan.sync_match_rate([dossier("05/03", None, "09/03", copy=of_portal)], MARCH) == (matches, 1)
    assert plan.sync_match_rate([dossier("29/02", None, "09/03", copy=of_portal)], MARCH) == (0, 0)


@pytest.mark.parametrize(
    ("one", "owed"),
    [
        (dossier("01/01", "05/03", "06/03"), 1),
        (dossier("01/01", "05/03", "05/03"), 0),
        (dossier("01/01", "05/03", "06/03", status=7), 0),
        (dossier("01/01", "05/02", "29/02"), 0),
        (dossier("01/01", "30/03", "01/04"), 1),
        (dossier("01/01", "31/03", "01/04"), 0),
        (dossier("01/01", "05/02"), 1),
        (dossier("01/01", "05/02", supplements=[request("31/03")]), 0),
        (dossier("01/01", None), 0),
    ],
)
def test_a_letter_is_owed_for_what_was_resolved_or_is_open_overdue(one: Dossier, owed: int) -> None:
    assert plan.apology_rate([one], MARCH) == (0, owed)
    sent = [replace(one, letters=[letter(day)]) for day in ("02/01", "31/03", "01/04")]
    assert plan.apology_rate(sent, MARCH) == (2 * owed, 3 * owed)


@pytest.mark.parametrize(
    ("inputs", "results", "own"),
    [
        ([], [], 0),
        ([], [None], 0),
        ([], ["r"], 1),
        (["r"], ["r"], 0),
        (["a"], ["a", "r"], 1),
        (["a##r"], ["r"], 0),
        (["r"], ["r##s"], 1),
        (["r##s"], ["s##r"], 0),
        (["r"], ["r##"], 0),
        (["##r"], ["r"], 0),
        (["rr"], ["r"], 1),
    ],
)
def test_a_result_file_is_none_of_the_input_files(
    inputs: list[str | None], results: list[str | None], own: int
) -> None:
    parts = [Component("A", str(n), 1, DAY, IsDeleted=1, DuongDanTaiTepTin=path) for n, path in enumerate(inputs)]
    papers = [Result("A", str(n), DAY, None, path) for n, path in enumerate(results)]
    children: dict[str, Any] = {"components": parts, "results": papers}
    one = dossier("01/01", None, "05/03", procedure=procedure(CoKetQua=1), **children)
    assert plan.result_digitised_share([one], MARCH) == (own, 1)
    assert plan.result_digitised_share([replace(one, status=10)], MARCH) == (own, 1)
    assert plan.result_digitised_share([replace(one, status=7)], MARCH) == (0, 0)
    for owes in (None, 0):
        assert plan.result_digitised_share([replace(one, procedure=procedure(CoKetQua=owes))], MARCH) == (0, 0)


def test_told_by_a_delivered_notice_dated_by_the_cut() -> None:
    def counted(*notices: Notice) -> tuple[int, int]:
        return plan.notification_share([dossier("01/01", None, "05/03", status=7, notices=notices)], MARCH)

    assert counted() == counted(notice("05/03", delivered=0)) == counted(notice("01/04")) == (0, 1)
    assert (
        counted(notice("02/01")) == counted(notice("31/03")) == counted(notice("05/03", 0), notice("06/03")) == (1, 1)
    )
    assert plan.notification_share([dossier("01/01", notices=[notice("05/03")])], MARCH) == (0, 0)


# ---- feedback ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "deadline"),
    [
        ("01/03", "22/03"),
        ("02/03", "22/03"),
        # Monday 29 April is off, Saturday 4 May worked in exchange; 18 April, 30 April and 1 May are holidays.
        ("12/04", "08/05"),
        ("31/12/2021", None),
        ("20/12/2027", None),
    ],
)
def test_without_a_deadline_of_its_own_an_answer_is_due_on_the_15th_working_day(
    sent: str, deadline: str | None
) -> None:
    assert feedback_deadline(feedback(sent)) == (at(deadline).date() if deadline else None)
    assert feedback_deadline(feedback(sent, "06/03")) == date(2024, 3, 6)


@pytest.mark.parametrize(
    ("item", "answered"),
    [
        (feedback("01/03", "05/03"), (0, 1)),
        (feedback("01/03", "05/03", "05/03"), (1, 1)),
        (feedback("01/03", "05/03", "06/03"), (0, 1)),
        (feedback("01/03", "29/02", "29/02"), (0, 0)),
        (feedback("01/03", "01/04", "05/03"), (0, 0)),
        (feedback("01/03", None, "22/03"), (1, 1)),
        (feedback("01/03", None, "23/03"), (0, 1)),
        (feedback("20/12/2021", None, "05/03"), (0, 0)),
    ],
)
def test_feedback_is_answered_by_its_deadline(item: Feedback, answered: tuple[int, int]) -> None:
    assert plan.feedback_on_time_rate([item], MARCH) == answered


@pytest.mark.parametrize(
    ("answered", "says", "satisfied"),
    [
        ("05/03", "RẤT HÀI LÒNG", (1, 1)),
        ("31/03", "HÀI LÒNG", (1, 1)),
        ("05/03", "KHÔNG HÀI LÒNG", (0, 1)),
        ("05/03", "BÌNH THƯỜNG", (0, 1)),
        ("05/03", None, (0, 0)),
        ("01/04", "HÀI LÒNG", (0, 0)),
        (None, "HÀI LÒNG", (0, 0)),
    ],
)
def test_satisfaction_with_an_answer_counts_where_it_was_rated(
    answered: str | None, says: str | None, satisfied: tuple[int, int]
) -> None:
    assert plan.feedback_satisfaction_rate([feedback("01/03", None, answered, says)], MARCH) == satisfied


def test_working_days_after_a_day_and_between_two() -> None:
    friday, monday = date(2024, 3, 1), date(2024, 3, 4)
    assert nth_after(friday, 1) == nth_after(date(2024, 3, 2), 1) == monday
    assert [between(friday, friday), between(friday, date(2024, 3, 3)), between(friday, monday)] == [0, 0, 1]
    # Tết 2024: free from Thursday 8 to Wednesday 14 February.
    assert nth_after(date(2024, 2, 7), 1) == date(2024, 2, 15)
    assert between(date(2021, 12, 31), friday) is None
    assert nth_after(date(2027, 12, 31), 1) is None
