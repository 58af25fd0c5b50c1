"""Known corrections: applied while the source has the wrong value, counted, and refused if they are not valid."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.errors import TthcError
from pipelines.contracts.model import load_contracts
from pipelines.registers.corrections import TABLE, load_corrections
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.run_spec import workspace_file
from pipelines.transform.workspace import build_workspace
from tests.pipeline.few_files import FILE, UNITS, FewFiles

CONTRACTS = load_contracts(Settings().contracts_dir)
HEADER = ["correction_code", "source", "row_key", "field", "wrong_value", "right_value", "reason", "reporter",
          "reported_on", "status"]  # fmt: skip
DOSSIERS = "MaHoSo,MaTTHC,MaDonVi,KenhThucHien,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayCapNhat\n"
LISTS: list[FILE] = [
    ("don_vi", "2024-06-10", "a.csv", UNITS),
    (
        "thu_tuc",
        "2024-06-10",
        "a.csv",
        "MaTTHC,TenTTHC,ThoiHanGiaiQuyet\n1.000001,Cấp giấy,10\n1.000002,Cấp bản sao,\n",
    ),
]


def row(code: str, source: str, key: str, field: str, wrong: str, right: str, status: str = "active") -> list[str]:
    return [code, source, key, field, wrong, right, "gõ nhầm", "Sở Tư pháp", "2024-06-12", status]


def registers(folder: Path, rows: list[list[str]]) -> Path:
    """Return a copy of the registers with these corrections."""
    shutil.copytree(PROJECT_DIR / "registers", folder)
    with (folder / "dong-nai" / "corrections.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *rows])
    return folder


class Laid:
    """A workspace laid out over a few files."""

    def __init__(self, folder: Path, rows: list[list[str]], files: list[FILE]) -> None:
        province = FewFiles(folder, [], registers_dir=registers(folder / "registers", rows))
        state = province.deliver(*LISTS, *files)
        build_workspace(province.settings, province.contracts, state, province.plan(state))
        self.path = workspace_file(province.settings)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def counts(self) -> dict[str, tuple[int, int]]:
        found = self.rows("select correction_code, rows_with_key, rows_wrong from registers.correction")
        return {code: (with_key, wrong) for code, with_key, wrong in found}


@pytest.fixture
def laid(tmp_path: Path) -> Callable[..., Laid]:
    return lambda rows, *files: Laid(tmp_path, rows, list(files))


def dossiers(day: str, *lines: str) -> FILE:
    return ("ho_so", day, "a.csv", DOSSIERS + "".join(f"{line}\n" for line in lines))


ONE = "HS1,1.000001,H19.07,1,2,20240610080000,20240620170000,20240610090000"
TWO = "HS2,1.000001,H19.07,1,2,20240610080000,,20240610090000"


@pytest.mark.slow
def test_each_type_of_value_is_corrected_and_nothing_else_is(laid: Callable[..., Laid]) -> None:
    work = laid(
        [
            row("moment", "ho_so", "HS1", "NgayHenTra", "2024-06-20 17:00:00", "2024-06-21 17:00:00"),
            row("choice", "ho_so", "HS1", "KenhThucHien", "1", "2"),
            row("from-null", "ho_so", "HS2", "NgayHenTra", "", "2024-06-19 00:00:00"),
            row("to-null", "thu_tuc", "1.000001", "ThoiHanGiaiQuyet", "10", ""),
            row("number", "thu_tuc", "1.000002", "ThoiHanGiaiQuyet", "", "3"),
            row("text", "don_vi", "H19.07", "TenDonVi", "Sở Tư pháp", "Sở Tư pháp'); drop view lake.ho_so; --"),
        ],
        dossiers("2024-06-10", ONE, TWO),
    )
    assert work.rows("select MaHoSo, KenhThucHien, cast(NgayHenTra as varchar) from lake.ho_so order by 1") == [
        ("HS1", 2, "2024-06-21 17:00:00"),
        ("HS2", 1, "2024-06-19 00:00:00"),
    ]
    assert work.rows("select MaTTHC, ThoiHanGiaiQuyet from lake.thu_tuc order by 1") == [
        ("1.000001", None), ("1.000002", 3),
    ]  # fmt: skip
    assert work.rows("select TenDonVi from lake.don_vi order by 1")[0] == ("Sở Tư pháp'); drop view lake.ho_so; --",)
    assert set(work.counts().values()) == {(1, 1)}
    # What was delivered stays to be seen, with the same columns in the same order.
    assert work.rows("select KenhThucHien from uncorrected.ho_so order by MaHoSo") == [(1,), (1,)]
    columns = "select column_name, data_type from duckdb_columns() where schema_name = '{}' and table_name = 'ho_so'"
    assert work.rows(columns.format("lake")) == work.rows(columns.format("uncorrected"))


def test_a_key_of_several_fields(laid: Callable[..., Laid]) -> None:
    files = [
        dossiers("2024-06-10", ONE, TWO),
        ("bo_sung", "2024-06-12", "a.csv",
         "MaHoSo,NgayBoSung,NgayTiepNhanBoSung\nHS1,20240611080000,20241213080000\nHS1,20240612080000,20241213080000\n"
         "HS2,20240611080000,20241213080000\n"),
    ]  # fmt: skip
    wrong, right = "2024-12-13 08:00:00", "2024-06-13 08:00:00"
    work = laid([row("two", "bo_sung", "HS1|2024-06-11 08:00:00", "NgayTiepNhanBoSung", wrong, right)], *files)
    query = "select MaHoSo, day(NgayBoSung), month(NgayTiepNhanBoSung) from lake.bo_sung order by 1, 2"
    assert work.rows(query) == [("HS1", 11, 6), ("HS1", 12, 12), ("HS2", 11, 12)]
    assert work.counts() == {"two": (1, 1)}


def test_a_mended_source_is_seen_though_its_older_rows_stay_wrong(laid: Callable[..., Laid]) -> None:
    mended = "HS1,1.000001,H19.07,2,4,20240610080000,20240620170000,20240611090000"
    work = laid(
        [
            row("mended", "ho_so", "HS1", "KenhThucHien", "1", "2"),
            row("still", "ho_so", "HS2", "KenhThucHien", "1", "3"),
            row("never-came", "ho_so", "HS3", "KenhThucHien", "1", "2"),
            row("no-delivery", "bo_sung", "HS1|2024-06-11 08:00:00", "NgayTiepNhanBoSung", "", "2024-06-12 00:00:00"),
        ],
        dossiers("2024-06-10", ONE, TWO),
        dossiers("2024-06-11", mended, TWO),
    )
    assert work.counts() == {"mended": (2, 0), "still": (2, 2), "never-came": (0, 0), "no-delivery": (0, 0)}
    assert work.rows("select MaHoSo, KenhThucHien from lake.ho_so order by all") == [
        ("HS1", 2), ("HS1", 2), ("HS2", 3), ("HS2", 3),
    ]  # fmt: skip


def test_another_wrong_value_is_not_the_one_that_is_known(laid: Callable[..., Laid]) -> None:
    work = laid([row("other", "ho_so", "HS1", "KenhThucHien", "3", "2")], dossiers("2024-06-10", ONE))
    assert work.rows("select KenhThucHien from lake.ho_so") == [(1,)]
    assert work.counts() == {"other": (1, 0)}


def test_a_retired_correction_is_left_alone(laid: Callable[..., Laid]) -> None:
    rows = [
        row("old", "ho_so", "HS1", "KenhThucHien", "1", "2", "retired"),
        row("new", "ho_so", "HS1", "KenhThucHien", "1", "3"),
    ]
    work = laid(rows, dossiers("2024-06-10", ONE))
    assert work.rows("select KenhThucHien from lake.ho_so") == [(3,)]
    assert work.rows("select correction_code, status from registers.correction order by 1") == [
        ("new", "active"), ("old", "retired"),
    ]  # fmt: skip


def test_without_corrections_the_lake_is_read_as_it_is(laid: Callable[..., Laid]) -> None:
    work = laid([], dossiers("2024-06-10", ONE))
    assert work.rows("select table_name from duckdb_tables() where schema_name = 'uncorrected'") == [("correction",)]
    assert work.rows("select view_name from duckdb_views() where schema_name = 'uncorrected'") == []
    shape = work.rows("select column_name from duckdb_columns() where schema_name = 'registers' "
                      "and table_name = 'correction' order by column_index")  # fmt: skip
    assert [name for (name,) in shape] == list(TABLE)


MOMENT = "2024-06-21 17:00:00"


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("correction_unknown_field", [row("a", "hoso", "HS1", "NgayHenTra", "", MOMENT)]),
        ("correction_unknown_field", [row("a", "ho_so", "HS1", "NgayHen", "", MOMENT)]),
        ("correction_not_allowed", [row("a", "ho_so", "HS1", "MaHoSo", "HS1", "HS9")]),
        ("correction_not_allowed", [row("a", "ho_so", "HS1", "ChuHoSo", "Nguyễn Văn Mẫu", "Trần Thị Mẫu")]),
        ("correction_not_allowed", [row("a", "ho_so", "HS1", "SoGiayToChuHoSo", "001", "002")]),
        ("correction_bad_key", [row("a", "bo_sung", "HS1", "NgayTiepNhanBoSung", "", MOMENT)]),
        ("correction_bad_key", [row("a", "bo_sung", "HS1|11/06/2024", "NgayTiepNhanBoSung", "", MOMENT)]),
        ("correction_bad_value", [row("a", "ho_so", "HS1", "NgayHenTra", "", "20240621170000")]),
        ("correction_bad_value", [row("a", "ho_so", "HS1", "NgayHenTra", "2024-6-20", MOMENT)]),
        ("correction_bad_value", [row("a", "ho_so", "HS1", "NgayHenTra", "", "2024-02-30 00:00:00")]),
        ("correction_bad_value", [row("a", "ho_so", "HS1", "KenhThucHien", "1", "1")]),
        ("correction_bad_value", [row("a", "ho_so", "HS1", "KenhThucHien", "1", "77")]),
        ("correction_bad_value", [row("a", "ho_so", "HS1", "TrangThaiHoSo", "2", "")]),
        ("correction_bad_value", [row("a", "thu_tuc", "1.000001", "ThoiHanGiaiQuyet", "10", "-5")]),
        ("correction_bad_value", [row("a", "thu_tuc", "1.000001", "ThoiHanGiaiQuyet", "10", "năm")]),
        ("correction_twice", [row("a", "ho_so", "HS1", "KenhThucHien", "1", "2")] * 2),
        (
            "correction_twice",
            [row("a", "ho_so", "H", "KenhThucHien", "1", "2"), row("b", "ho_so", "H", "KenhThucHien", "1", "3")],
        ),
        ("register_row", [row("a b", "ho_so", "HS1", "KenhThucHien", "1", "2")]),
        ("register_row", [row("a", "ho_so", "HS1", "KenhThucHien", "1", "2", "done")]),
        ("register_row", [row("a", "ho_so", "", "KenhThucHien", "1", "2")]),
        ("register_cells", [[*row("a", "ho_so", "HS1", "KenhThucHien", "1", "2"), "thêm"]]),
    ],
)
def test_a_correction_that_cannot_be_is_refused_and_named(tmp_path: Path, code: str, rows: list[list[str]]) -> None:
    folder = registers(tmp_path / "registers", rows) / "dong-nai"
    with pytest.raises(TthcError) as refused:
        load_corrections(folder, CONTRACTS)
    assert refused.value.code == code
    if code.startswith("correction_"):
        assert refused.value.params["correction"] in ("a", "b")
    values = {value for cells in rows for value in cells[4:6] if len(value) > 4 and value != MOMENT}
    assert [value for value in values if value in str(refused.value)] == []


def test_the_register_of_the_province_can_be_loaded() -> None:
    load_corrections(PROJECT_DIR / "registers" / "dong-nai", CONTRACTS)
