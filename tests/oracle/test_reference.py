"""Which rows count and how dossiers stand, each sentence by a few records worked out by hand.

Here: form II.06a, paused, in scope, the newest row, periods. Not here: indicators (test_plan, test_rule_766,
test_procedures), laws over generated provinces (test_laws), the SQL.
"""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from .by_hand import (
    DAY,
    MARCH,
    PROCEDURES,
    UNITS,
    at,
    counted,
    dossier,
    fee,
    fee_in_message,
    gone,
    judged,
    notice,
    request,
    state,
    step,
)
from .periods import periods
from .records import Component, DossierState, Fee, Feedback, Figure, NationalCopy, Progress, Step, Supplement, Unit
from .settle import row_rule_broken, settle
from .settled import Dossier, Records
from .terms import paused, status_at

# ---- form II.06a ------------------------------------------------------------------------------------------

RESOLVED_NEW = {"received_total", "received_direct", "resolved_total"}
OPEN_NEW = {"received_total", "received_direct", "open_total"}
CARRIED = {"received_total", "carried_over"}


@pytest.mark.parametrize(
    ("one", "columns"),
    [
        (dossier("01/03", "20/03", "19/03"), RESOLVED_NEW | {"resolved_early"}),
        (dossier("01/03", "20/03", "20/03"), RESOLVED_NEW | {"resolved_on_time"}),
        (dossier("01/03", "20/03", "21/03"), RESOLVED_NEW | {"resolved_overdue"}),
        (dossier("01/03", None, "21/03"), RESOLVED_NEW | {"resolved_on_time"}),
        (dossier("01/03", "20/03", "21/03", status=7), RESOLVED_NEW | {"resolved_on_time"}),
        (dossier("01/03", "20/03", "19/03", status=7), RESOLVED_NEW | {"resolved_on_time"}),
        (dossier("01/03", "31/03", "31/03"), RESOLVED_NEW | {"resolved_on_time"}),
        (dossier("31/03", "31/03", "31/03"), RESOLVED_NEW | {"resolved_on_time"}),
        # Finished on the day after the cut: it was open at the cut, whatever its status is today.
        (dossier("31/03", "30/03", "01/04"), OPEN_NEW | {"open_overdue"}),
        (dossier("31/03", "31/03", "01/04"), OPEN_NEW | {"open_in_time"}),
        (dossier("31/03", None, None), OPEN_NEW | {"open_in_time"}),
        (dossier("05/03", "10/03", None, status=7), OPEN_NEW | {"open_overdue"}),
        (dossier("05/03", "10/03", None, status=6), OPEN_NEW | {"open_in_time"}),
        # At the first day of the period.
        (dossier("29/02", "29/02", "01/03"), CARRIED | {"resolved_total", "resolved_overdue"}),
        (dossier("29/02", "01/03", None), CARRIED | {"open_total", "open_overdue"}),
        (dossier("28/02", "29/02", "29/02"), set()),
        (dossier("01/04", "02/04", "02/04"), set()),
    ],
)
def test_a_dossier_is_counted_in_these_columns_of_the_form(one: Dossier, columns: set[str]) -> None:
    assert counted(one) == columns


@pytest.mark.parametrize(
    ("channel", "column"),
    [(1, "received_direct"), (2, "received_online"), (3, "received_direct"), (None, "received_direct")],
)
def test_only_channel_2_is_online_and_a_missing_channel_is_desk(channel: int | None, column: str) -> None:
    assert column in counted(dossier("05/03", channel=channel))


def test_what_comes_after_the_as_of_day_has_not_happened() -> None:
    seen = replace(MARCH, as_of=date(2024, 3, 10))
    assert counted(dossier("11/03"), seen) == set()
    assert counted(dossier("05/03", "09/03", "11/03"), seen) == OPEN_NEW | {"open_overdue"}
    assert counted(dossier("05/03", "10/03"), seen) == OPEN_NEW | {"open_in_time"}
    assert counted(dossier("05/03", "10/03", "10/03"), seen) == RESOLVED_NEW | {"resolved_on_time"}


