"""A pilot of one office: its warehouse is published whatever becomes of its open data, and every command says so."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.common.errors import EXIT_OPEN_DATA_KEPT, EXIT_PUBLISHED
from pipelines.open_data.vintage_store import read_vintage
from pipelines.sample import write_province
from pipelines.storage.manifest import files_match_manifest, read_manifest
from tests.campaign.faults.fixture import small_registers
from tests.conftest import made_once, tthc

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
OFFICE = "H19.03"


@dataclass(frozen=True)
class Pilot:
    """The first night of one office, and how to run `tthc` on what it left."""

    folder: Path
    code: int
    said: str

    def tthc(self, *arguments: str) -> tuple[int, str]:
        done = tthc(*arguments, **_environment(self.folder))
        return done.returncode, done.stdout + done.stderr

    @property
    def current(self) -> Path:
        return self.folder / "kho" / "current"


def _environment(folder: Path) -> dict[str, str]:
    return {"TTHC_RAW_DIR": str(folder / "raw"), "TTHC_WAREHOUSE_DIR": str(folder / "kho"),
            "TTHC_REGISTERS_DIR": str(folder / "registers")}  # fmt: skip


def _leave_one_office(raw: Path) -> None:
    """Of a province's deliveries, those of one office."""
    for path in raw.glob("*/*/*.json"):
        path.unlink()
    dossiers = pl.concat(pl.read_csv(path, infer_schema=False) for path in sorted(raw.glob("ho_so/*/*.csv")))
    own = set(dossiers.filter(pl.col("MaDonVi") == OFFICE)["MaHoSo"])
    for path in sorted(raw.glob("*/*/*.csv")):
        rows = pl.read_csv(path, infer_schema=False)
        if path.parts[-3] == "don_vi":
            rows = rows.filter(pl.col("MaDonVi") == OFFICE)  # not even the province: the register knows it
        elif "MaDonVi" in rows.columns:
            rows = rows.filter(pl.col("MaDonVi") == OFFICE)
        elif "MaHoSo" in rows.columns:
            rows = rows.filter(pl.col("MaHoSo").is_in(own))
        rows.write_csv(path) if rows.height else path.unlink()


@pytest.fixture(scope="session")
def pilot(shared: Path, parsed_models: Path) -> Pilot:
    folder = shared / "một cơ quan"

    def make() -> None:
        small_registers(folder / "registers")
        write_province(folder / "raw", 3_000, seed=7, faults=False, registers=folder / "registers")
        _leave_one_office(folder / "raw")
        shutil.copytree(parsed_models, folder / "kho" / "dbt")
        done = tthc("run", **_environment(folder))
        (folder / "said.json").write_text(json.dumps([done.returncode, done.stdout + done.stderr]), encoding="utf-8")

    made_once(folder, make)
    code, said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    return Pilot(folder, code, said)


def test_the_warehouse_is_published_and_the_open_data_are_accounted_for(pilot: Pilot) -> None:
    assert pilot.code in (EXIT_PUBLISHED, EXIT_OPEN_DATA_KEPT), pilot.said
    assert files_match_manifest(pilot.current)
    reported = read_manifest(pilot.current)["open_data"]
    if pilot.code == EXIT_PUBLISHED:
        assert reported["state"] == "new" and read_vintage(pilot.current / "open-data") is not None
    else:
        manifest = read_manifest(pilot.current)
        assert (
            reported["state"] == "none"
            and str(reported["why"]).startswith("disclosure_")
            and reported["since"] == manifest["as_of"]
        )
        assert not (pilot.current / "open-data").exists()
        assert f"[{reported['why']}]" in pilot.said and "NO OPEN DATA" in pilot.said
        assert "No open figures" in (pilot.current / "site" / "en" / "index.html").read_text(encoding="utf-8")


def test_an_own_unit_outside_the_list_empties_its_own_indicator_only(pilot: Pilot) -> None:
    """The list has one office; the planning department is another, and what speaks of it alone says so."""
    values = pilot.tthc("sql", "select indicator_code, missing_source, count(numerator) as known from indicator_values"
                        " where indicator_code in ('own_online_share', 'online_share') and rule = 'plan' and scope ="
                        " 'province' group by all order by all desc", "--format", "csv")[1].split("\n")  # fmt: skip
    assert values[1] == "own_online_share,don_vi H19.11,0"
    assert values[2].startswith("online_share,,") and not values[2].endswith(",0")
    assert pilot.code == EXIT_PUBLISHED
    rows = pl.read_csv(pilot.current / "open-data" / "chi-tieu.csv", infer_schema=False).filter(cach_tinh="plan")
    own, other = (rows.filter(ma_chi_tieu=code) for code in ("own_online_share", "online_share"))
    assert set(own["co"]) == {"u"} and set(own["pham_vi"]) == {"tinh"}
    assert other.filter(pham_vi="don-vi", ma_don_vi=OFFICE)["ty_le"].drop_nulls().len() > 10


def test_analysts_and_operators_are_served(pilot: Pilot) -> None:
    code, said = pilot.tthc("sql", "select count(*) as n from dim_unit", "--format", "csv")
    assert (code, said.split()) == (0, ["n", "2"])
    _, status = pilot.tthc("status", "--json")
    reported = read_manifest(pilot.current)["open_data"]
    assert json.loads(status)["open_data"] == {
        name: value for name, value in reported.items() if name in ("state", "why", "params", "since")
    }
    assert json.loads(status)["runs"][0]["outcome"] == "published"


def test_a_night_with_nothing_new_ends_as_the_one_before(pilot: Pilot) -> None:
    code, said = pilot.tthc("run")
    assert code == pilot.code, said
    assert "Nothing new" in said and files_match_manifest(pilot.current)
    assert ("NO OPEN DATA" in said) == (code == EXIT_OPEN_DATA_KEPT)
