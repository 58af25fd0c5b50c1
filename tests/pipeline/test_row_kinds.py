"""Deliveries as systems write them.

What a file says that only deletes, a message that cannot tell a payment, several rows of one second, a desk that takes
in for another, units under themselves. In whatever order they come.
"""

import itertools
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.landing import ingest
from tests.oracle.compiled import Model, models_for
from tests.sampling import sampled

from .few_files import DOSSIERS, FILE, PROCEDURES, UNITS, FewFiles, day

pytestmark = pytest.mark.slow
ENDS = ("fct_timeliness", "fct_payments", "fct_notifications", "dim_unit", "quarantine_summary", "quarantine_units")
LISTS: list[FILE] = [("don_vi", day(0), "u.csv", UNITS), ("thu_tuc", day(0), "p.csv", PROCEDURES)]
ONE: FILE = ("ho_so", day(1), "a.csv", DOSSIERS + "A-1,1.000001,H19.07,4,20240603080000,,20240611080000,,\n")
Tables = dict[str, list[tuple[Any, ...]]]
InAnyOrder = Callable[..., Tables]
FEES = "MaHoSo,MaPhiLePhi,Gia,TrangThaiThanhToan,HinhThucThanhToan,NgayThuPhi\n"


@pytest.fixture(scope="module")
def models(compiled_project: dict[str, Any]) -> list[Model]:
    sources = [node["name"] for node in compiled_project["nodes"].values() if node["name"].startswith("base_")]
    return models_for(compiled_project, [*ENDS, *sorted(sources)])


@pytest.fixture(autouse=True)
def nothing_is_still_growing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)


@pytest.fixture(params=[2, pytest.param(24, marks=pytest.mark.campaign)], ids=["some orders", "every order"])
def in_any_order(request: pytest.FixtureRequest, models: list[Model]) -> InAnyOrder:
    """Return a function that delivers files in several orders.

    It gives the tables that they end in, the same for every order in which they come.
    """

    def deliver(folder: Path, *files: FILE) -> Tables:
        found = []
        orders = list(itertools.permutations(files))
        for number, order in enumerate(random.Random(3).sample(orders, min(request.param, len(orders)))):
            few = FewFiles(folder / str(number), models, secret_file=folder / "secret.key")
            few.deliver(*LISTS)
            for file in order:
                state = few.deliver(file)
            found.append(few.night(state))
        assert all(tables == found[0] for tables in found)
        return found[0]

    return deliver


def fates(tables: Tables, source: str) -> list[tuple[Any, ...]]:
    """Return reason and disposition of each row of a source, in the order of its columns."""
    return [row[-2:] for row in tables[f"base_{source}"]]


def message(business_day: str, fee: dict[str, str]) -> FILE:
    dossier = {"MaHoSo": "A-1", "MaTTHC": "1.000001", "TrangThaiHoSo": "4", "NgayTiepNhan": "20240603080000",
               "NgayCapNhat": "20240611080000", "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", **fee}]}  # fmt: skip
    content = {"service": "DongBoHoSoMC", "madonvi": "H19.07", "data": [dossier]}
    return ("ho_so", business_day, "m.json", json.dumps(content, ensure_ascii=False))


def test_a_list_of_keys_deletes_dossiers(tmp_path: Path, in_any_order: InAnyOrder) -> None:
    gone: FILE = ("ho_so", day(2), "gone.csv", "MaHoSo,DaXoa\nA-1,1\nA-9,1\n")
    step: FILE = ("tien_trinh", day(1), "s.csv", "MaHoSo,ThoiDiemXuLy,TrangThai\nA-1,20240611080000,4\n")
    tables = in_any_order(tmp_path, ONE, gone, step)
    assert tables["fct_timeliness"] == [] and tables["quarantine_summary"] == []
    assert fates(tables, "ho_so") == [(None, "superseded"), (None, "accepted"), (None, "accepted")]
    assert fates(tables, "tien_trinh") == [(None, "accepted")]
    back: FILE = ("ho_so", day(3), "a.csv", DOSSIERS + "A-1,1.000001,H19.07,5,20240603080000,,20240613080000,,0\n")
    assert [row[0] for row in in_any_order(tmp_path / "back", ONE, gone, back)["fct_timeliness"]] == ["A-1"]