# ---- paused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "back", "stands_still"),
    [
        ("31/03", None, True),
        ("01/04", None, False),
        ("10/03", "31/03", False),
        ("10/03", "01/04", True),
        ("10/03", "10/03", False),
    ],
)
def test_a_supplement_request_open_at_the_cut_pauses(asked: str, back: str | None, stands_still: bool) -> None:
    request = Supplement("A", at(asked), DAY, at(back) if back else None)
    assert paused(dossier("01/03", supplements=[request]), MARCH.cut) is stands_still


def test_midnight_and_the_last_second_belong_to_their_day() -> None:
    late = Supplement("A", at("31/03", time(23, 59, 59)), DAY)
    early = Supplement("A", at("01/04", time(0, 0, 0)), DAY)
    assert paused(dossier("01/03", supplements=[late]), MARCH.cut)
    assert not paused(dossier("01/03", supplements=[early]), MARCH.cut)


@pytest.mark.parametrize("status", [6, 8])
def test_status_6_and_8_pause_even_after_a_supplement_came_back(status: int) -> None:
    request = Supplement("A", at("02/03"), DAY, at("03/03"))
    assert paused(dossier("01/03", status=status, supplements=[request]), MARCH.cut)


def test_status_5_pauses_only_where_there_is_no_supplement_row() -> None:
    request = Supplement("A", at("02/03"), DAY, at("03/03"))
    assert paused(dossier("01/03", status=5), MARCH.cut)
    assert not paused(dossier("01/03", status=5, supplements=[request]), MARCH.cut)


@pytest.mark.parametrize("status", [2, 4, 7])
def test_other_statuses_do_not_pause_by_themselves(status: int) -> None:
    assert not paused(dossier("01/03", status=status), MARCH.cut)


# ---- the status at the cut --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "steps", "status"),
    [
        # No word by the cut: what the newest state says.
        ("01/04", [], 4),
        ("01/04", [step("01/04", "8")], 4),
        # The newest word by the cut, be it a state or a step.
        ("31/03", [step("30/03", "8")], 4),
        ("29/03", [step("30/03", "8")], 8),
        ("01/04", [step("31/03", "8")], 8),
        ("01/04", [step("31/03", "8", time(23, 59, 59)), step("01/04", "5", time(0, 0, 0))], 8),
        ("01/04", [step("20/03", "8"), step("21/03", "5")], 5),
        ("01/04", [step("21/03", "6"), step("20/03", "2")], 6),
        # At the same moment a state beats a step.
        ("31/03", [step("31/03", "8", time(23, 59, 59))], 4),
        # A step that says what no open dossier can be, or nothing that is a status, is no word.
        *(("01/04", [step("31/03", text)], 4) for text in ("1", "3", "7", "9", "10", "99", "05")),
        ("01/04", [step("20/03", "8"), step("21/03", "9")], 8),
    ],
)
def test_the_status_at_the_cut_is_the_newest_word_on_it(reported: str, steps: list[Step], status: int) -> None:
    assert status_at(dossier("01/03", reported=reported, steps=steps), MARCH.cut) == status


def test_a_superseded_state_says_what_the_status_was_then() -> None:
    then = state(TrangThaiHoSo=8, NgayCapNhat=at("30/03"), business_day=at("31/03").date())
    now = state(TrangThaiHoSo=4, NgayCapNhat=at("02/04"), business_day=at("05/04").date())
    one = judged(then, now).dossiers[0]
    assert one.status == 4
    assert (status_at(one, MARCH.cut), status_at(one, at("02/04").date())) == (8, 4)
    # A rejected state is no word.
    wrong = replace(then, MaDonVi="H19.99")
    assert status_at(judged(wrong, now).dossiers[0], MARCH.cut) == 4


def test_a_dossier_stood_still_then_that_is_finished_now() -> None:
    one = dossier("01/03", "05/03", "10/04", reported="10/04", steps=[step("04/03", "8")])
    assert counted(one) == OPEN_NEW | {"open_in_time"}
    assert counted(replace(one, steps=[step("04/03", "4")])) == OPEN_NEW | {"open_overdue"}


