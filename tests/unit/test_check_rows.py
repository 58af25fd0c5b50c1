"""What `tthc check` says of places, sidecars, other rows and lists is what a night would say."""

import datetime as dt
import itertools
import json
import os
import tempfile
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import TthcError, UsageFault
from pipelines.common.i18n import catalogue
from pipelines.contracts.model import Contract, load_contracts
from pipelines.dry_run import check as checking
from pipelines.dry_run.check import DryRun
from pipelines.dry_run.places import FileRequest
from pipelines.dry_run.report import FileReport
from pipelines.dry_run.rows import ComparedRows
from pipelines.dry_run.stage import KNOWN
from pipelines.parsing.readers.reading import read
from pipelines.settings import Settings
from pipelines.transform.row_rules import row_rules

TODAY, DAY = dt.date(2025, 3, 1), "2024-12-31"
HEAD = "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan,NgayCapNhat\n"
ALL = load_contracts(Settings().contracts_dir)


def _first_row() -> int:
    """Return the number that the row below the header of a text file goes by."""
    with tempfile.TemporaryDirectory() as folder:
        path = lay(Path(folder), "a.csv", row("A-1"))
        return int(next(read(path, path.name, ALL["ho_so"], ALL)).frame["_row_number"][0])


@dataclass
class Checked:
    code: int
    reports: list[FileReport]
    lists_checked: bool | None

    @property
    def refused(self) -> dict[str, str]:
        return {Path(report.file).name: report.refused[0] for report in self.reports if report.refused}

    @property
    def reasons(self) -> dict[str, tuple[int, list[int]]]:
        """Reasons of all files, with how many rows and which: the first below the header is 1."""
        return {reason: found for report in self.reports for (_, reason), found in counted(report).items()}


def counted(report: FileReport) -> dict[tuple[str, str], tuple[int, list[int]]]:
    """Return a report's reasons with rows counted below the header, wherever people see them."""
    above = FIRST - 1 if report.file.endswith(".csv") else 0
    return {of: (count, [row - above for row in rows]) for of, (count, rows) in report.reasons.items()}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Checked]:
    """Check files below tmp_path, without a warehouse unless one was made there."""

    def check(*names: str, source: str | None = None, day: dt.date = TODAY, out: Path | None = None) -> Checked:
        places = FileRequest(ALL, source, day, TODAY).places([tmp_path / name for name in names])
        made = DryRun(ALL, Settings(warehouse_dir=tmp_path / "kho"), out)
        return Checked(made.run(places, lambda *_: None), made.reports, made.lists_checked)

    return check


def lay(folder: Path, place: str, *rows: str, head: str = HEAD) -> Path:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def row(dossier: str, status: int = 4, updated: str = "", unit: str = "U1", procedure: str = "1.1") -> str:
    return f"{dossier},{procedure},{unit},{status},20240105080000,{updated}"


def step(dossier: str) -> str:
    return f"{dossier},20240105090000,4,"


FIRST = _first_row()
STEPS = "MaHoSo,ThoiDiemXuLy,TrangThai,NguoiXuLy\n"


def warehouse(folder: Path) -> None:
    """Make a published version with the lists that rows are looked up in."""
    version = folder / "kho" / "versions" / "v1"
    version.mkdir(parents=True)
    (folder / "kho" / "current").symlink_to(Path("versions") / "v1")
    with duckdb.connect(str(version / "tthc.duckdb")) as db:
        db.execute("create schema marts; set schema = 'marts'")
        db.execute("create table dim_unit as select 'U1' as unit_code, 'so' as unit_level, null as parent_unit_code,"
                   " null::date as valid_from, null::date as valid_to"
                   " union all select 'U0', 'so', null, null, date '2023-12-31'"
                   " union all select 'X1', 'xa', 'D1', null, null")  # fmt: skip
        db.execute("create table dim_procedure as select '1.1' as procedure_code")
        db.execute("create table fct_timeliness as select 'A-9' as dossier_code")
        db.execute("create table dim_indicator as select 'goal' as indicator_code, 'reported' as origin")
        db.execute("create table dim_period as select '2024-BC-Q1' as period_code")
        db.execute("create table plan_tasks as select 'T1' as task_code")


