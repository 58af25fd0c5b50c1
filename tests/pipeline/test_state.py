"""State and time: what counts never depends on when a file came, and what cannot count yet is taken by itself later."""

import datetime as dt
import itertools
import logging
import random
import shutil
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.common.errors import TthcError
from pipelines.landing import ingest
from pipelines.landing.retention import purge_expired
from pipelines.settings import Settings
from pipelines.storage.ledger import RowOutcome, open_ledger, save_outcomes
from pipelines.transform import specify_run, workspace
from tests.conservation import unaccounted
from tests.oracle.compiled import Model, models_for

from .few_files import DOSSIERS, FILE, PROCEDURES, UNITS, FewFiles, day

pytestmark = pytest.mark.slow
ENDS = ("deliveries", "delivery_days", "source_freshness", "quarantine_summary", "quarantine_units", "handling_status",
        "indicator_values", "fct_timeliness")  # fmt: skip


@pytest.fixture(scope="module")
def models(compiled_project: dict[str, Any]) -> list[Model]:
    sources = [node["name"] for node in compiled_project["nodes"].values() if node["name"].startswith("base_")]
    return models_for(compiled_project, [*ENDS, *sorted(sources)])


def dossier(code: str, status: int, updated: str = "", unit: str = "H19.07", finished: str = "", gone: str = "") -> str:
    return f"{code},1.000001,{unit},{status},20240603080000,{finished},{updated},Nguyễn Thị Mẫu,{gone}\n"


FIVE: list[FILE] = [
    # An earlier state, one that a later file deletes, one whose unit is not known yet, and half of a conflict.
    ("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1", 4, "20240611080000") + dossier("A-2", 4, "20240611080000")
     + dossier("A-3", 4, "20240611080000", unit="H19.99") + dossier("A-4", 4, "20240611090000")),
    # A later state, the deletion, the other half of the conflict, and an identical repeat.
    ("ho_so", day(3), "a.csv", DOSSIERS + dossier("A-1", 9, "20240613080000", finished="20240612100000")
     + dossier("A-2", 4, "20240613080000", gone="1") + dossier("A-4", 5, "20240613090000")
     + dossier("A-5", 4, "20240613080000") + dossier("A-5", 4, "20240613080000")),
    ("ho_so", day(3), "b.csv", DOSSIERS + dossier("A-4", 6, "20240613090000")),
    # A day that comes late and brings nothing newer for A-1.
    ("ho_so", day(2), "a.csv", DOSSIERS + dossier("A-1", 5, "20240612070000")),
    ("don_vi", day(2), "u.csv", UNITS + "H19.99,Huyện mới,huyen\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tried", "nights"),
    [pytest.param(6, 1, id="some orders"), pytest.param(120, 4, id="every order", marks=pytest.mark.campaign)],
)
def test_five_files_in_any_order_end_in_the_same_version(
    tmp_path: Path, models: list[Model], monkeypatch: pytest.MonkeyPatch, tried: int, nights: int
) -> None:
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    # The code is the same all along; hashing it for each order would take half the test.
    code = specify_run.code_version(Settings())
    for module in (specify_run, workspace):
        monkeypatch.setattr(module, "code_version", lambda _: code)
    lists: list[FILE] = [("don_vi", day(0), "u.csv", UNITS), ("thu_tuc", day(0), "p.csv", PROCEDURES)]
    first = FewFiles(tmp_path / "first", models)
    expected = first.plan(first.deliver(*lists, *FIVE)).version
    orders = random.Random(4).sample(list(itertools.permutations(FIVE)), tried)
    versions = Counter(parsed_already(tmp_path / str(n), first, [*lists, *order]) for n, order in enumerate(orders))
    assert versions == {expected: tried}
    # A few orders run the whole night after every file, so that what one night leaves meets the next.
    contents = []
    for number, order in enumerate(random.Random(5).sample(orders, nights)):
        few = FewFiles(tmp_path / f"nights {number}", models)
        few.deliver(*lists)
        for file in order:
            state = few.deliver(file)
            if any(arrival.delivery.source == "ho_so" for arrival, _ in state.accepted):
                tables = few.night(state)
        assert few.plan(state).version == expected
        contents.append(tables)
    assert all(tables == contents[0] for tables in contents)
    accepted = {row[0] for row in contents[0]["base_ho_so"] if row[-1] == "accepted"}
    assert accepted == {"A-1", "A-2", "A-3", "A-4", "A-5"}


