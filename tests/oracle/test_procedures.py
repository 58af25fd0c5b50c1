"""Indicators over procedures, the plan's tasks, reported figures and what nobody can compute, worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from . import procedures
from .by_hand import DAY, MARCH, PROCEDURES, UNITS, at, copy, judged, on, procedure, state
from .form import WHOLE, Scope
from .periods import Period
from .procedures import Count
from .records import Figure, Progress, Unit
from .registers import REPORTED, Edition, Task, own_unit, plan_tasks
from .settle import settle
from .settled import Records
from .targets import TARGETS
from .values import IndicatorValue, indicator_values

OWN_UNIT = own_unit(MARCH.end)
IN, OUT, UNKNOWN, NO = (1, 1, 0), (0, 0, 0), (0, 0, 1), (0, 1, 0)


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (None, None, True),
        ("31/03", None, True),
        ("01/04", None, False),
        (None, "31/03", True),
        (None, "30/03", False),
        ("31/03", "31/03", True),
    ],
)
def test_in_force_at_the_cut(first: str | None, last: str | None, holds: bool) -> None:
    one = procedure(NgayHieuLuc=on(first), NgayHetHieuLuc=on(last), CoPhiLePhi=1, ThanhToanTrucTuyen=1)
    assert procedures.in_force(one, MARCH.cut) is holds
    assert procedures.payment_enabled_share([one], MARCH) == (IN if holds else OUT)


@pytest.mark.parametrize(
    ("has", "can", "counts"),
    [
        (1, 1, IN),
        (1, 0, NO),
        (1, None, UNKNOWN),
        (0, 1, OUT),
        (0, None, OUT),
        (None, 1, UNKNOWN),
        (None, None, UNKNOWN),
    ],
)
def test_a_flag_that_is_not_known_is_counted_as_unknown_and_never_taken_for_0(
    has: int | None, can: int | None, counts: Count
) -> None:
    paying = procedure(CoPhiLePhi=has, ThanhToanTrucTuyen=can)
    assert procedures.payment_enabled_share([paying], MARCH) == counts
    online = procedure(DuDieuKienTrucTuyen=has, TichHopDVCQG=can)
    assert procedures.portal_integration_share([online], MARCH) == counts
    gone = procedure(CoPhiLePhi=has, ThanhToanTrucTuyen=can, NgayHetHieuLuc=on("30/03"))
    assert procedures.payment_enabled_share([gone], MARCH) == OUT


@pytest.mark.parametrize(
    ("suits", "level", "plan", "of_766"),
    [
        (1, 4, IN, IN),
        (1, 3, IN, IN),
        (1, 2, NO, NO),
        (1, None, UNKNOWN, UNKNOWN),
        (0, 4, OUT, IN),
        (None, 4, UNKNOWN, IN),
        (0, None, OUT, UNKNOWN),
    ],
)
def test_online_service_by_both_rules(suits: int | None, level: int | None, plan: Count, of_766: Count) -> None:
    for internal in (None, 0, 1):
        one = procedure(DuDieuKienTrucTuyen=suits, MucDo=level, LaTTHCNoiBo=internal)
        assert procedures.online_service_coverage([one], MARCH) == plan
        assert procedures.online_service_coverage_766([one], MARCH) == (OUT if internal == 1 else of_766)


@pytest.mark.parametrize(
    ("decided", "published", "counts"),
    [
        # Friday 1 March: the fifth working day after it is Friday 8 March.
        ("01/03", "08/03", IN),
        ("01/03", "09/03", NO),
        ("01/03", "29/02", IN),
        ("01/03", None, NO),
        # Monday 25 March: Monday 1 April, which lies after the cut.
        ("25/03", "01/04", IN),
        ("31/03", "05/04", IN),
        ("31/03", "06/04", NO),
        ("29/02", "01/03", OUT),
        ("01/04", "01/04", OUT),
        (None, "01/03", OUT),
    ],
)
def test_published_by_the_fifth_working_day_after_the_decision(
    decided: str | None, published: str | None, counts: Count
) -> None:
    for internal, expected in ((None, counts), (0, counts), (1, OUT)):
        one = procedure(NgayQuyetDinhCongBo=on(decided), NgayCongKhai=on(published), LaTTHCNoiBo=internal)
        assert procedures.published_on_time_share([one], MARCH) == expected


def test_published_on_time_is_unknown_where_the_calendar_ends() -> None:
    year = Period("2027", "year", date(2027, 1, 1), date(2027, 12, 31), date(2027, 12, 31))
    one = procedure(NgayQuyetDinhCongBo=date(2027, 12, 28), NgayCongKhai=date(2027, 12, 28))
    assert procedures.published_on_time_share([one], year) == UNKNOWN


@pytest.mark.parametrize(
    ("decided", "effective", "counts"),
    [
        # Friday 15 March: the fifth working day before it is Friday 8 March; before Sunday 17, Monday 11.
        ("08/03", "15/03", IN),
        ("09/03", "15/03", NO),
        ("11/03", "17/03", IN),
        ("12/03", "17/03", NO),
        ("15/03", "01/03", NO),
        ("15/03", "15/03", NO),
        ("15/03", None, UNKNOWN),
        ("29/02", "15/03", OUT),
        (None, "15/03", OUT),
    ],
)
def test_issued_five_working_days_before_it_takes_effect(
    decided: str | None, effective: str | None, counts: Count
) -> None:
    def count(**more: Any) -> Count:
        one = procedure(NgayQuyetDinhCongBo=on(decided), NgayHieuLuc=on(effective), **more)
        return procedures.procedures_issued_on_time([one], MARCH)

    assert count(MaDonViThucHien=OWN_UNIT) == counts
    assert count(MaDonViThucHien=None) == (OUT if counts == OUT else UNKNOWN)
    assert count(MaDonViThucHien="H19.07") == count(MaDonViThucHien=OWN_UNIT, LaTTHCNoiBo=1) == OUT


@pytest.mark.parametrize(
    ("department", "suits", "level", "integrated", "covered", "portal"),
    [
        (OWN_UNIT, 1, 3, 1, IN, IN),
        (OWN_UNIT, 1, 2, 0, NO, NO),
        (OWN_UNIT, 1, None, None, UNKNOWN, UNKNOWN),
        (OWN_UNIT, None, 3, 1, UNKNOWN, UNKNOWN),
        (OWN_UNIT, 0, 3, 1, OUT, OUT),
        ("H19.07", 1, 3, 1, OUT, OUT),
        ("H19.07", None, 3, 1, OUT, OUT),
        (None, 1, 3, 1, UNKNOWN, UNKNOWN),
        (None, 0, 3, 1, OUT, OUT),
    ],
)
def test_the_departments_own_procedures_are_those_the_list_gives_it(
    department: str | None, suits: int | None, level: int | None, integrated: int | None, covered: Count, portal: Count
) -> None:
    one = procedure(MaDonViThucHien=department, DuDieuKienTrucTuyen=suits, MucDo=level, TichHopDVCQG=integrated)
    assert procedures.own_service_coverage([one], MARCH) == covered
    assert procedures.own_portal_integration([one], MARCH) == portal


@pytest.mark.parametrize(
    ("sample", "internal", "counts"),
    [(1, None, IN), (1, 0, IN), (0, 0, NO), (None, 0, UNKNOWN), (1, 1, OUT), (None, 1, OUT)],
)
def test_sample_dossiers_of_public_procedures(sample: int | None, internal: int | None, counts: Count) -> None:
    assert procedures.sample_dossier_share([procedure(CoHoSoMau=sample, LaTTHCNoiBo=internal)], MARCH) == counts


@pytest.mark.parametrize(
    ("set_up", "valid", "counts"),
    [("01/03", "01/03", IN), ("02/03", "01/03", NO), ("09/09", None, IN), (None, None, NO), (None, "01/03", NO)],
)
def test_configured_by_the_day_it_comes_into_force(set_up: str | None, valid: str | None, counts: Count) -> None:
    one = procedure(NgayCauHinhQuyTrinh=on(set_up), NgayHieuLuc=on(valid), LaTTHCNoiBo=1)
    assert procedures.process_configured_share([one], MARCH) == counts


# ---- tasks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "deadline", "reports", "counts"),
    [
        ("standing", None, [], NO),
        ("standing", None, [("31/03", "DANG")], IN),
        ("standing", None, [("31/03", "XONG")], IN),
        ("standing", None, [("31/03", "CHUA")], NO),
        ("standing", None, [("31/03", "CHUA"), ("30/03", "XONG")], NO),
        ("standing", None, [("01/04", "DANG")], NO),
        ("standing", None, [("02/01", "DANG"), ("01/04", "CHUA")], IN),
        ("deadline", "31/03", [], NO),
        ("deadline", "31/03", [("31/03", "XONG")], IN),
        ("deadline", "30/03", [("31/03", "XONG")], NO),
        ("deadline", "31/03", [("31/03", "DANG")], NO),
        ("deadline", "31/03", [("30/03", "XONG"), ("31/03", "DANG")], IN),
        ("deadline", "01/04", [("31/03", "XONG")], OUT),
        ("conditional", None, [("31/03", "XONG")], OUT),
        ("none", None, [("31/03", "XONG")], OUT),
    ],
)
def test_a_task_is_on_schedule(kind: str, deadline: str | None, reports: list[tuple[str, str]], counts: Count) -> None:
    delivered = [Progress("I", at(day).date(), says, DAY) for day, says in reports]
    delivered += [Progress("II", at("01/03").date(), "XONG", DAY)]
    assert procedures.plan_tasks_on_schedule(delivered, MARCH, [Task(2024, "I", kind, on(deadline))]) == counts
    assert procedures.plan_tasks_on_schedule(delivered, MARCH, [Task(2025, "I", kind, on(deadline))]) == OUT


def test_the_annex_holds_tasks_of_every_kind_and_only_those_with_a_deadline_have_a_date() -> None:
    assert {task.kind for task in plan_tasks()} == {"standing", "deadline", "conditional", "none"}
    assert all((task.deadline is not None) == (task.kind == "deadline") for task in plan_tasks())
    assert len({task.code for task in plan_tasks()}) == len(plan_tasks())


# ---- the table --------------------------------------------------------------------------------------------


def table(
    records: Records, as_of: date = DAY, editions: Sequence[Edition] = ()
) -> dict[tuple[Any, ...], IndicatorValue]:
    """Return the table by indicator, rule, period and subject."""
    values = indicator_values(settle(records, as_of), as_of, editions=editions)
    found = {(v.indicator_code, v.rule, v.period_code, *v.subject): v for v in values}
    assert len(found) == len(values)
    return found


def test_reported_figures_add_up_over_units() -> None:
    units = (*UNITS, Unit("H19.08", "so", DAY), Unit("H19.31", "huyen", DAY))
    figures = [
        Figure("e_documents", unit, "2024-BC-Q1", part, 10, DAY)
        for unit, part in (("H19.07", 4), ("H19.08", 5), ("H19.31", 10))
    ]
    found = table(Records(units, figures=figures))

    def reported(*subject: str) -> tuple[Any, ...]:
        value = found["e_documents", "plan", "2024-BC-Q1", *subject]
        return value.numerator, value.denominator, value.target, value.met

    assert reported("unit", "H19.07", "so") == (4, 10, 1.0, False)
    assert reported("level", "H19", "so") == (9, 20, 1.0, False)
    assert reported("level", "H19", "huyen") == (10, 10, 1.0, True)
    assert reported("province", "H19", "tinh") == (19, 30, 1.0, False)
    assert reported("unit", "H19", "tinh") == (0, 0, 1.0, None)
    assert found["e_documents", "plan", "2024-03", *WHOLE].denominator == 0


def test_what_nobody_can_compute_is_null_with_the_fields_that_are_missing() -> None:
    found = table(Records(UNITS, PROCEDURES, [state()]))
    for code, missing in (
        ("satisfaction_rate", "phan_anh.MaHoSo"),
        ("feedback_on_time_rate", "phan_anh.NgayCongKhai, phan_anh.NgayTuChoi, phan_anh.NgayYeuCauBoSung"),
    ):
        value = found[code, "766", "2024-03", "unit", "H19.07", "so"]
        assert (value.numerator, value.denominator, value.value, value.unknown_count) == (None, None, None, None)
        assert (value.missing_source, value.target, value.met) == (missing, None, None)


def test_open_data_are_counted_and_no_rate() -> None:
    editions = [Edition(on("29/02"), 13), Edition(on("31/03"), 12), Edition(on("29/02"), 11)]
    value = table(Records(UNITS), at("31/03").date(), editions)["open_datasets", "plan", "2024", *WHOLE]
    assert (value.numerator, value.denominator, value.value) == (11, None, 11)
    assert (value.target, value.met, value.unknown_count, value.missing_source) == (None, None, 0, None)


def test_rule_766_has_no_target_of_the_plan() -> None:
    found = table(Records(UNITS, PROCEDURES, [state()]))
    assert {value.target for (_, rule, *_), value in found.items() if rule == "766"} == {None}


def test_every_indicator_of_the_design_is_there_once() -> None:
    found = {name[:2] for name in table(Records(UNITS))}
    assert len(found) == 27 + 19 + 16
    assert {code for code, rule in found if rule == "plan"} >= {*TARGETS, *REPORTED, "open_datasets"}
    provincial = {name[0] for name in table(Records(UNITS)) if name[2] == "2024" and name[3:] == (*WHOLE,)}
    by_unit = {name[0] for name in table(Records(UNITS)) if name[3] == "unit"}
    assert {"payment_enabled_share", "plan_tasks_on_schedule", "open_datasets"} <= provincial - by_unit


def test_the_departments_own_share_is_one_figure_at_three_scopes() -> None:
    units = (*UNITS, Unit("H19.11", "so", DAY))
    states = [state(MaHoSo=code, MaDonVi=unit, KenhThucHien=2) for code, unit in (("A", "H19.11"), ("B", "H19.07"))]
    found = table(Records(units, PROCEDURES, states))
    for subject in (Scope("unit", "H19.11", "so"), Scope("level", "H19", "so"), WHOLE):
        value = found["own_online_share", "plan", "2024-03", *subject]
        assert (value.numerator, value.denominator) == (1, 1)


def test_the_larger_of_two_counts_is_taken_per_unit_and_then_added_up() -> None:
    units = (*UNITS, Unit("H19.08", "so", DAY))
    one, other = state(), state(MaHoSo="B", MaDonVi="H19.08", NgayTiepNhan=at("05/02"))
    found = table(Records(units, PROCEDURES, [one, other], copies=[replace(copy("05/03"), MaHoSo="B")]))
    value = found["sync_rate", "766", "2024-03", "level", "H19", "so"]
    assert (value.numerator, value.denominator) == (1, 2)


def test_the_newest_accepted_row_of_a_procedure_is_judged() -> None:
    later = procedure(CoHoSoMau=1)
    found = judged(state())
    assert list(found.procedures.values()) == list(PROCEDURES)
    newer = table(Records(UNITS, [*PROCEDURES, later]))["sample_dossier_share", "plan", "2024-03", *WHOLE]
    assert (newer.numerator, newer.denominator, newer.unknown_count) == (1, 1, 0)
    older = table(Records(UNITS, PROCEDURES))["sample_dossier_share", "plan", "2024-03", *WHOLE]
    assert (older.numerator, older.denominator, older.unknown_count) == (0, 0, 1)