# Places


def test_a_landing_folder_tells_source_and_day(run: Callable[..., Checked], tmp_path: Path) -> None:
    lay(tmp_path, f"raw/ho_so/{DAY}/a.csv", row("A-1"))
    lay(tmp_path, f"raw/tien_trinh/{DAY}/b.csv", step("A-1"), head=STEPS)
    (tmp_path / "raw" / "truth.json").write_text("{}")  # as in landing, beside the sources is nowhere
    whole = run("raw")
    assert whole.code == 0 and [r.source for r in whole.reports] == ["ho_so", "tien_trinh"]
    assert [r.source for r in run("raw/tien_trinh").reports] == ["tien_trinh"]
    assert [r.source for r in run(f"raw/ho_so/{DAY}").reports] == ["ho_so"]
    assert [r.source for r in run(f"raw/*/{DAY}/*.csv").reports] == ["ho_so", "tien_trinh"]
    assert [r.source for r in run("raw", source="ho_so").reports] == ["ho_so"]
    # 2024-12-31 is before the day received here, so the rows show that the folder's day is the one that counts.
    late = lay(tmp_path, "raw/ho_so/2024-01-04/c.csv", row("A-2"))
    assert run(str(late)).reasons and not run(f"raw/ho_so/{DAY}/a.csv").reasons


def test_any_folder_is_searched_to_its_ground(run: Callable[..., Checked], tmp_path: Path) -> None:
    lay(tmp_path, "giao/một/a.csv", row("A-1"))
    lay(tmp_path, "giao/một/hai/b.csv", row("A-2"))
    (tmp_path / "giao" / "a.csv.rows").write_text("1")
    assert [Path(r.file).name for r in run("giao", source="ho_so").reports] == ["a.csv", "b.csv"]
    with pytest.raises(UsageFault, match="check_which_source"):
        run("giao")


def test_what_landing_would_leave_is_refused(run: Callable[..., Checked], tmp_path: Path) -> None:
    good = lay(tmp_path, f"raw/ho_so/{DAY}/a.csv", row("A-1"))
    for name in ("b.csv.tmp", "c.part", "d.docx"):
        good.with_name(name).write_text("x")
    good.with_name("e.csv").symlink_to(good)
    os.mkfifo(good.with_name("f.csv"))
    lay(tmp_path, "raw/ho_so/2025-03-02/g.csv", row("A-1"))
    lay(tmp_path, "raw/ho_so/hôm qua/h.csv", row("A-1"))
    lay(tmp_path, "raw/la/i.csv", "x")
    found = run("raw")
    assert found.refused == {
        "b.csv.tmp": "left_unfinished", "c.part": "left_unfinished", "d.docx": "left_unknown_format",
        "e.csv": "left_not_a_file", "f.csv": "left_not_a_file", "2025-03-02": "left_future_day",
        "hôm qua": "left_no_business_day", "la": "left_unknown_source",
    }  # fmt: skip
    assert found.code == 6
    named = run(*(f"raw/ho_so/{DAY}/{name}" for name in ("b.csv.tmp", "d.docx", "e.csv", "f.csv")))
    assert named.refused.items() <= found.refused.items() and len(named.refused) == 4
    assert run("raw/ho_so/2025-03-02/g.csv").refused == {"g.csv": "left_future_day"}
    sentences = {f"check_{code}" for code in catalogue() if code.startswith("left_")}
    assert sentences <= set(catalogue())


def test_a_folder_that_no_contract_names_is_reported_and_no_error(run: Callable[..., Checked], tmp_path: Path) -> None:
    lay(tmp_path, f"raw/ho_so/{DAY}/a.csv", row("A-1"))
    lay(tmp_path, "raw/la/i.csv", "x")
    assert run("raw").refused == {"la": "left_unknown_source"} and run("raw").code == 0


# Sidecars