def parsed_already(folder: Path, first: FewFiles, files: list[FILE]) -> str:
    """Deliver the files one by one to a warehouse that has parsed such files before, and return the last version.

    The result of parsing depends on nothing but the file.
    """
    few = FewFiles(folder, [], first.contracts)
    few.settings.ledger_file.parent.mkdir()
    shutil.copy(first.settings.ledger_file, few.settings.ledger_file)
    with open_ledger(few.settings.ledger_file) as ledger:
        ledger.execute("delete from arrival")
    few.settings.lake_dir.symlink_to(first.settings.lake_dir)
    for file in files:
        state = few.deliver(file)
    return few.plan(state).version


def test_a_rejected_row_is_kept_whole_and_taken_by_itself_when_its_list_comes(few: FewFiles) -> None:
    text = DOSSIERS + dossier("A-1", 4) + dossier("A-2", 4, unit="H19.99") + dossier("A-3", 44)
    text += dossier("A-4", 4).replace("1.000001", "1.000009")
    first = few.night(few.deliver(("ho_so", day(1), "a.csv", text)))
    assert [row[3:] for row in first["quarantine_summary"]] == [
        ("not_in_code_list:TrangThaiHoSo", 1), ("unknown_procedure", 1), ("unknown_unit", 1),
    ]  # fmt: skip
    kept = pl.concat([pl.read_parquet(path) for path in few.quarantined("ho_so")]).sort("_row_number")
    columns = ("MaHoSo", "MaDonVi", "ChuHoSo", "_source_file", "_row_number", "_reasons")
    assert kept.select(columns).rows() == [
        ("A-2", "H19.99", "Nguyễn Thị Mẫu", f"ho_so/{day(1)}/a.csv", 3, ["unknown_unit"]),
        ("A-3", "H19.07", "Nguyễn Thị Mẫu", f"ho_so/{day(1)}/a.csv", 4, ["not_in_code_list:TrangThaiHoSo"]),
        ("A-4", "H19.07", "Nguyễn Thị Mẫu", f"ho_so/{day(1)}/a.csv", 5, ["unknown_procedure"]),
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in few.quarantined("ho_so")} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in few.quarantined("ho_so")} == {0o700}
    second = few.night(few.deliver(("don_vi", day(2), "u.csv", UNITS + "H19.99,Huyện mới,huyen\n")))
    assert {row[0] for row in second["base_ho_so"] if row[-1] == "accepted"} == {"A-1", "A-2"}
    third = few.night(few.deliver(("thu_tuc", day(2), "p.csv", PROCEDURES + "1.000009,Cấp giấy khác\n")))
    assert {row[0] for row in third["base_ho_so"] if row[-1] == "accepted"} == {"A-1", "A-2", "A-4"}
    assert [row[3:] for row in third["quarantine_summary"]] == [("not_in_code_list:TrangThaiHoSo", 1)]
    assert [pl.read_parquet(path)["MaHoSo"].to_list() for path in few.quarantined("ho_so")] == [["A-3"]]


def test_a_restatement_replaces_and_says_what_it_changed(few: FewFiles, caplog: pytest.LogCaptureFixture) -> None:
    few.deliver(("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1", 4) + dossier("A-2", 4) + dossier("A-3", 4)))
    caplog.set_level(logging.WARNING, logger="tthc.parsing")
    restated = DOSSIERS + dossier("A-1", 4) + dossier("A-3", 5) + dossier("A-4", 4) + dossier("A-5", 4)
    state = few.deliver(("ho_so", day(1), "a.csv", restated))
    (receipt,) = [r for arrival, r in state.accepted if arrival.delivery.source == "ho_so"]
    assert receipt["restates"] == {"ho_so": {"earlier": 3, "added": 2, "removed": 1, "changed": 1}}
    assert "a.csv" in caplog.text and "Mẫu" not in caplog.text
    assert {row[0] for row in few.night(state)["base_ho_so"]} == {"A-1", "A-3", "A-4", "A-5"}
    archived = few.settings.restricted_dir / "archive" / "ho_so" / day(1) / "a.csv"
    assert len(list(archived.iterdir())) == 2