def test_a_state_is_told_when_it_was_updated_or_else_at_the_end_of_its_business_day() -> None:
    assert judged(state(NgayCapNhat=at("05/03"))).dossiers[0].statuses == [(at("05/03"), DAY, 4)]
    assert judged(state()).dossiers[0].statuses == [(datetime.combine(DAY, time(23, 59, 59)), DAY, 4)]


def test_status_5_by_the_step_log_pauses_only_without_a_supplement_row() -> None:
    late: dict[str, Any] = {"reported": "10/04", "steps": [step("04/03", "5")]}
    assert paused(dossier("01/03", **late), MARCH.cut)
    assert not paused(dossier("01/03", supplements=[request("02/04")], **late), MARCH.cut)


# ---- in scope, finished, accepted -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [1, 3])
def test_drafts_and_refused_dossiers_are_counted_nowhere(status: int) -> None:
    assert judged(state(TrangThaiHoSo=status)).dossiers == []


def test_a_draft_may_lack_a_received_date() -> None:
    assert judged(state(TrangThaiHoSo=1, NgayTiepNhan=None)).quarantine == []


def test_a_tombstone_takes_the_dossier_out_and_a_newer_state_brings_it_back() -> None:
    alive, dead = state(NgayCapNhat=at("02/03")), state(NgayCapNhat=at("03/03"), DaXoa=1)
    back = state(NgayCapNhat=at("04/03"), DaXoa=0)
    assert judged(alive, dead).dossiers == []
    assert len(judged(alive, dead, back).dossiers) == 1


@pytest.mark.parametrize(
    ("status", "done", "returned", "finished"),
    [
        (9, at("05/03"), at("09/03"), date(2024, 3, 5)),
        (10, None, at("09/03"), date(2024, 3, 9)),
        (7, at("05/03"), None, date(2024, 3, 5)),
        (7, None, None, None),
        (4, at("05/03"), at("09/03"), None),
        (6, at("05/03"), None, None),
        (8, at("05/03"), None, None),
    ],
)
def test_only_status_7_9_and_10_finish(
    status: int, done: datetime | None, returned: datetime | None, finished: date | None
) -> None:
    only = judged(state(TrangThaiHoSo=status, NgayKetThucXuLy=done, NgayTra=returned)).dossiers[0]
    assert only.finished == finished


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"NgayTiepNhan": None}, "no_received_date"),
        ({"TrangThaiHoSo": 3, "NgayTiepNhan": None}, "no_received_date"),
        ({"TrangThaiHoSo": 9}, "no_finish_date"),
        ({"TrangThaiHoSo": 10}, "no_finish_date"),
        ({"TrangThaiHoSo": 9, "NgayKetThucXuLy": at("29/02")}, "finished_before_received"),
        ({"NgayTiepNhan": at("21/03")}, "received_after_business_day"),
        ({"TrangThaiHoSo": 7, "NgayKetThucXuLy": at("21/03")}, "finished_after_business_day"),
        ({"MaDonVi": "H19.99"}, "unknown_unit"),
        ({"MaDonViXuLy": "H19.99"}, "unknown_unit"),
        ({"MaTTHC": "9.999999"}, "unknown_procedure"),
    ],
)
def test_a_rejected_row_is_no_state_and_the_newest_accepted_one_counts_flagged(
    change: dict[str, Any], reason: str | None
) -> None:
    good, bad = state(NgayCapNhat=at("02/03")), state(NgayCapNhat=at("03/03"), **change)
    assert judged(bad).dossiers == []
    both = judged(bad, good)
    assert both.quarantine == [(reason, bad)]
    assert [(one.status, one.newer_state_rejected) for one in both.dossiers] == [(4, True)]
    older_bad = replace(bad, NgayCapNhat=at("01/03"))
    assert [one.newer_state_rejected for one in judged(older_bad, good).dossiers] == [False]
    of_another = replace(bad, MaHoSo="B")
    assert [one.newer_state_rejected for one in judged(of_another, good).dossiers] == [False]