@pytest.mark.parametrize(
    ("suffix", "content", "code"),
    [
        (".sha256", "0" * 64, "left_wrong_sha256"),
        (".sha256", "", "left_wrong_sha256"),
        (".sha256", None, "left_odd_sidecar"),  # a pipe
        (".rows", "2", "wrong_row_count"),
        (".rows", "9" * 25, "left_wrong_rows"),
        (".rows", "một", "left_wrong_rows"),
        (".rows", "-1", "left_wrong_rows"),
        (".rows", None, "left_odd_sidecar"),
        (".rows", "1 dòng", None),
        (".sha256", "right", None),
    ],
)
def test_sidecars_are_checked(
    run: Callable[..., Checked], tmp_path: Path, suffix: str, content: str | None, code: str | None
) -> None:
    path = lay(tmp_path, "a.csv", row("A-1"))
    beside = path.with_name(path.name + suffix)
    if content is None:
        os.mkfifo(beside)
    elif content == "right":
        beside.write_text(f"{sha256(path.read_bytes()).hexdigest().upper()}  a.csv\n")
    else:
        beside.write_text(content)
    found = run("a.csv", source="ho_so")
    assert found.refused == ({"a.csv": code} if code else {})
    assert found.code == (6 if code else 0)


# Trouble while reading


