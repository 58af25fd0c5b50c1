"""One whole night over deliveries that break the program, each at another function: it publishes without them."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.common.errors import EXIT_PUBLISHED
from pipelines.contracts.model import load_contracts
from pipelines.landing.ingest import ingest_deliveries
from pipelines.parsing.update_lake import update_lake
from pipelines.sample import write_province
from pipelines.settings import Settings
from pipelines.storage.manifest import files_match_manifest
from tests.conftest import command
from tests.pipeline.breaking import FUNCTIONS, file_of
from tests.pipeline.few_files import DOSSIERS, LONG_AGO

# The suite breaks one function in four, each for a file of its own (test_one_file).
pytestmark = [pytest.mark.slow, pytest.mark.campaign]
DAY = "2024-12-31"


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sound province.

    Beside it a file for each function, a pipe, a count of 25 digits and a file that is refused.
    """
    folder = tmp_path_factory.mktemp("broken")
    write_province(folder / "raw", 400)
    # As a province that begins in October: the year's first periods have no dossier, and open data are published.
    for early in folder.glob("raw/*/2024-0*"):
        if early.parent.name not in ("don_vi", "thu_tuc"):
            shutil.rmtree(early)
    lists = folder / "raw" / "thu_tuc"
    procedure = next(lists.rglob("*.csv")).read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    day = folder / "raw" / "ho_so" / DAY

    def deliver(name: str, code: str, header: str = DOSSIERS) -> Path:
        path = day / name
        path.write_text(f"{header}{code},{procedure},H19.03,4,20240611080000,,20240611090000,Mẫu,\n", encoding="utf-8")
        os.utime(path, (LONG_AGO, LONG_AGO))
        return path

    for number in range(len(FUNCTIONS)):
        deliver(file_of(number), f"BREAKS-{number:03}")
    os.mkfifo(day / f"{deliver('piped.csv', 'PIPED').name}.rows")
    (day / f"{deliver('counted.csv', 'COUNTED').name}.rows").write_text("1" * 25)
    deliver("refused.csv", "REFUSED", "MaHoSo,ThuTuc\n")
    deliver("sound.csv", "SOUND-001")
    return folder


def test_the_night_publishes_without_what_broke_it_and_names_each(province: Path) -> None:
    broken = province / "broken"
    environment = {"TTHC_RAW_DIR": str(province / "raw"), "TTHC_WAREHOUSE_DIR": str(province / "kho")}
    night = command("tests.pipeline.breaking", "run", BROKEN_FUNCTIONS=str(broken), **environment)
    said = night.stdout + night.stderr
    assert night.returncode == EXIT_PUBLISHED, said
    current = province / "kho" / "current"
    assert files_match_manifest(current.resolve())
    struck = set(broken.read_text(encoding="utf-8").split())
    left_out = struck | {"piped.csv", "counted.csv", "refused.csv"}
    assert len(struck) > 20  # functions that are given the file itself; the others are tried one by one elsewhere
    assert {file for file in left_out if file not in said} == set()
    assert (current / "open-data" / "chi-tieu.csv").is_file()
    with duckdb.connect(str(current / "tthc.duckdb"), read_only=True) as connection:
        counted = {code for (code,) in connection.execute(
            "select dossier_code from marts.fct_timeliness where dossier_code similar to '[A-Z]+(-[0-9]{3})?'"
        ).fetchall()}  # fmt: skip
    unstruck = {n for n in range(len(FUNCTIONS)) if file_of(n) not in struck}
    assert counted == {f"BREAKS-{number:03}" for number in unstruck} | {"SOUND-001"}
    # The next night finds the program repaired, and reads what this one left.
    (province / "raw" / "ho_so" / DAY / "piped.csv.rows").unlink()
    settings = Settings(raw_dir=province / "raw", warehouse_dir=province / "kho")
    contracts = load_contracts(settings.contracts_dir)
    ingest_deliveries(settings, set(contracts))
    read = {arrival.delivery.file_name for arrival, _ in update_lake(settings, contracts).accepted}
    assert {file_of(number) for number in range(len(FUNCTIONS))} | {"piped.csv"} <= read
