"""Small files are parsed together and share files of the lake: what they give is what each gives alone."""

import datetime as dt
import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.common.errors import TthcError
from pipelines.common.files import sha256_of
from pipelines.landing import archive, ingest
from pipelines.landing.ingest import ingest_deliveries
from pipelines.landing.rebuild_ledger import ensure_ledger
from pipelines.landing.retention import purge_expired
from pipelines.nightly.prune import prune_unreferenced
from pipelines.parsing import groups, parse_group
from pipelines.parsing import update_lake as update_lake_module
from pipelines.parsing.compact import compact
from pipelines.parsing.lake_files import LakeFiles
from pipelines.parsing.readers import reading
from pipelines.parsing.receipts import LakeState, lake_state
from pipelines.parsing.update_lake import update_lake, verify_lake
from pipelines.settings import ReadLimits
from pipelines.storage.delivery import Delivery
from pipelines.storage.ledger import Arrival, Verified, open_ledger, save_verified, verified_files
from pipelines.transform.workspace import build_workspace
from tests.conservation import unaccounted
from tests.pipeline.few_files import DOSSIERS, LONG_AGO, PROCEDURES, UNITS, FewFiles, day

MESSAGE = {
    "service": "DongBoHoSoMC", "madonvi": "H19.07",
    "data": [{"MaHoSo": "J-1", "MaTTHC": "1.000001", "TrangThaiHoSo": "4", "NgayTiepNhan": "20240611080000",
              "DanhSachLePhi": [{"MaPhiLePhi": "P1", "Gia": "5"}, {"MaPhiLePhi": "P2", "Gia": "x"}]}],
}  # fmt: skip


def dossier(code: str, status: int = 4, more: str = "") -> str:
    """Return a line of a CSV of dossiers."""
    return f"{code},1.000001,H19.07,{status},20240611080000,,20240611090000,Mẫu{more},\n"


FILES: dict[str, str | bytes] = {
    "a.csv": DOSSIERS + dossier("A-1") + dossier("A-2"),
    "b.csv": DOSSIERS + dossier("B-1", 44) + "B-2,short\n" + dossier("B-3") + "Người lập biểu,,,,,,,,\n",
    "c.csv": DOSSIERS,
    "d.csv": DOSSIERS + " D-1 " + dossier("")[1:] + dossier("D-2", more=" "),
    "e.csv": "MaHoSo,MaTTHC\nE-1,1.000001\n",
    "f.csv": DOSSIERS.encode() + "F-1,1.000001,H19.07,4,,,,Mẫu,\n".encode("utf-16"),
    "g.tsv": (DOSSIERS + dossier("G-1")).replace(",", "\t"),
    "h.ndjson": '{"MaHoSo": "N-1", "MaTTHC": "1.000001", "MaDonVi": "H19.07", "TrangThaiHoSo": "4"}\n',
    "m.json": json.dumps(MESSAGE),
    "n.json": json.dumps(MESSAGE).replace("J-1", "J-2"),
    "o.csv": DOSSIERS + dossier("O-1") + dossier("O-2"),  # more rows than stated
    "p.csv": DOSSIERS + "\n".join(f"P-{n},1.000001,H19.07,9,20240611080000,,,," for n in range(40)) + "\n",
    "q.csv": DOSSIERS.replace("MaHoSo", "mahoso"),
    "s.csv": DOSSIERS + dossier("S-1") + dossier("S-2"),  # received and updated after its day
    "t.csv": DOSSIERS + dossier("T-1"),
}
DAYS = {"s.csv": day(-2), "t.csv": day(3)}
ROWS = {"a.csv": "2", "b.csv": "4", "o.csv": "1"}


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FewFiles:
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    few = FewFiles(tmp_path, models=[])
    few.deliver(("don_vi", day(0), "u.csv", UNITS), ("thu_tuc", day(0), "p.csv", PROCEDURES))
    return few


def deliver_all(few: FewFiles) -> LakeState:
    """Deliver all kinds of small files at once."""
    for name, content in FILES.items():
        path = few.settings.raw_dir / "ho_so" / DAYS.get(name, day(1)) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (LONG_AGO, LONG_AGO))
        if name in ROWS:
            path.with_name(f"{name}.rows").write_text(ROWS[name])
    return few.deliver()