@pytest.mark.parametrize("broken", ["read", "Validators", "read_sidecars", "_identity"])
def test_any_exception_refuses_that_file_alone(
    run: Callable[..., Checked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    lay(tmp_path, "a.csv", row("A-1"))
    lay(tmp_path, "b.csv", row("A-2"))
    real, calls = getattr(checking, broken), itertools.count()

    def breaks(*args: object, **named: object) -> object:
        if next(calls) == 0:
            raise OverflowError("A-1")
        return real(*args, **named)

    monkeypatch.setattr(checking, broken, breaks)
    found = run("a.csv", "b.csv", source="ho_so")
    assert found.refused == {"a.csv": "reading_broke"}
    assert found.reports[0].refused == ("reading_broke", {"kind": "OverflowError"})
    assert found.reports[1].counts["ho_so"]["accepted"] == 1


@pytest.mark.parametrize(("error", "reported"), [(duckdb.OutOfMemoryException("A-1"), "OutOfMemoryException"),
                                             (KeyboardInterrupt(), "check_interrupted")])  # fmt: skip
def test_what_stops_the_whole_check_is_told_to_whoever_delivers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, reported: str
) -> None:
    path = lay(tmp_path, "a.csv", row("A-1"))

    def breaks(_: object) -> None:
        raise error

    monkeypatch.setattr(ComparedRows, "compare", breaks)
    done = copy_context().run(CliRunner().invoke, app, ["check", str(path), "--source", "ho_so"])
    assert isinstance(done.exception, TthcError) and reported in str(done.exception)
    assert "A-1" not in str(done.exception) and "công bố" not in str(done.exception)


def test_a_file_refused_in_its_middle_speaks_against_no_other(run: Callable[..., Checked], tmp_path: Path) -> None:
    lay(tmp_path, "a.csv", row("A-1", status=4))
    other = lay(tmp_path, "b.csv", row("A-1", status=5))
    assert run("a.csv", "b.csv", source="ho_so").code == 5
    other.with_name("b.csv.rows").write_text("7")
    found = run("a.csv", "b.csv", source="ho_so")
    assert found.refused == {"b.csv": "wrong_row_count"} and not found.reasons


def test_a_file_without_rows_counts_none(run: Callable[..., Checked], tmp_path: Path) -> None:
    lay(tmp_path, "a.csv")
    found = run("a.csv", source="ho_so")
    assert found.code == 0 and found.reports[0].total("rows_in") == 0


# Rows against rows


@pytest.mark.parametrize("offices", [("Nguyễn Văn A", "Trần Thị B"), ("Phòng Tư pháp", "Phòng Kinh tế"), ("", "Tổ 1")])
def test_steps_that_differ_in_their_office_alone_are_repeats(
    run: Callable[..., Checked], tmp_path: Path, offices: tuple[str, str]
) -> None:
    head = "MaHoSo,ThoiDiemXuLy,TrangThai,PhongBanXuLy\n"
    lay(tmp_path, f"tien_trinh/{DAY}/a.csv", *(f"A-1,20240105080000,4,{office}" for office in offices), head=head)
    found = run(f"tien_trinh/{DAY}/a.csv")
    assert found.reasons == {}
    assert [report.superseded for report in found.reports] == [{"tien_trinh": 1}]


def test_conflicts_name_both_places(run: Callable[..., Checked], tmp_path: Path) -> None:
    lay(tmp_path, "a.csv", row("A-1", 4, "20240106000000"), row("A-2", 4))
    lay(tmp_path, "b.csv", row("A-3"), row("A-1", 5, "20240106000000"), row("A-2", 5, "20250102000000"))
    found = run("a.csv", "b.csv", source="ho_so", out=tmp_path / "out")
    first, second = found.reports
    assert counted(first) == {("ho_so", "conflict"): (1, [1])} and counted(second) == {("ho_so", "conflict"): (1, [2])}
    assert [[(Path(f).name, n) for f, n in spots] for spots in second.conflicts["ho_so"]] == [
        [("a.csv", FIRST), ("b.csv", FIRST + 1)]
    ]
    assert found.code == 5
    rejected = pl.read_parquet(tmp_path / "out" / "rejected.parquet")
    assert rejected.select("MaHoSo", "_row_number", "_reasons").rows() == [
        ("A-1", FIRST, ["conflict"]), ("A-1", FIRST + 1, ["conflict"])
    ]  # fmt: skip
    assert pl.read_parquet(tmp_path / "out" / "accepted.parquet")["MaHoSo"].to_list() == ["A-2", "A-3", "A-2"]


def test_fees_of_the_sync_message_and_of_a_file_are_compared_in_what_both_tell(
    run: Callable[..., Checked], tmp_path: Path
) -> None:
    message = """{"service": "DongBoHoSoMC", "data": [{"MaHoSo": "A-1", "MaTTHC": "1.1", "MaDonVi": "U1",
        "TrangThaiHoSo": "4", "NgayTiepNhan": "20240105080000", "DanhSachLePhi": [
        {"MaPhiLePhi": "P1", "Gia": "1000"}, {"MaPhiLePhi": "P2", "Gia": "1000"}]}]}"""
    (tmp_path / "raw" / "ho_so" / DAY).mkdir(parents=True)
    (tmp_path / "raw" / "ho_so" / DAY / "a.json").write_text(message)
    fees = "MaHoSo,MaPhiLePhi,LoaiPhiLePhi,Gia,TrangThaiThanhToan,HinhThucThanhToan,NgayThuPhi\n"
    lay(tmp_path, f"raw/le_phi/{DAY}/b.csv", "A-1,P1,,1000,1,tien-mat,20240105080000",
        "A-1,P2,,2000,1,tien-mat,20240105080000", head=fees)  # fmt: skip
    found = run("raw")
    assert found.refused == {}
    assert [counted(r) for r in found.reports] == [{("le_phi", "conflict"): (1, [2])}] * 2
    # Of two that agree the one that says more counts.
    assert [r.superseded for r in found.reports] == [{"le_phi": 1}, {}]


ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("ABC"), st.integers(4, 5), st.sampled_from(["", "1", "2"])),
    max_size=9,
)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=ROWS)
def test_rows_are_weighed_as_the_contract_says(
    run: Callable[..., Checked], tmp_path: Path, rows: list[tuple[str, str, int, str]]
) -> None:
    """The oracle weighs every row against every other, in Python."""
    updated = {"": "", "1": "20240106000000", "2": "20240107000000"}
    for name in "ab":
        own = [row(f"H-{key}", status, updated[new]) for file, key, status, new in rows if file == name]
        lay(tmp_path, f"raw/ho_so/{DAY}/{name}.csv", *own)
    newness = {"": "20241231235959", **{k: v for k, v in updated.items() if k}}
    in_order = [r for name in "ab" for r in rows if r[0] == name]
    conflicts = [
        any(o[1] == r[1] and newness[o[3]] == newness[r[3]] and o[2] != r[2] for o in in_order) for r in in_order
    ]
    good = [r for r, bad in zip(in_order, conflicts, strict=True) if not bad]
    found = run("raw")
    for name, report in zip("ab", found.reports, strict=True):
        flags = [bad for r, bad in zip(in_order, conflicts, strict=True) if r[0] == name]
        assert report.total("rows_in") == len(flags) and report.rejected == sum(flags)
    assert sum(sum(r.superseded.values()) for r in found.reports) == len(good) - len({r[1] for r in good})