PAID = FEES + "A-1,LP1,5000,1,truc-tuyen,20240611090000\n"


@pytest.mark.parametrize(
    ("said", "files", "paid", "rejected"),
    [
        ({"Gia": "5000"}, [PAID], [True], 0),
        ({"Gia": "5000"}, [FEES + "A-1,LP1,5000,0,,\n"], [False], 0),
        ({"Gia": "5000"}, [], [None], 0),
        ({"Gia": "6000"}, [PAID], [], 2),
        ({"Gia": "5000", "TrangThaiThanhToan": "0"}, [PAID], [], 2),
        # Between files of their own, nothing against something is a difference.
        ({"Gia": "5000"}, [PAID, FEES + "A-1,LP1,5000,1,,\n"], [], 3),
    ],
)
def test_a_fee_told_in_the_message_and_in_a_file(
    tmp_path: Path, in_any_order: InAnyOrder, said: dict[str, str], files: list[str], paid: list[Any], rejected: int
) -> None:
    own: list[FILE] = [("le_phi", day(1), f"{number}.csv", text) for number, text in enumerate(files)]
    tables = in_any_order(tmp_path, message(day(1), {"MaPhiLePhi": "LP1", **said}), *own)
    column = [row[6] for row in tables["fct_payments"]]
    assert column == paid
    assert fates(tables, "le_phi").count(("conflict", "rejected")) == rejected


def test_several_rows_of_one_second_count(tmp_path: Path, in_any_order: InAnyOrder) -> None:
    steps = "MaHoSo,ThoiDiemXuLy,TrangThai\nA-1,20240611080000,2\nA-1,20240611080000,4\n"
    notices = "MaHoSo,NgayGui,Kenh,TrangThai\nA-1,20240611080000,SMS,1\nA-1,20240611080000,ZALO,0\n"
    tables = in_any_order(
        tmp_path, ONE, ("tien_trinh", day(1), "s.csv", steps), ("thong_bao", day(1), "n.csv", notices)
    )
    assert fates(tables, "tien_trinh") == [(None, "accepted")] * 2
    assert [row[-2:] for row in tables["fct_notifications"]] == [("SMS", True), ("ZALO", False)]


def test_a_dossier_counts_for_the_unit_that_handles_it(tmp_path: Path, in_any_order: InAnyOrder) -> None:
    head = "MaHoSo,MaTTHC,MaDonVi,MaDonViXuLy,TrangThaiHoSo,NgayTiepNhan\n"
    rows = ["A-1,1.000001,H19,H19.07,4,20240603080000", "A-2,1.000001,H19.07,,4,20240603080000",
            "A-3,1.000001,H19.07,H19.99,4,20240603080000"]  # fmt: skip
    tables = in_any_order(tmp_path, ("ho_so", day(1), "a.csv", head + "\n".join(rows) + "\n"))
    assert [(row[0], row[2], row[4]) for row in tables["fct_timeliness"]] == [
        ("A-1", "H19.07", "H19"), ("A-2", "H19.07", "H19.07"),
    ]  # fmt: skip
    assert [row[3:] for row in tables["quarantine_summary"]] == [("unknown_unit", 1)]


NAMES = "MaDonVi,TenDonVi,Cap,HieuLucTu,HieuLucDen\n"