def lay_out(few: FewFiles, state: LakeState) -> None:
    """Build the workspace of a run, which holds what counts against what lies in the lake."""
    build_workspace(few.settings, few.contracts, state, few.plan(state))


def names(few: FewFiles, source: str = "ho_so") -> list[str]:
    """Return the lake files of a source by their path below the lake."""
    lake = few.settings.lake_dir
    return sorted(path.relative_to(lake).as_posix() for path in lake.glob(f"{source}/*/*.parquet"))


def content(few: FewFiles, state: LakeState) -> dict[str, Any]:
    """Return all that parsing leaves of the deliveries that count, whatever file of the lake it lies in."""
    found: dict[str, Any] = {"receipts": {}, "lake": {}}
    for arrival, receipt in state.parsed:
        label = arrival.delivery.label
        found["receipts"][label] = {k: v for k, v in receipt.items() if k not in ("files", "shared")}
        for name in receipt["files"]:
            frame = pl.read_parquet(few.settings.lake_dir / name).filter(pl.col("_source_file") == label)
            kind = str(Path(name).parent.parent)
            found["lake"][label, kind] = (frame.schema, frame.rows())
    quarantine = few.settings.quarantine_dir
    found["quarantine"] = {p.relative_to(quarantine): p.read_bytes() for p in quarantine.rglob("*.parquet")}
    return found