# Rows against lists


def test_lists_of_a_warehouse_and_of_the_files_are_looked_up(run: Callable[..., Checked], tmp_path: Path) -> None:
    warehouse(tmp_path)
    lay(tmp_path, f"raw/ho_so/{DAY}/a.csv", row("A-1"), row("A-2", unit="U2"), row("A-3", unit="U3"),
        row("A-4", procedure="9.9"), row("A-5", unit="U0"))  # fmt: skip
    lay(tmp_path, f"raw/don_vi/{DAY}/u.csv", "U2,Sở Mẫu,so", head="MaDonVi,TenDonVi,Cap\n")
    steps = [step(code) for code in ("A-1", "A-2", "A-3", "A-9", "A-0")]
    lay(tmp_path, f"raw/tien_trinh/{DAY}/b.csv", *steps, head=STEPS)
    found = run("raw")
    assert found.lists_checked is True and found.code == 5
    assert found.reasons == {
        "unknown_unit": (1, [3]), "unknown_procedure": (1, [4]), "unit_abolished": (1, [5]),
        "unknown_dossier": (2, [3, 5]),
    }  # fmt: skip


def test_the_portal_scores_other_provinces_too(run: Callable[..., Checked], tmp_path: Path) -> None:
    warehouse(tmp_path)
    head = "MaDonVi,NgayTinh,MaChiSo,Diem,DiemToiDa,TuSo,MauSo\n"
    codes = ("H01", "U1", "H99", "H19.99", "H00", "H100", "h18")
    lay(tmp_path, f"raw/diem_766/{DAY}/a.csv", *(f"{code},20241230,2.1,15,20,3,4" for code in codes), head=head)
    assert run("raw").reasons == {"unknown_unit": (4, [4, 5, 6, 7])}


def test_a_dossier_deleted_by_its_key_is_looked_up_nowhere(run: Callable[..., Checked], tmp_path: Path) -> None:
    warehouse(tmp_path)
    lay(tmp_path, f"raw/ho_so/{DAY}/a.csv", "A-1,1", head="MaHoSo,DaXoa\n")
    lay(tmp_path, f"raw/tien_trinh/{DAY}/b.csv", step("A-1"), step("A-2"), head=STEPS)
    assert run("raw").reasons == {"unknown_dossier": (1, [2])}


def test_the_unit_that_handles_a_dossier_is_looked_up_too(run: Callable[..., Checked], tmp_path: Path) -> None:
    warehouse(tmp_path)
    head = HEAD.replace("MaDonVi", "MaDonVi,MaDonViXuLy")
    for_units = [f"A-{n},1.1,U1,{unit},4,20240105080000," for n, unit in enumerate(("U1", "", "U7", "U0"))]
    lay(tmp_path, f"raw/ho_so/{DAY}/a.csv", *for_units, head=head)
    assert run("raw").reasons == {"unknown_unit": (1, [3]), "unit_abolished": (1, [4])}


def test_a_handling_unit_that_no_list_names_is_said(run: Callable[..., Checked], tmp_path: Path) -> None:
    warehouse(tmp_path)
    lay(tmp_path, f"raw/don_vi/{DAY}/u.csv", "U1,Sở Tư pháp,so,", head="MaDonVi,TenDonVi,Cap,MaDonViCha\n")
    dossiers = [
        {"MaHoSo": f"A-{number}", "MaTTHC": "1.1", "MaDonVi": "U1", "TrangThaiHoSo": "4",
         "NgayTiepNhan": "20240105080000", "DonViXuLy": name}
        for number, name in enumerate(("so tu phap", "Nguyễn Văn Bí Mật", None, "Sở Tu pháp"))
    ]  # fmt: skip
    message = json.dumps({"service": "DongBoHoSoMC", "data": dossiers}, ensure_ascii=False)
    lay(tmp_path, f"raw/ho_so/{DAY}/m.json", head=message)
    found = run("raw")
    (report,) = [one for one in found.reports if one.source == "ho_so"]
    assert (found.code, found.reasons, report.unnamed) == (0, {}, (2, [2, 4]))
    assert [str(place) for place in report.unnamed_places] == ["data[1].DonViXuLy", "data[3].DonViXuLy"]
    assert report.to_dict()["handling_unit_unknown"]["rows"] == 2
    assert "Bí Mật" not in json.dumps(report.to_dict(), ensure_ascii=False)


