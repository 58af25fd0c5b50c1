"""The worklist, worked out by hand: a province whose open dossiers stand in every way, by SQL and oracle alike."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from .by_hand import UNITS, at
from .comparison import disagreements_as_built
from .compiled import Warehouse, models_for
from .records import DossierState, Letter, NationalCopy, Procedure, Row, Step, Supplement, Unit
from .registers import UnitChange
from .world import Delivery, World

pytestmark = pytest.mark.slow
TODAY = date(2024, 4, 10)  # a Wednesday; 15/04 is a Monday, 18/04 a holiday
OTHER = Unit("H19.08", "so", date(2024, 1, 2))
ENDED = Unit("H19.09", "so", date(2024, 1, 2), HieuLucDen=date(2024, 3, 31))
CHANGES = (UnitChange("H19.09", "H19.07", date(2024, 4, 1)),)


def state(code: str, **more: Any) -> DossierState:
    plain: dict[str, Any] = {"MaTTHC": "1.000001", "MaDonVi": "H19.07", "TrangThaiHoSo": 4, "business_day": TODAY,
                             "NgayTiepNhan": at("01/04"), "NgayHenTra": at("12/04")}  # fmt: skip
    return DossierState(MaHoSo=code, **(plain | more))


def finished(code: str, day: str, due: str = "14/03", **more: Any) -> DossierState:
    return state(code, TrangThaiHoSo=9, NgayTiepNhan=at("01/03"), NgayHenTra=at(due), NgayKetThucXuLy=at(day), **more)


def step(code: str, day: str, status: str, office: str | None, **clock: int) -> Step:
    return Step(code, at(day).replace(**clock), status, TODAY, PhongBanXuLy=office)  # type: ignore[arg-type]


def copy(code: str, status: int = 4, due: str | None = "12/04", end: str | None = None) -> NationalCopy:
    moments: list[datetime | None] = [at(day) if day else None for day in (end, due)]
    return NationalCopy(code, status, at("09/04"), TODAY, at("01/04"), *moments)


# Their working days left at the finish: 3, 1, 0 and, late, -2; then one of another unit, one too long ago, and one of a
# unit that is theirs today.
COMPARED = (
    finished("F1", "11/03"), finished("F2", "13/03"), finished("F3", "14/03"), finished("F4", "18/03"),
    finished("F5", "18/03", MaDonVi="H19.08"),
    replace(finished("F6", "06/09/2023", "05/09/2023"), NgayTiepNhan=at("02/08/2023")),
    finished("F7", "13/03", MaDonVi="H19.09"),
)  # fmt: skip
OPEN = (
    state("overdue", NgayHenTra=at("09/04")),
    state("overdue-there-done", NgayHenTra=at("29/03"), NgayTiepNhan=at("04/03")),
    state("today", NgayHenTra=at("10/04")),
    state("soon"),
    state("in-time", NgayHenTra=at("16/04")),
    state("no-due", NgayHenTra=None),
    state("waits", TrangThaiHoSo=5, NgayTiepNhan=at("11/03"), NgayHenTra=at("22/03")),
    state("waits-long", TrangThaiHoSo=5, NgayTiepNhan=at("11/03"), NgayHenTra=at("22/03")),
    state("stopped", TrangThaiHoSo=8, NgayHenTra=at("15/04")),
)
ROWS: dict[str, tuple[Row, ...]] = {
    "don_vi": (*UNITS, OTHER, ENDED),
    "thu_tuc": (Procedure("1.000001", date(2024, 1, 2)),),
    "ho_so": (*COMPARED, *OPEN),
    "bo_sung": (
        Supplement("waits", at("05/04"), TODAY),
        Supplement("waits-long", at("01/04"), TODAY),
    ),
    "tien_trinh": (
        step("overdue", "01/04", "2", "Bộ phận một cửa"),
        # Reception and hand-over in one second: it lies where it was handed to.
        step("soon", "02/04", "2", "Bộ phận một cửa"),
        step("soon", "02/04", "4", "Phòng Tư pháp"),
        step("today", "02/04", "2", "Bộ phận một cửa"),
        step("today", "03/04", "4", None),
        step("stopped", "08/04", "8", "Phòng Kinh tế"),
    ),
    "xin_loi": (Letter("overdue", at("10/04"), TODAY),),
    "dvcqg": (
        copy("overdue", due="09/04"),
        copy("overdue-there-done", status=10, due="29/03", end="28/03"),
        copy("soon"),
        copy("in-time", due="12/04"),
        copy("today", status=2, due="10/04"),
        copy("waits", status=4, due="22/03"),
        copy("waits-long", status=5, due="22/03"),
    ),
}
# Category, working days left, paused since, office, portal, risk, how many and how compared, action.
EXPECTED = {
    "overdue": ("overdue", -1, None, "Bộ phận một cửa", "agrees", None, None, None, "finish"),
    "overdue-there-done": ("overdue", -8, None, None, "finished_there", None, None, None, "agree_overdue"),
    # Only the late one was not finished by the due day; of one unit that is too few, so the other's counts too.
    "today": ("due_today", 0, None, None, "other_status", 1.0, 2, "procedure_level", "finish_today"),
    # With two days left F2, F3, F4 and F7 were still open.
    "soon": ("due_soon", 2, None, "Phòng Tư pháp", "agrees", 0.25, 4, "procedure_unit", "finish_soon"),
    "in-time": ("in_time", 4, None, None, "other_due", 0.2, 5, "procedure_unit", "send_to_portal"),
    "no-due": ("no_due_date", None, None, None, "not_there", None, None, None, "send_to_portal"),
    # Asked on Friday 05/04, long after the day that was promised: three working days ago, ten days too late.
    "waits": ("paused", -10, date(2024, 4, 5), None, "overdue_there", None, None, None, "agree_statuses"),
    "waits-long": ("waiting_long", -6, date(2024, 4, 1), None, "agrees", None, None, None, "ask_again"),
    # Its clock stands still since 08/04, when five days were left.
    "stopped": ("paused", 5, date(2024, 4, 8), "Phòng Kinh tế", "not_there", None, None, None,
                "send_to_portal"),
}  # fmt: skip
COLUMNS = "category, working_days_left, paused_since, department, portal, risk, risk_cases, risk_basis, action"


@pytest.fixture(scope="module")
def warehouse(compiled_project: dict[str, Any]) -> Warehouse:
    return Warehouse(models_for(compiled_project))


def world(rows: dict[str, tuple[Row, ...]]) -> World:
    files = [
        Delivery(source, min(row.business_day for row in some), f"{source}.csv", some) for source, some in rows.items()
    ]
    return World(TODAY, tuple(files), CHANGES)


def test_each_way_to_stand_has_its_days_risk_and_action(warehouse: Warehouse) -> None:
    made = world(ROWS)
    warehouse.build(made)
    found = warehouse.rows(f"select dossier_code, {COLUMNS} from tthc.marts.worklist")
    assert {code: row for code, *row in found} == {code: [*row] for code, row in EXPECTED.items()}
    assert list(disagreements_as_built(warehouse, made)) == []


def test_a_source_that_never_came_says_nothing(warehouse: Warehouse) -> None:
    made = world({source: rows for source, rows in ROWS.items() if source not in ("dvcqg", "xin_loi", "tien_trinh")})
    warehouse.build(made)
    found = warehouse.rows("select dossier_code, portal, department, action, category from tthc.marts.worklist")
    assert sorted(row[:-1] for row in found if row[-1] in ("overdue", "in_time")) == [
        ("in-time", None, None, "none"),
        ("overdue", None, None, "finish"),
        ("overdue-there-done", None, None, "finish"),
    ]
    assert list(disagreements_as_built(warehouse, made)) == []