def test_edges_that_are_still_accepted() -> None:
    same_day = {"TrangThaiHoSo": 9, "NgayTiepNhan": at("20/03"), "NgayHenTra": at("01/03")}
    earlier_hour = at("20/03", time(8, 0))
    assert row_rule_broken(state(**same_day, NgayKetThucXuLy=earlier_hour)) is None
    assert row_rule_broken(state(NgayKetThucXuLy=at("29/02"))) is None


def test_a_unit_abolished_before_the_dossier_was_received() -> None:
    def outcome_of(last_day: date) -> list[str]:
        units = (replace(UNITS[1], HieuLucDen=last_day),)
        return [reason for reason, _ in settle(Records(units, PROCEDURES, (state(),))).quarantine]

    assert outcome_of(date(2024, 2, 29)) == ["unit_abolished"]
    assert outcome_of(date(2024, 3, 1)) == []


# ---- deleted, too new, handled by another ------------------------------------------------------------------


def test_the_key_is_enough_to_delete_a_dossier() -> None:
    alive = state(NgayCapNhat=at("02/03"))
    # Without an update time it is as new as the end of its business day.
    found = judged(alive, gone())
    assert (found.dossiers, found.quarantine, found.superseded) == ([], [], [alive])
    # What came after it brings the dossier back, and what it was when is still known.
    back = state(NgayCapNhat=at("21/03"), business_day=date(2024, 3, 21))
    (one,) = judged(alive, gone(), back).dossiers
    assert [status for _, _, status in one.statuses] == [4, 4]
    assert [one.status for one in judged(alive, gone(NgayCapNhat=at("01/03"))).dossiers] == [4]


def test_what_is_deleted_is_not_asked_for_its_unit_or_its_dates() -> None:
    assert judged(state(DaXoa=1, MaDonVi="H19.99", TrangThaiHoSo=9, NgayTiepNhan=None)).quarantine == []


@pytest.mark.parametrize(
    ("updated", "reason"),
    [
        (datetime(2024, 3, 21, 23, 59, 59), None),
        (datetime(2024, 3, 22), "newer_than_business_day"),
        (datetime(2099, 1, 1), "newer_than_business_day"),
    ],
)
def test_an_update_time_more_than_a_day_after_its_business_day_is_wrong(updated: datetime, reason: str | None) -> None:
    late = state(NgayCapNhat=updated, TrangThaiHoSo=5)
    assert row_rule_broken(late) == reason
    assert row_rule_broken(gone(NgayCapNhat=updated)) == reason
    # It does not freeze the dossier, and is no newer than the end of its business day.
    news = state(NgayCapNhat=at("23/03"), business_day=date(2024, 3, 23), TrangThaiHoSo=6)
    (one,) = judged(late, news).dossiers
    assert (one.status, one.newer_state_rejected) == (6, False)


def test_a_dossier_counts_for_the_unit_that_handles_it() -> None:
    (one,) = judged(state(MaDonVi="H19", MaDonViXuLy="H19.07")).dossiers
    assert (one.unit_code, one.unit_level, one.received_by) == ("H19.07", "so", "H19")
    (own,) = judged(state()).dossiers
    assert (own.unit_code, own.received_by) == ("H19.07", "H19.07")


def test_the_unit_that_handles_it_must_have_been_there_not_the_desk() -> None:
    desk = replace(UNITS[1], HieuLucDen=date(2024, 2, 1))
    taken = state(MaDonVi="H19.07", MaDonViXuLy="H19")
    assert settle(Records((UNITS[0], desk), PROCEDURES, (taken,))).quarantine == []
    sent = state(MaDonVi="H19", MaDonViXuLy="H19.07")
    assert settle(Records((UNITS[0], desk), PROCEDURES, (sent,))).quarantine == [("unit_abolished", sent)]


# ---- units under units -------------------------------------------------------------------------------------