def named(number: int, name: object, **more: str) -> FILE:
    """Return a sync message of one dossier, as new as the others, that names the unit that handles it."""
    dossier = {"MaHoSo": "A-1", "MaTTHC": "1.000001", "TrangThaiHoSo": "4", "NgayTiepNhan": "20240603080000",
               "NgayCapNhat": "20240611080000", "DonViXuLy": name, **more}  # fmt: skip
    content = {"service": "DongBoHoSoMC", "madonvi": "H19", "data": [dossier]}
    return ("ho_so", day(1), f"m{number}.json", json.dumps(content, ensure_ascii=False))


HEAD_OF_STATE = "MaHoSo,MaTTHC,MaDonVi,MaDonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayCapNhat\n"
SILENT: FILE = ("ho_so", day(1), "s.csv", HEAD_OF_STATE + "A-1,1.000001,H19,,4,20240603080000,20240611080000\n")
CODED: FILE = ("ho_so", day(1), "c.csv", HEAD_OF_STATE + "A-1,1.000001,H19,H19.07,4,20240603080000,20240611080000\n")
RENAMED: FILE = ("don_vi", day(1), "u.csv", NAMES + "H19.07,Sở Pháp chế,so,,\nH19.08,Sở Y tế,so,,\n")
TWICE: FILE = ("don_vi", day(1), "u.csv", NAMES + "H19.08,SỞ TƯ PHÁP,so,,\n")
IN_TURN: FILE = ("don_vi", day(1), "u.csv", NAMES + "H19.07,Sở Tư pháp,so,20240621,\nH19.08,Sở Tư pháp,so,,20240620\n")
ENDED: FILE = ("don_vi", day(1), "u.csv", NAMES + "H19.08,Sở Y tế,so,,20240602\n")


@pytest.mark.parametrize(
    ("files", "unit", "unknown"),
    sampled(
        [
            ([named(0, "Sở Tư pháp")], "H19.07", False),
            ([named(0, "  SỞ  tư pháp ")], "H19.07", False),
            ([named(0, "so tu phap")], "H19.07", False),
            ([named(0, "Sở Tu pháp")], "H19", True),
            ([named(0, "Nguyễn Văn A")], "H19", True),
            ([named(0, None)], "H19", False),
            ([named(0, 7)], "H19", True),
            ([named(0, {"Ten": "Sở Tư pháp"})], "H19", True),
            # An earlier name still stands for the unit; today's does too.
            ([named(0, "Sở Tư pháp"), RENAMED], "H19.07", False),
            ([named(0, "Sở Pháp chế"), RENAMED], "H19.07", False),
            # Two units of one name: of two at one time neither, else the one that was there.
            ([named(0, "Sở Tư pháp"), TWICE], "H19", True),
            ([named(0, "Sở Tư pháp"), IN_TURN], "H19.08", False),
            ([named(0, "Sở Y tế"), ENDED], "H19", True),
            # The code counts where there is one.
            ([named(0, "Sở Y tế", MaDonViXuLy="H19.07"), RENAMED], "H19.07", False),
            # What a file leaves unsaid, what it says by code and what a message says otherwise is a repeat.
            ([named(0, "Sở Tư pháp"), SILENT], "H19.07", False),
            ([named(0, "Sở Tư pháp"), CODED], "H19.07", False),
            ([named(0, "Sở Tư pháp"), named(1, "so tu phap")], "H19.07", False),
            ([named(0, "Nguyễn Văn A"), CODED], "H19.07", False),
            ([named(0, "Nguyễn Văn A"), SILENT], "H19", True),
            # Two units, or a unit and none, are not.
            ([named(0, "Sở Tư pháp"), named(1, "Sở Y tế"), RENAMED], None, False),
            ([named(0, "Sở Y tế"), CODED, RENAMED], None, False),
            ([SILENT, CODED], None, False),
        ],
        one_in=3,
    ),
)
def test_a_message_names_the_unit_that_handles_the_dossier(
    tmp_path: Path, in_any_order: InAnyOrder, files: list[FILE], unit: str | None, unknown: bool
) -> None:
    tables = in_any_order(tmp_path, *files)
    found = [(row[2], row[4], row[-2]) for row in tables["fct_timeliness"]]
    assert found == ([] if unit is None else [(unit, "H19", unknown)])
    assert {row[3] for row in tables["quarantine_summary"]} == ({"conflict"} if unit is None else set())