def test_what_is_kept_long_enough_is_forgotten_and_its_rows_stay(few: FewFiles) -> None:
    text = DOSSIERS + dossier("A-1", 4) + dossier("A-2", 44)
    before = few.night(few.deliver(("ho_so", day(1), "a.csv", text), ("ho_so", day(3), "a.csv", DOSSIERS)))
    short = few.settings.model_copy(update={"keep_archive_days": 30, "keep_quarantine_days": 30})
    assert purge_expired(short, dt.date(2024, 7, 12)) == {"archive": 3, "quarantine": 1}
    assert few.quarantined("ho_so") == []
    kept = [path for path in (few.settings.restricted_dir / "archive").rglob("*-*") if path.is_file()]
    assert [path.parent.name for path in kept if path.suffix != ".forgotten"] == ["a.csv"]
    assert len([path for path in kept if path.suffix == ".forgotten"]) == 3
    assert few.night(few.deliver()) == before
    for path in few.settings.lake_dir.glob("ho_so/*/*.parquet"):
        path.unlink()
    with pytest.raises(TthcError, match=r"archive_missing"):
        few.deliver()


def test_a_contract_alone_is_enough_for_a_new_source(tmp_path: Path, models: list[Model]) -> None:
    folder = tmp_path / "contracts"
    shutil.copytree(Settings().contracts_dir, folder)
    said = "{vi: Ghi chú, en: Note}"
    (folder / "so_huu.yml").write_text(
        f"source: so_huu\ntitle: {said}\ngrain: {said}\nkey: [Ma]\nfields:\n"
        f"  - {{name: Ma, type: code, required: true, description: {said}}}\n"
        f"  - {{name: SoLuong, type: integer, minimum: 1, description: {said}}}\n",
        encoding="utf-8",
    )
    few = FewFiles(tmp_path, models, contracts_dir=folder)
    few.deliver(("don_vi", day(0), "u.csv", UNITS), ("thu_tuc", day(0), "p.csv", PROCEDURES))
    few.deliver(("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1", 4)))
    night = few.night(few.deliver(("so_huu", day(1), "s.csv", "Ma,SoLuong\nM1,3\nM2,0\n")))
    (row,) = [row for row in night["deliveries"] if row[0] == "so_huu"]
    assert row[8:12] == (2, 1, 1, 0)
    assert [line[3:] for line in night["quarantine_summary"]] == [("below_minimum:SoLuong", 1)]


def test_the_check_of_conservation_sees_what_is_lost(few: FewFiles) -> None:
    """What is checked after all tests must be able to fail: a lost outcome, and a row gone from the lake."""
    few.deliver(("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1", 4) + dossier("A-2", 44)))
    warehouse = few.settings.warehouse_dir
    assert list(unaccounted(warehouse)) == []
    with open_ledger(few.settings.ledger_file) as ledger:
        save_outcomes(ledger, [RowOutcome("v", "ho_so", "f", rows_in=3, accepted=1, rejected=1, superseded=0)])
    assert len(list(unaccounted(warehouse))) == 1
    with open_ledger(few.settings.ledger_file) as ledger:
        save_outcomes(ledger, [])
    (path,) = few.settings.lake_dir.glob("ho_so/*/*.parquet")
    whole = path.read_bytes()
    pl.read_parquet(path).clear().write_parquet(path)
    assert len(list(unaccounted(warehouse))) == 1
    path.write_bytes(whole)


def test_a_missing_day_is_no_zero(few: FewFiles) -> None:
    first, third = (("ho_so", day(n), "a.csv", DOSSIERS + dossier(f"A-{n}", 4)) for n in (1, 3))
    without = few.night(few.deliver(first, third))
    few.deliver(("ho_so", day(2), "a.csv", DOSSIERS))
    empty = few.night(few.deliver())
    assert without["handling_status"] == empty["handling_status"]
    assert [row[1].isoformat() for row in without["deliveries"] if row[0] == "ho_so"] == [day(1), day(3)]


def test_a_rerun_changes_nothing(few: FewFiles) -> None:
    state = few.deliver(("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1", 4)))
    first = few.night(state)
    kept = {path: path.stat().st_mtime_ns for path in few.settings.restricted_dir.rglob("*.parquet")}
    again = few.deliver()
    assert few.plan(again).version == few.plan(state).version
    assert few.night(again) == first
    assert {path: path.stat().st_mtime_ns for path in few.settings.restricted_dir.rglob("*.parquet")} == kept


def test_a_copy_under_a_name_that_sorts_first_brings_nothing(few: FewFiles) -> None:
    content = DOSSIERS + dossier("A-1", 4) + dossier("A-2", 4, unit="H19.99")
    state = few.deliver(("ho_so", day(1), "b.csv", content))
    first = few.night(state)
    copied = few.deliver(("ho_so", day(1), "a.csv", content))
    assert few.plan(copied).version == few.plan(state).version
    again = few.night(copied)
    for table in ("handling_status", "indicator_values", "fct_timeliness"):
        assert again[table] == first[table]
    assert len(few.quarantined("ho_so")) == 1