def test_files_parsed_together_give_what_each_gives_alone(
    few: FewFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = deliver_all(few)
    assert {len(receipt.get("shared", {})) > 0 for _, receipt in together.accepted} == {True, False}
    assert len(names(few)) == 1
    monkeypatch.setattr(update_lake_module, "LEAST_TOGETHER", 10**9)
    alone = FewFiles(tmp_path / "alone", models=[])
    alone.settings.key_file.parent.mkdir(parents=True)
    shutil.copy(few.settings.key_file, alone.settings.key_file)
    alone.deliver(("don_vi", day(0), "u.csv", UNITS), ("thu_tuc", day(0), "p.csv", PROCEDURES))
    each = deliver_all(alone)
    assert len(names(alone)) > 7 and not any("shared" in receipt for _, receipt in each.accepted)
    assert content(few, together) == content(alone, each)
    reasons = {
        a.delivery.file_name: r["sources"]["ho_so"]["reasons"]
        for a, r in together.accepted
        if a.delivery.file_name in DAYS
    }
    assert reasons["t.csv"] == {} and reasons["s.csv"]["received_after_business_day"] == 2
    refused = {a.delivery.file_name: r["refused"]["code"] for a, r in together.parsed if r["refused"]}
    assert set(refused) == {"e.csv", "f.csv", "o.csv", "q.csv"}
    assert few.plan(together).version == alone.plan(each).version
    assert list(unaccounted(few.settings.warehouse_dir)) == []


def test_a_second_night_reads_and_writes_nothing(few: FewFiles) -> None:
    first = deliver_all(few)
    before = {path: path.stat().st_mtime_ns for path in few.settings.lake_dir.rglob("*.parquet")}
    again = update_lake(few.settings, few.contracts)
    assert [r for _, r in again.parsed] == [r for _, r in first.parsed]
    assert {path: path.stat().st_mtime_ns for path in few.settings.lake_dir.rglob("*.parquet")} == before
    assert prune_unreferenced(few.settings) == 0


def test_a_file_that_breaks_the_reader_is_refused_alone(
    few: FewFiles, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read = reading.read

    def broken(path: Path, name: str, *args: Any, **more: Any) -> Any:
        if name == "5.csv":
            raise RecursionError
        return read(path, name, *args, **more)

    for module in ("parse_group", "parse_file"):
        monkeypatch.setattr(f"pipelines.parsing.{module}.read", broken)
    caplog.set_level(logging.WARNING, logger="tthc")
    state = few.deliver(*(("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(9)))
    assert [a.delivery.file_name for a, r in state.parsed if r["refused"]] == ["5.csv"]
    assert [record for record in caplog.records if "5.csv" in record.getMessage()]
    assert pl.concat([pl.read_parquet(few.settings.lake_dir / name) for name in names(few)]).height == 8


def test_a_file_in_another_encoding_is_refused_alone_though_only_a_cell_shows_it(few: FewFiles) -> None:
    lines = [f"1.00000{n},{'Cáº¥p giáº¥y' if n == 3 else 'Cấp giấy'}" for n in range(6)]
    state = few.deliver(*(("thu_tuc", day(1), f"{n}.csv", f"MaTTHC,TenTTHC\n{line}\n") for n, line in enumerate(lines)))
    refused = [(a.delivery.file_name, r["refused"]) for a, r in state.parsed if r["refused"]]
    assert refused == [("3.csv", {"code": "misread_text", "params": {"line": "2", "column": "TenTTHC"}})]


def test_a_restated_file_leaves_the_file_that_it_shared(few: FewFiles) -> None:
    files = [("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(4)]
    few.deliver(*files)
    (shared,) = names(few)
    state = few.deliver(("ho_so", day(1), "2.csv", DOSSIERS + dossier("A-2", 5) + dossier("A-9")))
    (receipt,) = [r for a, r in state.accepted if a.delivery.file_name == "2.csv"]
    assert receipt["restates"] == {"ho_so": {"earlier": 1, "added": 1, "removed": 0, "changed": 1}}
    lay_out(few, state)
    assert prune_unreferenced(few.settings) == 1 and shared not in names(few)
    rows = pl.concat([pl.read_parquet(few.settings.lake_dir / name) for name in names(few)])
    assert sorted(rows["MaHoSo"]) == ["A-0", "A-1", "A-2", "A-3", "A-9"]
    assert {r["shared"][n] for _, r in state.accepted for n in r.get("shared", {})} == {3}
    # The bytes of before come back in their turn.
    state = few.deliver(files[2])
    lay_out(few, state)
    prune_unreferenced(few.settings)
    rows = pl.concat([pl.read_parquet(few.settings.lake_dir / name) for name in names(few)])
    assert sorted(rows["MaHoSo"]) == ["A-0", "A-1", "A-2", "A-3"]
    assert list(unaccounted(few.settings.warehouse_dir)) == []


def test_rows_that_do_not_count_are_never_laid_out(few: FewFiles) -> None:
    """Between the receipts of a restatement and the rewriting of what its file shared, say, the run was killed."""
    few.deliver(*(("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(4)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(update_lake_module, "separate", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            few.deliver(("ho_so", day(1), "2.csv", DOSSIERS))
    with pytest.raises(ValueError, match="rows that do not count"):
        lay_out(few, lake_state(few.settings))
    lay_out(few, few.deliver())
    assert list(unaccounted(few.settings.warehouse_dir)) == []


@pytest.mark.parametrize("killed", ["parse_group", "write_whole", "save_receipt", "save_verified"])
def test_a_run_killed_at_any_step_is_made_up_for(few: FewFiles, killed: str) -> None:
    module = {"save_receipt": update_lake_module, "save_verified": "pipelines.parsing.verifications"}
    with pytest.MonkeyPatch.context() as patched:

        def kill(*_: object) -> None:
            raise KeyboardInterrupt

        place = module.get(killed, parse_group if killed == "write_whole" else update_lake_module)
        patched.setattr(place if not isinstance(place, str) else f"{place}.{killed}", *(
            (kill,) if isinstance(place, str) else (killed, kill)
        ))  # fmt: skip
        with pytest.raises(KeyboardInterrupt):
            few.deliver(*(("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(4)))
    lay_out(few, few.deliver())
    prune_unreferenced(few.settings)
    assert len(names(few)) == 1
    assert pl.read_parquet(few.settings.lake_dir / names(few)[0]).height == 4


def test_a_damaged_shared_file_is_parsed_again(few: FewFiles) -> None:
    state = few.deliver(*(("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(4)))
    (name,) = names(few)
    path = few.settings.lake_dir / name
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + bytes([whole[50] ^ 1]) + whole[51:])
    again = few.deliver()
    assert path.read_bytes() == whole
    assert [r for _, r in again.parsed] == [r for _, r in state.parsed]


def test_what_no_time_shows_is_found_when_the_hash_is_due(few: FewFiles) -> None:
    """A bit that the disk itself flips changes neither size nor times."""
    few.deliver(*(("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(4)))
    (name,) = names(few)
    known = rot(few, name)
    today = dt.date.today()
    for days, is_intact in ((0, True), (6, True), (7, False), (-1, False)):
        files = LakeFiles(few.settings, today + dt.timedelta(days=days))
        assert files.is_intact(name, known.sha256) == is_intact
    always = LakeFiles(few.settings.model_copy(update={"verify_days": 0}), today)
    assert not always.is_intact(name, known.sha256)


def rot(few: FewFiles, name: str, days_ago: int = 0) -> Verified:
    """Flip a bit of a lake file as the disk itself would, so that nothing tells; it was verified some days ago."""
    path = few.settings.lake_dir / name
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + bytes([whole[50] ^ 1]) + whole[51:])
    status = path.stat()
    with open_ledger(few.settings.ledger_file) as ledger:
        known = verified_files(ledger)[name]
        looks = (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        found = Verified(known.sha256, looks, known.verified_on - dt.timedelta(days_ago))
        save_verified(ledger, {name: found})
    return found


def test_a_lake_file_is_hashed_before_its_rows_are_read(few: FewFiles) -> None:
    """Only three days after its last verification nothing tells, and parsing takes the file for intact."""
    few.deliver(*(("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(4)))
    (name,) = names(few)
    path = few.settings.lake_dir / name
    whole = path.read_bytes()
    rot(few, name, days_ago=3)
    state = few.deliver()
    assert path.read_bytes() != whole
    again = verify_lake(few.settings, few.contracts, state)
    assert path.read_bytes() == whole and again == state
    assert verify_lake(few.settings, few.contracts, again) is again


def test_damaged_rows_are_never_written_anew_under_a_hash_of_their_own(few: FewFiles) -> None:
    for night in range(16):
        on = (dt.date(2024, 6, 1) + dt.timedelta(days=night)).isoformat()
        state = few.deliver(("ho_so", on, "a.csv", DOSSIERS + dossier(f"A-{night}").replace("20240611", "20240601")))
    before = content(few, state)
    rot(few, names(few)[5], days_ago=3)
    assert compact(few.settings) == 0
    assert content(few, update_lake(few.settings, few.contracts)) == before
    assert compact(few.settings) == 16
    assert content(few, update_lake(few.settings, few.contracts)) == before


def test_what_a_damaged_file_shared_with_a_restated_one_is_parsed_again(few: FewFiles) -> None:
    few.deliver(*(("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(4)))
    (name,) = names(few)
    rot(few, name, days_ago=3)
    few.deliver(("ho_so", day(1), "2.csv", DOSSIERS + dossier("A-2") + dossier("A-7")))
    prune_unreferenced(few.settings)
    rows = pl.concat([pl.read_parquet(few.settings.lake_dir / one) for one in names(few)])
    assert sorted(rows["MaHoSo"]) == ["A-0", "A-1", "A-2", "A-3", "A-7"]


def test_a_note_of_purged_bytes_that_was_cut_off_is_written_anew(few: FewFiles) -> None:
    for night in range(16):
        on = (dt.date(2024, 6, 1) + dt.timedelta(days=night)).isoformat()
        state = few.deliver(("ho_so", on, "a.csv", DOSSIERS + dossier(f"A-{night}").replace("20240611", "20240601")))
    purge_expired(few.settings.model_copy(update={"keep_archive_days": 30}), dt.date(2024, 7, 5))
    note = min(few.settings.archive_dir.rglob("*.forgotten"))
    note.write_text('{"as_of": "2024')
    assert compact(few.settings) == 16
    few.settings.ledger_file.unlink()
    ensure_ledger(few.settings)
    assert update_lake(few.settings, few.contracts).totals("ho_so") == state.totals("ho_so")


def test_rows_of_purged_files_are_kept_when_one_that_shared_their_file_is_restated(few: FewFiles) -> None:
    few.deliver(*(("ho_so", day(1), f"{n}.csv", DOSSIERS + dossier(f"A-{n}")) for n in range(3)))
    few.settings = few.settings.model_copy(update={"keep_archive_days": 30})
    assert purge_expired(few.settings, dt.date(2024, 12, 31))["archive"] == 5
    state = few.deliver(("ho_so", day(1), "1.csv", DOSSIERS + dossier("A-1") + dossier("A-7")))
    prune_unreferenced(few.settings)
    rows = {r["delivery"]: r["sources"]["ho_so"]["accepted"] for _, r in state.accepted if "ho_so" in r["sources"]}
    assert sorted(rows.values()) == [1, 1, 2]
    few.settings.ledger_file.unlink()
    ensure_ledger(few.settings)
    again = update_lake(few.settings, few.contracts)
    assert again.totals("ho_so") == state.totals("ho_so")
    lay_out(few, again)
    assert list(unaccounted(few.settings.warehouse_dir)) == []
    for name in names(few):
        (few.settings.lake_dir / name).unlink()
    with pytest.raises(TthcError, match="archive_missing"):
        few.deliver()


def test_a_large_file_is_hashed_while_it_is_copied_and_again_only_where_something_touched_it(
    few: FewFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGE_FILE", 1)
    hashed: list[Path] = []

    def hash_of(path: Path) -> str:
        hashed.append(path)
        return sha256_of(path)

    monkeypatch.setattr(update_lake_module, "sha256_of", hash_of)
    few.deliver(("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1")))
    assert hashed == []
    path = few.settings.raw_dir / "ho_so" / day(2) / "b.csv"
    path.parent.mkdir()
    path.write_text(DOSSIERS + dossier("B-1"), encoding="utf-8")
    ingest_deliveries(few.settings, set(few.contracts))
    (kept,) = (few.settings.archive_dir / "ho_so" / day(2) / "b.csv").iterdir()
    kept.write_text(DOSSIERS + dossier("B-2"), encoding="utf-8")  # as many bytes
    state = update_lake(few.settings, few.contracts)
    assert set(hashed) == {kept}
    assert [(a.delivery.file_name, r["refused"]["code"]) for a, r in state.parsed if r["refused"]] == [
        ("b.csv", "archive_damaged")
    ]  # fmt: skip


def arrivals_of(*sizes: int, source: str = "ho_so", ending: str = "csv") -> list[Arrival]:
    deliveries = [Delivery(source, dt.date(2024, 6, 11), f"{n}.{ending}") for n in range(len(sizes))]
    return [Arrival(one, "", size, None, "", n) for n, (one, size) in enumerate(zip(deliveries, sizes, strict=True), 1)]


def test_groups_hold_small_text_files_of_one_source_and_fit_a_batch() -> None:
    limits = ReadLimits(batch_bytes=4_000)
    small = arrivals_of(*[300] * 7)
    assert [len(group) for group in groups.groups(small, limits)] == [3, 3, 1]
    assert [len(group) for group in groups.groups(arrivals_of(*[1] * 900), ReadLimits())] == [400, 400, 100]
    apart = [*arrivals_of(1, 1, ending="xlsx"), *arrivals_of(1, 1, ending="csv.gz"), *arrivals_of(1 << 20, 1 << 20)]
    assert [len(group) for group in groups.groups(apart, ReadLimits())] == [1] * 6
    both = [*small[:2], *arrivals_of(5, 5, source="le_phi")]
    assert [[a.delivery.source for a in group] for group in groups.groups(both, limits)] == [
        ["ho_so"] * 2, ["le_phi"] * 2
    ]  # fmt: skip
    assert [a for group in groups.groups([*small, *apart, *both], limits) for a in group] == [*small, *apart, *both]


def months_of_nights(few: FewFiles, nights: int) -> LakeState:
    """Deliver two files a night, a row of each rejected, and merge what is to be merged after each."""
    for night in range(nights):
        on = (dt.date(2024, 6, 1) + dt.timedelta(days=night)).isoformat()
        text = [DOSSIERS + dossier(f"{letter}-{night}") + dossier(f"{letter}-{night}-x", 44) for letter in "AB"]
        text = [one.replace("202406110", "202406010") for one in text]
        state = few.deliver(("ho_so", on, "a.csv", text[0]), ("ho_so", on, "b.csv", text[1]))
        before = content(few, state)
        compact(few.settings)
        prune_unreferenced(few.settings)
        assert content(few, lake_state(few.settings)) == before
    return lake_state(few.settings)


@pytest.mark.campaign
def test_small_lake_files_of_a_month_are_merged_and_nothing_else_changes(few: FewFiles) -> None:
    state = months_of_nights(few, 40)
    # Sixteen of June's thirty were merged; fourteen more, and ten of July, are too few for another file.
    (merged,) = [name for name in names(few) if Path(name).parent.name == "2024-06"]
    assert len(names(few)) == 1 + 14 + 10
    assert len(names(few, "_rejected/ho_so")) == 1 + 14 + 10
    assert {r["shared"][merged] for _, r in state.accepted if merged in r["files"]} == {32}
    assert pl.read_parquet(few.settings.lake_dir / merged).height == 32
    lay_out(few, state)
    assert list(unaccounted(few.settings.warehouse_dir)) == []
    assert few.plan(update_lake(few.settings, few.contracts)).version == few.plan(state).version


def test_a_file_that_left_a_merged_file_leaves_the_others_in_it(few: FewFiles) -> None:
    months_of_nights(few, 17)
    few.settings = few.settings.model_copy(update={"keep_archive_days": 30})
    purge_expired(few.settings, dt.date(2024, 7, 5))  # the first four nights are kept by their rows alone
    for night in (2, 9):
        on = (dt.date(2024, 6, 1) + dt.timedelta(days=night)).isoformat()
        state = few.deliver(("ho_so", on, "a.csv", DOSSIERS))
    lay_out(few, state)
    compact(few.settings)
    prune_unreferenced(few.settings)
    assert list(unaccounted(few.settings.warehouse_dir)) == []
    rows = pl.concat([pl.read_parquet(few.settings.lake_dir / name) for name in names(few)])
    assert sorted(rows["MaHoSo"]) == sorted(
        {f"{letter}-{night}" for letter in "AB" for night in range(17)} - {"A-2", "A-9"}
    )
    few.settings.ledger_file.unlink()
    ensure_ledger(few.settings)
    assert update_lake(few.settings, few.contracts).totals("ho_so") == state.totals("ho_so")


@pytest.mark.parametrize("killed", ["rewrite", "save_renamed", "save_receipt", "leave_note"])
def test_a_kill_amid_merging_changes_nothing(few: FewFiles, killed: str) -> None:
    for night in range(16):
        on = (dt.date(2024, 6, 1) + dt.timedelta(days=night)).isoformat()
        state = few.deliver(("ho_so", on, "a.csv", DOSSIERS + dossier(f"A-{night}").replace("20240611", "20240601")))
    purge_expired(few.settings.model_copy(update={"keep_archive_days": 30}), dt.date(2024, 7, 5))
    before, calls = content(few, state), []

    def kill(*_: object) -> None:
        calls.append(killed)
        raise KeyboardInterrupt

    module = "compact" if killed in ("rewrite", "save_renamed") else "shared_files"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"pipelines.parsing.{module}.{killed}", kill)
        with pytest.raises(KeyboardInterrupt):
            compact(few.settings)
    assert content(few, lake_state(few.settings)) == before
    prune_unreferenced(few.settings)
    assert content(few, update_lake(few.settings, few.contracts)) == before
    assert compact(few.settings) == 16
    prune_unreferenced(few.settings)
    assert content(few, update_lake(few.settings, few.contracts)) == before and len(names(few)) == 1
    assert calls == [killed]


def test_a_damaged_file_is_not_merged_but_made_again(few: FewFiles) -> None:
    for night in range(16):
        on = (dt.date(2024, 6, 1) + dt.timedelta(days=night)).isoformat()
        state = few.deliver(("ho_so", on, "a.csv", DOSSIERS + dossier(f"A-{night}").replace("20240611", "20240601")))
    before = content(few, state)
    path = few.settings.lake_dir / names(few)[5]
    path.write_bytes(path.read_bytes()[:-1])
    assert compact(few.settings) == 0
    assert content(few, update_lake(few.settings, few.contracts)) == before
    assert compact(few.settings) == 16
    assert content(few, update_lake(few.settings, few.contracts)) == before