def units_of(*rows: Unit) -> tuple[dict[str, str | None], list[tuple[str, str, int]]]:
    """Return each unit that counts with its parent, and the reason, unit and day of March of each row that does not."""
    found = settle(Records([UNITS[0], *rows], PROCEDURES))
    parents = {code: unit.MaDonViCha for code, unit in found.units.items() if code != "H19"}
    refused = [(reason, row) for reason, row in found.quarantine if isinstance(row, Unit)]
    assert len(refused) == len(found.quarantine)
    return parents, sorted((reason, row.MaDonVi, row.business_day.day) for reason, row in refused)


def unit(code: str, parent: str | None = "H19", level: str = "xa", day: int = 5) -> Unit:
    return Unit(code, level, date(2024, 3, day), MaDonViCha=parent)


@pytest.mark.parametrize(
    ("rows", "parents", "wrong"),
    [
        # Communes straight under the province, a department under a department, a parent that nobody knows.
        ([unit("A"), unit("B", "C", "so"), unit("C", level="so"), unit("D", "X")],
         {"A": "H19", "B": "C", "C": "H19", "D": "X"}, []),
        ([unit("A", "A")], {}, [("unit_circle", "A", 5)]),
        ([unit("A", "B"), unit("B", "A"), unit("C", "A")], {"C": "A"},
         [("unit_circle", "A", 5), ("unit_circle", "B", 5)]),
        ([unit("A", "B", "huyen"), unit("B")], {"B": "H19"}, [("unit_under_lower_level", "A", 5)]),
        ([unit("A", "B", "so"), unit("B", level="huyen")], {"B": "H19"}, [("unit_under_lower_level", "A", 5)]),
        ([unit("A", level="tinh"), unit("B", None, "tinh")], {},
         [("unit_second_province", "B", 5), ("unit_under_lower_level", "A", 5)]),
        # However often it is said: the last sound state counts.
        ([unit("A"), unit("B", "A"), unit("A", "B", day=6), unit("B", "A", day=6), unit("A", "B", day=7),
          unit("B", "A", day=7)], {"A": "H19", "B": "A"}, [("unit_circle", c, d) for c in "AB" for d in (6, 7)]),
        # Who closes the circle is wrong, not who was there before; fixed, it counts again.
        ([unit("A", "B"), unit("B"), unit("B", "A", day=6)], {"A": "B", "B": "H19"}, [("unit_circle", "B", 6)]),
        ([unit("A", "A"), unit("A", day=6)], {"A": "H19"}, [("unit_circle", "A", 5)]),
        # Each was sound in the list it came with; together they are not, so neither counts.
        ([unit("A", "B", "huyen"), unit("B", level="huyen"), unit("B", day=6)], {"B": "H19"},
         [("unit_under_lower_level", "A", 5)]),
    ],
)  # fmt: skip
def test_which_units_count(rows: list[Unit], parents: dict[str, str], wrong: list[tuple[str, str, int]]) -> None:
    assert units_of(*rows) == units_of(*rows[::-1]) == (parents, sorted(wrong))


# ---- the newest row ---------------------------------------------------------------------------------------


def newest_status(*states: DossierState) -> int:
    """Return the status that counts, the same for every order of arrival."""
    found = {judged(*order).dossiers[0].status for order in (states, states[::-1])}
    assert len(found) == 1
    return found.pop()


def test_an_older_state_that_arrives_on_a_newer_business_day_does_not_win() -> None:
    newer = state(TrangThaiHoSo=5, NgayCapNhat=at("06/03"), business_day=date(2024, 3, 6))
    older = state(TrangThaiHoSo=2, NgayCapNhat=at("05/03"), business_day=date(2024, 3, 7))
    assert newest_status(newer, older) == 5


def test_without_an_update_time_a_state_is_as_new_as_the_end_of_its_business_day() -> None:
    without = state(TrangThaiHoSo=5)
    that_evening = state(TrangThaiHoSo=2, NgayCapNhat=at("20/03", time(22, 0)))
    next_morning = state(TrangThaiHoSo=4, NgayCapNhat=at("21/03", time(0, 0)), business_day=date(2024, 3, 21))
    assert newest_status(without, that_evening) == 5
    assert newest_status(without, next_morning) == 4