def test_without_a_warehouse_no_handling_unit_is_called_unknown(run: Callable[..., Checked], tmp_path: Path) -> None:
    dossier = {"MaHoSo": "A-1", "MaTTHC": "1.1", "MaDonVi": "U1", "TrangThaiHoSo": "4", "DonViXuLy": "Sở Y tế"}
    lay(tmp_path, f"raw/ho_so/{DAY}/m.json", head=json.dumps({"service": "DongBoHoSoMC", "data": [dossier]}))
    (report,) = run("raw").reports
    assert report.unnamed == (0, [])


@pytest.mark.parametrize("known", [True, False])
def test_units_that_cannot_be_are_rejected(run: Callable[..., Checked], tmp_path: Path, known: bool) -> None:
    if known:
        warehouse(tmp_path)
    units = ["D1,Huyện,huyen,X1", "X1,Xã,xa,D1"] if not known else ["D1,Huyện,huyen,X1", "S1,Sở,so,"]
    lay(tmp_path, f"raw/don_vi/{DAY}/u.csv", *units, head="MaDonVi,TenDonVi,Cap,MaDonViCha\n")
    found = run("raw")
    assert found.reasons == {"unit_circle": (1, [1]) if known else (2, [1, 2])} and found.code == 5


def test_dossiers_that_are_only_in_the_lake_are_known(run: Callable[..., Checked], tmp_path: Path) -> None:
    warehouse(tmp_path)
    folder = tmp_path / "kho" / "lake" / "ho_so" / DAY
    folder.mkdir(parents=True)
    lake = pl.DataFrame({"MaHoSo": ["B-1", "B-2"], "MaTTHC": ["1.1", "9.9"], "MaDonVi": ["U1", "U1"],
                         "MaDonViXuLy": [None, None], "DaXoa": [None, 0], "NgayTiepNhan": [None, None],
                         "NgayCapNhat": [None, None]},
                        schema_overrides={"MaDonViXuLy": pl.String, "NgayTiepNhan": pl.Datetime,
                                          "NgayCapNhat": pl.Datetime})  # fmt: skip
    lake.write_parquet(folder / "x.parquet")
    lay(tmp_path, f"raw/tien_trinh/{DAY}/b.csv", step("B-1"), step("B-2"), head=STEPS)
    assert run("raw").reasons == {"unknown_dossier": (1, [2])}


def test_without_a_warehouse_nothing_is_looked_up_and_that_is_said(run: Callable[..., Checked], tmp_path: Path) -> None:
    lay(tmp_path, "a.csv", row("A-1", unit="U3"))
    found = run("a.csv", source="ho_so")
    assert found.code == 0 and found.lists_checked is False
    (tmp_path / "kho" / "current").mkdir(parents=True)
    (tmp_path / "kho" / "current" / "tthc.duckdb").write_bytes(b"no database")
    assert run("a.csv", source="ho_so").lists_checked is False


def test_rules_are_those_of_contract_and_model_and_every_list_can_be_asked_for(contracts: dict[str, Contract]) -> None:
    rules = {source: row_rules(Settings().dbt_project_dir, contract) for source, contract in contracts.items()}
    assert [lookup.field for lookup in rules["ho_so"].lookups] == ["MaDonVi", "MaDonViXuLy", "MaTTHC"]
    assert [one.reason for one in rules["ho_so"].forbidden] == ["unit_abolished"]
    assert [lookup.reason for lookup in rules["tien_trinh"].lookups] == ["unknown_dossier"]
    asked = {(lookup.relation, lookup.column) for one in rules.values() for lookup in one.lookups}
    assert asked == {(relation, known.columns[0]) for relation, known in KNOWN.items()}