def test_a_name_is_enough_where_the_receiving_unit_is_gone(tmp_path: Path, in_any_order: InAnyOrder) -> None:
    tables = in_any_order(tmp_path, ENDED, named(0, "Sở Tư pháp", MaDonVi="H19.08"))
    assert [(row[2], row[4]) for row in tables["fct_timeliness"]] == [("H19.07", "H19.08")]
    tables = in_any_order(tmp_path / "unknown", ENDED, named(0, "Ai đó", MaDonVi="H19.08"))
    assert [row[3:] for row in tables["quarantine_summary"]] == [("unit_abolished", 1)]


def test_a_name_lies_nowhere_in_clear(tmp_path: Path, models: list[Model]) -> None:
    few = FewFiles(tmp_path, models)
    few.night(few.deliver(*LISTS, named(0, "Nguyễn Văn Bí Mật")))
    kept = [path for path in (tmp_path / "kho").rglob("*") if path.is_file() and "restricted" not in path.parts]
    assert any(path.suffix == ".parquet" for path in kept)
    assert [path for path in kept if "Bí Mật".encode() in path.read_bytes()] == []
    lake = pl.read_parquet(tmp_path / "kho" / "lake" / "ho_so" / "*" / "*.parquet")["DonViXuLy"].to_list()
    assert len(lake) == 1 and re.fullmatch("[0-9a-f]{32}", lake[0])


def test_an_update_time_of_2099_does_not_freeze_a_dossier(tmp_path: Path, in_any_order: InAnyOrder) -> None:
    frozen: FILE = ("ho_so", day(2), "a.csv", DOSSIERS + "A-1,1.000001,H19.07,5,20240603080000,,20990101000000,,\n")
    later: FILE = ("ho_so", day(3), "a.csv", DOSSIERS + "A-1,1.000001,H19.07,6,20240603080000,,20240613080000,,\n")
    tables = in_any_order(tmp_path, ONE, frozen, later)
    assert [(row[5], row[-1]) for row in tables["fct_timeliness"]] == [(6, False)]
    assert [row[3:] for row in tables["quarantine_summary"]] == [("newer_than_business_day:NgayCapNhat", 1)]


def test_units_in_a_circle_keep_their_last_sound_state(tmp_path: Path, in_any_order: InAnyOrder) -> None:
    head = "MaDonVi,TenDonVi,Cap,MaDonViCha\nH19,Tỉnh Đồng Nai,tinh,\nH19.07,Sở Tư pháp,so,H19\n"
    sound: FILE = ("don_vi", day(1), "u.csv", head + "H19.31,Huyện Một,huyen,H19\nH19.31.01,Xã Hai,xa,H19.31\n")
    circle: FILE = ("don_vi", day(2), "u.csv", head + "H19.31,Huyện Một,xa,H19.31.01\nH19.31.01,Xã Hai,xa,H19.31\n")
    never: FILE = ("don_vi", day(3), "v.csv", head + "H19.40,Xã Ba,xa,H19.40\nH19.41,Xã Bốn,xa,H19.40\n")
    tables = in_any_order(tmp_path, sound, circle, never, ONE)
    parents = {row[0]: row[3] for row in tables["dim_unit"]}
    # A unit below one that does not count does count; nobody is said to stand above it.
    assert parents == {"H19": None, "H19.07": "H19", "H19.31": "H19", "H19.31.01": "H19.31", "H19.41": None}
    assert [row[3:] for row in tables["quarantine_summary"]] == [("unit_circle", 2), ("own_parent", 1)]
    assert [row[0] for row in tables["fct_timeliness"]] == ["A-1"]