def test_of_two_states_with_one_update_time_the_later_business_day_wins() -> None:
    first = state(TrangThaiHoSo=2, NgayCapNhat=at("05/03"), business_day=date(2024, 3, 6))
    assert newest_status(first, replace(first, TrangThaiHoSo=5, business_day=DAY)) == 5


def test_identical_repeats_are_superseded() -> None:
    found = judged(state(), state(), state())
    assert (len(found.dossiers), len(found.superseded), found.quarantine) == (1, 2, [])


def test_equally_new_and_different_is_a_conflict_and_an_older_state_counts() -> None:
    one, other = state(NgayCapNhat=at("05/03")), state(NgayCapNhat=at("05/03"), MaDonVi="H19")
    older = state(TrangThaiHoSo=2, NgayCapNhat=at("04/03"))
    alone = judged(one, other)
    assert alone.dossiers == []
    assert [reason for reason, _ in alone.quarantine] == ["conflict", "conflict"]
    found = judged(one, other, older).dossiers
    assert [(one.status, one.newer_state_rejected) for one in found] == [(2, True)]


def test_two_steps_and_two_notices_of_one_second_both_count() -> None:
    moment = at("05/03")
    steps = [Step("A", moment, "2", DAY), Step("A", moment, "4", DAY)]
    notices = [replace(notice("05/03"), Kenh=way) for way in ("SMS", "ZALO")]
    (one,) = judged(state(), steps=steps, notices=notices).dossiers
    assert (one.steps, one.notices) == (steps, notices)
    # The status at a cut is that of the step that is further on, in whatever order they come.
    for order in (steps, steps[::-1]):
        assert status_at(dossier("01/03", reported="01/04", steps=order, status=6), MARCH.cut) == 4


@pytest.mark.parametrize(
    ("fees", "counts"),
    [
        # What the message cannot say differs from nothing; the row that says more counts.
        ([fee_in_message(), fee(TrangThaiThanhToan=1, HinhThucThanhToan="tien-mat")], 1),
        ([fee_in_message(), fee_in_message(), fee(TrangThaiThanhToan=1)], 2),
        ([fee_in_message(), fee_in_message(TrangThaiThanhToan=1)], 1),
        ([fee_in_message(Gia=6), fee()], None),
        ([fee_in_message(TrangThaiThanhToan=1), fee()], None),
        # In two files of fees, nothing against something is a difference.
        ([fee(NgayThuPhi=None), fee(NgayThuPhi=at("05/03"))], None),
        ([fee_in_message(), fee(NgayThuPhi=None), fee(NgayThuPhi=at("05/03"))], None),
    ],
)
def test_a_fee_in_the_message_repeats_the_one_of_the_file(fees: list[Fee], counts: int | None) -> None:
    for order in (fees, fees[::-1]):
        found = judged(state(), fees=order)
        assert found.dossiers[0].fees == ([] if counts is None else [fees[counts]])
        assert len(found.quarantine) == (len(fees) if counts is None else 0)


# ---- what belongs to a dossier, and what belongs to none --------------------------------------------------


def test_a_child_of_an_unknown_dossier_waits_and_the_newest_row_of_a_child_wins() -> None:
    part = Component("A", "1", 1, date(2024, 3, 6))
    gone = replace(part, IsDeleted=1, business_day=DAY)
    orphan = replace(part, MaHoSo="B")
    found = judged(state(), components=[gone, part, orphan])
    assert found.quarantine == [("unknown_dossier", orphan)]
    assert found.dossiers[0].components == [gone]


def test_a_child_of_a_draft_or_of_a_deleted_dossier_is_no_orphan() -> None:
    taken = Step("A", at("05/03"), "4", DAY)
    for known in (state(TrangThaiHoSo=1), state(DaXoa=1)):
        assert judged(known, steps=[taken]).quarantine == []


