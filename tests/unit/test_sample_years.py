"""The sample of any years and of a change of the map: lists of their day, units that exist, the same bytes as ever."""

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import TthcError
from pipelines.sample import write_province
from pipelines.sample.offices import office_names
from pipelines.sample.reference import load_reference
from pipelines.sample.span import Span
from pipelines.sample.successors import NOBODY, Successions
from pipelines.settings import PROJECT_DIR

pytestmark = pytest.mark.slow
REGISTERS = PROJECT_DIR / "registers"
NEW = "dong-nai-2026"
CHANGE = dt.date(2025, 7, 1)
# Of the sample of 2024 as it was before there were other years, without `diem_766`: by its arguments.
GOLDEN = {
    "monthly": (
        {"dossiers": 2_000, "faults": True},
        "a09d30c1f18fc8a73b1c6f8cbb7c6f26ce0f5dd40a95bdb28a244418d5296742",
    ),
    "night by night": (
        {"dossiers": 800, "seed": 7, "faults": True, "cadence": "daily", "first": dt.date(2024, 2, 5),
         "last": dt.date(2024, 5, 5), "by_night": True},
        "d64b5877dffbd174f66b708f84884d9b59f89721887b180cdd61ec43b5231daa",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A province on disk, with its truth."""

    folder: Path
    truth: dict[str, Any]

    def rows(self, source: str) -> pl.DataFrame:
        """Return all rows of the CSV files of a source, each with its business day (`day`)."""
        parts = [
            pl.read_csv(path, infer_schema=False).with_columns(day=pl.lit(path.parent.name).str.to_date())
            for path in sorted((self.folder / source).glob("*/*.csv"))
        ]
        return pl.concat(parts)


@pytest.fixture(scope="module")
def new_map(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("moi")
    return Written(folder, write_province(folder, 4_000, province=NEW))


@pytest.mark.parametrize("name", GOLDEN)
def test_the_sample_of_2024_is_the_same_bytes_as_before_there_were_other_years(tmp_path: Path, name: str) -> None:
    how, expected = GOLDEN[name]
    write_province(tmp_path / "raw", **how)  # type: ignore[arg-type]
    digest = hashlib.sha256()
    for path in sorted(path for path in (tmp_path / "raw").rglob("*") if path.is_file() and path.suffix != ".md"):
        if path.parents[1].name == "diem_766":
            continue  # what the portal shows is drawn otherwise since it is compared with ours
        content = path.read_bytes()
        if path.parents[1].name == "tien_trinh":
            for name in office_names()[1:]:  # what handles a dossier had one name for all of them
                content = content.replace(f",{name},".encode(), ",Phòng chuyên môn,".encode())
        if path.name == "truth.json":
            truth = json.loads(content)
            del truth["planted"]["diem_766"]
            content = json.dumps(truth).encode()
        digest.update(f"{path.relative_to(tmp_path / 'raw')}\n".encode() + content)
    assert digest.hexdigest() == expected


def test_the_portal_shows_what_its_copies_of_dossiers_give(new_map: Written) -> None:
    shown = new_map.rows("diem_766").with_columns(pl.col("TuSo", "MauSo").cast(pl.Int64))
    assert shown["day"].n_unique() > 12, "month by month"
    assert shown.filter((pl.col("TuSo") > pl.col("MauSo")) | (pl.col("MauSo") <= 0)).is_empty()
    assert shown.filter(pl.col("Diem").cast(pl.Float64) > pl.col("DiemToiDa").cast(pl.Float64)).is_empty()
    newest = shown.filter(pl.col("day") == pl.col("day").max())
    # Provinces, and the departments that have a dossier this year.
    assert {"H19", "H20", "H26"} < set(newest["MaDonVi"]) and 3 < newest["MaDonVi"].n_unique() <= 3 + 14
    # Received in this year by the newest copy of each dossier, as far as a plain reading of `dvcqg` tells.
    copies = new_map.rows("dvcqg").sort("day", "NgayDongBo").unique("MaHoSo", keep="last")
    year = str(newest["day"][0].year)
    received = copies.filter(pl.col("NgayTiepNhan").str.starts_with(year)).height
    told = newest.filter(pl.col("MaDonVi") == "H19", pl.col("MaChiSo") == "SYNCED_WITH_DVCQG_PERSONAL_STORAGE")[
        "MauSo"
    ][0]
    assert abs(told - received) < 0.05 * received


def day_of(column: str) -> pl.Expr:
    return pl.col(column).str.slice(0, 8).str.to_date("%Y%m%d")


def test_a_list_of_units_tells_what_was_so_on_its_day(new_map: Written) -> None:
    listed = new_map.rows("don_vi")
    begins, ends = day_of("HieuLucTu"), day_of("HieuLucDen")
    assert listed.filter((begins > pl.col("day")) | (ends > pl.col("day"))).is_empty()
    newest = listed.filter(pl.col("day") == listed["day"].max())
    here = newest.filter(pl.col("HieuLucDen").is_null())
    assert dict(here.group_by("Cap").len().rows()) == {"tinh": 1, "so": 14, "xa": 95}
    before = listed.filter(pl.col("day") == dt.date(2025, 1, 31))
    assert set(before.filter(Cap="tinh")["MaDonVi"]) == {"H19", "H10"}


def test_every_dossier_is_received_by_a_unit_that_there_is_on_the_day(new_map: Written) -> None:
    units = new_map.rows("don_vi").filter(pl.col("day") == pl.col("day").max()).select(
        "MaDonVi", "Cap", begins=day_of("HieuLucTu"), ends=day_of("HieuLucDen")
    )  # fmt: skip
    first = new_map.rows("ho_so").sort("day").unique("MaHoSo", keep="first", maintain_order=True)
    taken = first.with_columns(
        on=day_of("NgayTiepNhan").fill_null(day_of("NgayNopHoSo")),
        handler=pl.coalesce("MaDonViXuLy", "MaDonVi"),
    )
    joined = taken.join(units, left_on="handler", right_on="MaDonVi")
    assert joined.height == taken.height
    assert joined.filter((pl.col("begins") > pl.col("on")) | (pl.col("ends") < pl.col("on"))).is_empty()
    after = joined.filter(pl.col("on") >= CHANGE)
    assert set(after["Cap"]) == {"so", "xa"} and after.height > 1_000
    before = joined.filter(pl.col("on") < CHANGE)
    assert set(before["Cap"]) == {"so", "huyen", "xa"}
    assert {code.partition(".")[0] for code in before["handler"]} == {"H19", "H10"}
    assert {code.partition(".")[0] for code in after["handler"]} == {"H19"}


def test_what_an_abolished_district_had_open_goes_on_under_a_commune_of_its_area(new_map: Written) -> None:
    states = new_map.rows("ho_so")
    late = states.filter(pl.col("day") > CHANGE, pl.col("MaDonViXuLy").is_not_null())
    of_districts = late.filter(pl.col("MaDonVi").str.contains(r"^H\d\d\.[34]\d$"))
    assert of_districts.height > 0
    successors = dict(pl.read_csv(REGISTERS / NEW / "unit_changes.csv", infer_schema=False)
                      .drop_nulls("new_unit_code").select("old_unit_code", "new_unit_code").rows())  # fmt: skip
    for district, commune in of_districts.select("MaDonVi", "MaDonViXuLy").rows():
        assert commune in {new for old, new in successors.items() if old.startswith(f"{district}.")}


def test_procedures_and_desks_follow_the_map(new_map: Written) -> None:
    levels = new_map.rows("thu_tuc").select("day", level=pl.col("CapThucHien").str.split(";")).explode("level")
    assert set(levels.filter(pl.col("day") < CHANGE)["level"]) == {"tinh", "huyen", "xa"}
    assert set(levels.filter(pl.col("day") >= CHANGE)["level"]) == {"tinh", "xa"}
    points = new_map.rows("diem_766").filter(pl.col("MaDonVi").str.contains(".", literal=True))
    assert points.filter(day=dt.date(2025, 6, 30))["MaDonVi"].str.contains(r"^H19\.\d\d$").all()
    # Departments as they are after the mergers of the year; one that has no dossier yet has no points.
    assert 0 < points.filter(day=dt.date(2025, 9, 30))["MaDonVi"].n_unique() <= 14
    elsewhere = new_map.rows("ho_so").filter(pl.col("MaDonViXuLy").is_not_null(), day_of("NgayNopHoSo") >= CHANGE)
    assert elsewhere.filter(pl.col("MaDonViXuLy").is_in(["H19.03", "H19.54", "H19.55", "H19.56"])).height > 0


def test_no_task_is_reported_of_a_plan_that_is_not_entered(new_map: Written) -> None:
    assert not (new_map.folder / "nhiem_vu").exists()


@pytest.mark.parametrize(
    ("province", "years", "first"),
    [("dong-nai", Span(2023, 2023), "2023"), (NEW, Span(2024, 2026), "2024"), (NEW, Span(2026, 2026), "2026"),
     # Figures begin with the first year of periods.yml, or that of the as-of day.
     ("dong-nai", Span(2023, 2025), "2024")],
)  # fmt: skip
def test_any_years_can_be_drawn(tmp_path: Path, province: str, years: Span, first: str) -> None:
    truth = write_province(tmp_path / "raw", 60, province=province, years=years)
    assert truth["as_of"] == f"{years.last_year}-12-31"
    codes = [row["period_code"] for row in truth["form"]]
    assert min(code[:4] for code in codes) == first
    assert {f"{years.last_year}-12", f"{years.last_year}-BC-NAM"} <= set(codes)


def test_no_figures_are_reported_for_periods_that_the_register_has_not(tmp_path: Path) -> None:
    """Else most of what units report is rejected, and the gate holds a night of two years."""
    write_province(tmp_path / "raw", 60, province="dong-nai", years=Span(2023, 2024))
    files = sorted((tmp_path / "raw" / "so_lieu").glob("*/*.csv"))
    periods = {row["KyBaoCao"] for file in files for row in csv.DictReader(file.open(encoding="utf-8"))}
    assert periods == {"2024-BC-Q1", "2024-BC-6T", "2024-BC-9T", "2024-BC-NAM"}


@pytest.mark.parametrize(("year", "lacks"), [(2022, 2021), (2027, 2028)])
def test_at_the_ends_of_the_calendar_it_says_which_year_is_missing(tmp_path: Path, year: int, lacks: int) -> None:
    with pytest.raises(TthcError, match=rf"sample_no_calendar\].*{lacks}"):
        write_province(tmp_path / "raw", 10, years=Span(year, year))
    assert not (tmp_path / "raw").exists()


def test_a_province_that_describes_no_sample_asks_for_the_years(tmp_path: Path) -> None:
    here = tmp_path / "registers" / NEW
    for path in (*REGISTERS.glob("vietnam/*"), *REGISTERS.glob(f"{NEW}/*.*")):
        place = tmp_path / "registers" / path.parent.name / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    text = (here / "province.yml").read_text(encoding="utf-8")
    (here / "province.yml").write_text(text.partition("# What the synthetic")[0], encoding="utf-8")
    with pytest.raises(TthcError, match="sample_years_missing"):
        load_reference(tmp_path / "registers", NEW)
    assert load_reference(tmp_path / "registers", NEW, Span(2025, 2025)).span.years == range(2025, 2026)


@pytest.mark.parametrize("year", ["x", "2026..2025", "2025..", "2025-2026"])
def test_the_command_line_takes_years_and_a_province(tmp_path: Path, year: str) -> None:
    command = ["sample", "--dossiers", "20", "--province", NEW, "--out", str(tmp_path / "a")]
    wrong = CliRunner().invoke(app, [*command, "--year", year])
    assert (wrong.exit_code == 2) == (year != "2025..")
    done = CliRunner().invoke(app, [*command[:-1], str(tmp_path / "b"), "--year", "2025..2026", "--to", "2026-03-31"])
    assert done.exit_code == 0, done.output
    truth = json.loads((tmp_path / "b" / "truth.json").read_text(encoding="utf-8"))
    assert (truth["as_of"], truth["province"]) == ("2026-03-31", "H19")


def followed(code: str, day: dt.date, rows: Iterable[dict[str, Any]]) -> str:
    """Return who has what a unit had on a day, one change after the other."""
    changes = sorted((row for row in rows if row["changed_on"] <= str(day)), key=lambda row: str(row["changed_on"]))
    while True:
        own = [row for row in changes if row["old_unit_code"] == code and row["new_unit_code"]]
        if not own:
            return code
        code = max(own, key=lambda row: row["is_main"] or "")["new_unit_code"]


@cache
def successions() -> Successions:
    return Successions(load_reference(REGISTERS, NEW))


def days() -> Iterator[dt.date]:
    return (dt.date(2024, 10, 1) + dt.timedelta(days=n) for n in range(0, 400, 15))


def test_who_succeeds_whom_is_found_by_following_the_register() -> None:
    found, rows = successions(), pl.read_csv(REGISTERS / NEW / "unit_changes.csv", infer_schema=False).to_dicts()
    reference = found.reference
    codes = reference.units["MaDonVi"].to_list()
    everybody = pl.Series(range(len(codes))).to_numpy()
    for day in days():
        number = (day - dt.date(1970, 1, 1)).days
        ours = found.on(everybody, pl.Series([number] * len(codes)).to_numpy())
        assert [codes[at] for at in ours] == [followed(code, day, rows) for code in codes]
        answering = found.answering(everybody, pl.Series([number] * len(codes)).to_numpy())
        assert reference.living(number)[answering[reference.first_day <= number]].all()
    heirs = found.heirs(everybody, 1)
    assert ((heirs != NOBODY) == found.abolished).all()
