"""A province becomes part of another: before, both count, each under its own units; after, what is open passes on.

The warehouse is the successor's, so its total is that of both at every time; each unit's figures stay its own.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.oracle.compiled import models_for
from tests.oracle.records import DossierState, Procedure, Row, Unit
from tests.oracle.world import SOURCES, Delivery, World
from tests.pipeline.test_changes_of_the_map import CHANGE, EVE, FIRST, OLD, EditedWarehouse, at

pytestmark = pytest.mark.slow

JUNE, JULY = EVE, date(2024, 7, 31)
NEW = "H19.101"
# By unit: its level, and the unit above.
BEFORE = {
    "H19": ("tinh", None), "H19.31": ("huyen", "H19"), "H19.31.01": ("xa", "H19.31"),
    "H10": ("tinh", None), "H10.31": ("huyen", "H10"), "H10.31.01": ("xa", "H10.31"),
}  # fmt: skip
SUCCESSORS = {"H10": "H19", "H10.31.01": NEW, "H19.31.01": NEW, "H10.31": None, "H19.31": None}
# Of each unit: how long after the first of June its dossiers take; None: to the end.
TAKEN = (5, 45, None)
SERVING = [code for code in BEFORE if "." in code]


def units() -> list[Row]:
    listed: list[Row] = []
    for code, (level, above) in BEFORE.items():
        listed.append(Unit(code, level, FIRST, MaDonViCha=above))
        if code in SUCCESSORS:
            listed.append(Unit(code, level, JULY, MaDonViCha=above, HieuLucDen=EVE))
    return [*listed, Unit(NEW, "xa", JULY, MaDonViCha="H19", HieuLucTu=CHANGE)]


def dossiers() -> list[DossierState]:
    rows, received = [], date(2024, 6, 1)
    for code in SERVING:
        for number, days in enumerate(TAKEN):
            state = DossierState(
                MaHoSo=f"{code}-240601-{number:04}", MaTTHC=OLD, MaDonVi=code, TrangThaiHoSo=4, business_day=JUNE,
                KenhThucHien=2, NgayTiepNhan=at(received), NgayHenTra=at(date(2024, 12, 2)), NgayCapNhat=at(received),
            )  # fmt: skip
            rows.append(state)
            if days is not None:
                done = received + timedelta(days=days)
                told = JUNE if done <= JUNE else JULY
                rows.append(replace(state, business_day=told, TrangThaiHoSo=9, NgayKetThucXuLy=at(done),
                                    NgayCapNhat=at(done)))  # fmt: skip
    return rows


def world() -> World:
    rows: dict[tuple[str, date], list[Row]] = {(source, FIRST): [] for source in SOURCES}
    for row in (*units(), *dossiers(), Procedure(OLD, FIRST, NgayHieuLuc=date(2020, 1, 1))):
        source = {Unit: "don_vi", DossierState: "ho_so", Procedure: "thu_tuc"}[type(row)]
        rows.setdefault((source, row.business_day), []).append(row)
    return World(JULY, tuple(Delivery(source, day, f"{source}.csv", tuple(of)) for (source, day), of in rows.items()))


def changes(without: str = "") -> dict[str, list[dict[str, Any]]]:
    rows = [
        {"old_unit_code": old, "new_unit_code": new, "changed_on": CHANGE, "kind": "merged" if new else "abolished"}
        for old, new in SUCCESSORS.items()
        if old != without
    ]
    return {"unit_change": rows}


@pytest.fixture(scope="module")
def warehouse(compiled_project: dict[str, Any]) -> EditedWarehouse:
    return EditedWarehouse(models_for(compiled_project, ("handling_status", "dim_unit")))


@pytest.fixture
def merged(warehouse: EditedWarehouse) -> EditedWarehouse:
    warehouse.more = changes()
    warehouse.build(world())
    return warehouse


def figures(warehouse: EditedWarehouse, month: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return received, carried over, resolved and open of the province and each unit that has any of them."""
    rows = warehouse.rows(
        "select scope, unit_code, received_total, carried_over, resolved_total, open_total"
        f" from tthc.marts.handling_status where period_code = '{month}' and scope <> 'level'"
    )
    return {row[:2]: tuple(row[2:]) for row in rows if any(row[2:])}


def test_before_the_merger_each_old_unit_has_its_own_and_the_province_has_both(merged: EditedWarehouse) -> None:
    assert figures(merged, "2024-06") == {
        ("province", "H19"): (12, 0, 4, 8), **{("unit", code): (3, 0, 1, 2) for code in SERVING},
    }  # fmt: skip


def test_after_it_what_was_open_is_the_successors_and_nothing_stands_under_the_old_province(
    merged: EditedWarehouse,
) -> None:
    # Each of two communes and two districts hands on two, of which one is resolved in July.
    assert figures(merged, "2024-07") == {
        ("province", "H19"): (8, 8, 4, 4), ("unit", NEW): (4, 4, 2, 2), ("unit", "H19"): (4, 4, 2, 2),
    }  # fmt: skip


def test_the_two_stand_beside_each_other_in_the_list_of_units(merged: EditedWarehouse) -> None:
    query = "select unit_code, parent_unit_code, replaced_by from tthc.marts.dim_unit where unit_level = 'tinh'"
    assert sorted(merged.rows(query)) == [("H10", None, "H19"), ("H19", None, None)]
    assert merged.rows("select parent_unit_code from tthc.marts.dim_unit where unit_code = 'H10.31'") == [("H10",)]


def test_a_second_province_that_did_not_become_part_of_this_one_is_no_unit(warehouse: EditedWarehouse) -> None:
    warehouse.more = changes(without="H10")
    warehouse.build(world())
    assert warehouse.rows("select unit_code from tthc.marts.dim_unit where unit_code = 'H10'") == []