def test_the_portals_copy_of_a_dossier_nobody_knows_is_no_orphan() -> None:
    assert judged(state(), copies=[NationalCopy("B", 4, at("05/03"), DAY)]).quarantine == []


def test_feedback_waits_for_its_unit() -> None:
    known, unknown = Feedback("P", "H19.07", at("05/03"), DAY), Feedback("Q", "H19.99", at("05/03"), DAY)
    found = judged(feedback=[known, unknown])
    assert (found.feedback, found.quarantine) == ([known], [("unknown_unit", unknown)])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"MaDonVi": "H19.99", "MaChiTieu": "x", "KyBaoCao": "x"}, "unknown_unit"),
        ({"MaChiTieu": "x", "KyBaoCao": "x"}, "unknown_goal"),
        ({"MaChiTieu": "on_time_rate"}, "unknown_goal"),
        ({"MaChiTieu": "open_datasets"}, "unknown_goal"),
        ({"KyBaoCao": "2024-13"}, "unknown_period"),
        ({"KyBaoCao": "2025-01"}, "unknown_period"),
        ({"TuSo": 5}, None),
        ({"TuSo": 6, "MaDonVi": "H19.99"}, "numerator_over_denominator"),
    ],
)
def test_a_reported_figure_needs_a_unit_a_goal_and_a_period_that_has_begun(
    change: dict[str, Any], reason: str | None
) -> None:
    figure = replace(Figure("e_documents", "H19.07", "2024-BC-Q1", 4, 5, DAY), **change)
    assert [why for why, _ in judged(figures=[figure]).quarantine] == ([reason] if reason else [])


def test_a_period_that_has_not_begun_by_the_as_of_day_is_unknown() -> None:
    figure = Figure("e_documents", "H19.07", "2024-04", 4, 5, DAY)
    for as_of, waiting in ((date(2024, 3, 31), 1), (date(2024, 4, 1), 0)):
        assert len(settle(Records(UNITS, figures=[figure]), as_of).quarantine) == waiting


def test_progress_is_on_a_task_of_the_plan() -> None:
    known, unknown = Progress("I.1.1", DAY, "DANG", DAY), Progress("IX.9", DAY, "DANG", DAY)
    over = replace(known, NgayBaoCao=date(2024, 3, 1), TyLe=101)
    found = judged(progress=[known, unknown, over])
    assert found.progress == [known]
    assert found.quarantine == [("unknown_task", unknown), ("share_over_100", over)]


# ---- periods ----------------------------------------------------------------------------------------------


def test_the_register_of_2024() -> None:
    found = {period.code: period for period in periods(date(2024, 12, 31))}
    assert len(found) == 12 + 4 + 1 + 4
    assert (found["2024-02"].start, found["2024-02"].end) == (date(2024, 2, 1), date(2024, 2, 29))
    assert (found["2024-Q2"].start, found["2024-Q2"].end) == (date(2024, 4, 1), date(2024, 6, 30))
    reports = [found[f"2024-BC-{name}"] for name in ("Q1", "6T", "9T", "NAM")]
    assert {report.start for report in reports} == {date(2024, 1, 1)}
    ends = [(report.end.day, report.end.month) for report in reports]
    assert ends == [(11, 3), (11, 6), (11, 9), (6, 11)]
    assert found["2024-BC-NAM"].report_due == date(2024, 11, 8)


def test_a_period_is_there_from_its_first_day_and_closed_from_its_last() -> None:
    def march_on(as_of: date) -> list[tuple[date, bool]]:
        return [(one.cut, one.is_closed) for one in periods(as_of) if one.code == "2024-03"]

    assert march_on(date(2024, 2, 29)) == []
    assert march_on(date(2024, 3, 1)) == [(date(2024, 3, 1), False)]
    assert march_on(date(2024, 3, 30)) == [(date(2024, 3, 30), False)]
    assert march_on(date(2024, 3, 31)) == [(date(2024, 3, 31), True)]
    assert march_on(date(2024, 4, 1)) == [(date(2024, 3, 31), True)]
