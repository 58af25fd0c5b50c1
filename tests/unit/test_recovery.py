"""After a crash or a loss everything is rebuilt from the archive, and files that nothing needs are removed."""

import datetime as dt
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.checksums import with_checksum
from pipelines.common.files import atomic_write, remove_atomically, remove_leftovers, unfinished
from pipelines.contracts.model import Contract
from pipelines.landing import ingest, rebuild_ledger
from pipelines.landing.ingest import archive_path, ingest_deliveries
from pipelines.landing.rebuild_ledger import add_missing_arrivals, ensure_ledger, is_sound, leave_ledger
from pipelines.landing.retention import purge_expired
from pipelines.nightly.prune import prune_unreferenced
from pipelines.nightly.recovery import recover
from pipelines.parsing.receipts import Receipts, lake_state
from pipelines.parsing.update_lake import update_lake
from pipelines.settings import Settings
from pipelines.storage.ledger import (
    LedgerDamaged,
    arrivals,
    classify_arrivals,
    drop_receipts,
    open_ledger,
    purged_arrivals,
    receipts,
    save_expected_rows,
    save_receipt,
)
from pipelines.storage.runs import begin_run, end_run, runs
from tests.campaign.faults.damage import blank, cut

FIRST = dt.date(2024, 5, 1)
HEAD = "MaHoSo,NgayXinLoi,NgayHenTraLai\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    return Settings(raw_dir=tmp_path / "raw", warehouse_dir=tmp_path / "kho", keep_archive_days=30)


def deliver(settings: Settings, *numbers: int, day: dt.date = FIRST, name: str = "a.csv", rows: bool = False) -> Path:
    """Deliver and archive a list of letters of apology; return its path in landing."""
    path = settings.raw_dir / "xin_loi" / day.isoformat() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "".join(f"H19-{number},20240430080000,\n" for number in numbers), encoding="utf-8")
    path.with_name(f"{name}.rows").unlink(missing_ok=True)
    if rows:
        path.with_name(f"{name}.rows").write_text(f"{len(numbers)}\n")
    ingest_deliveries(settings, {"xin_loi"})
    return path


def known(settings: Settings) -> list[tuple[Any, ...]]:
    """Return every arrival, but for the numbers that the ledger gave them."""
    with open_ledger(settings.ledger_file) as ledger:
        gone = purged_arrivals(ledger)
        rows = [(a.archived_as, a.sha256, a.byte_count, a.expected_rows, a.sequence in gone) for a in arrivals(ledger)]
    return sorted(rows)


def three_arrivals(settings: Settings) -> None:
    deliver(settings, 1, 2, rows=True)
    deliver(settings, 1, 2, 3, rows=True)
    deliver(settings, 4, day=FIRST + dt.timedelta(days=1))


def test_the_ledger_is_rebuilt_from_the_archive_alone(settings: Settings) -> None:
    three_arrivals(settings)
    before = known(settings)
    assert [row[3] for row in before] == [2, 3, None]
    settings.ledger_file.unlink()
    ensure_ledger(settings)
    assert known(settings) == before
    with open_ledger(settings.ledger_file) as ledger:
        active = classify_arrivals(arrivals(ledger))["active"]
    assert [a.archived_as.rpartition("/")[2][:4] for a in active] == ["0002", "0001"]


@pytest.mark.parametrize("table", ["arrival", "receipt", "forgotten"])
def test_a_changed_row_is_never_used(settings: Settings, contracts: dict[str, Contract], table: str) -> None:
    three_arrivals(settings)
    update_lake(settings, contracts)
    purge_expired(settings, FIRST + dt.timedelta(days=31))
    before = known(settings)
    column = {"arrival": "business_day = '2024-05-09'", "receipt": "content = replace(content, ': 1', ': 2')",
              "forgotten": "sequence = sequence + 100"}[table]  # fmt: skip
    with sqlite3.connect(settings.ledger_file) as ledger:
        assert ledger.execute(f"update {table} set {column}").rowcount > 0
    assert not is_sound(settings.ledger_file)
    with open_ledger(settings.ledger_file) as ledger, pytest.raises(LedgerDamaged):
        arrivals(ledger), receipts(ledger), purged_arrivals(ledger)
    ensure_ledger(settings)
    assert is_sound(settings.ledger_file)
    assert known(settings) == before
    assert settings.ledger_file.with_name("damaged.sqlite").exists()


@pytest.mark.parametrize("damage", [blank, cut])
def test_a_damaged_ledger_is_never_used(settings: Settings, damage: object) -> None:
    three_arrivals(settings)
    before = known(settings)
    damage(settings.ledger_file, random.Random(1))  # type: ignore[operator]
    ensure_ledger(settings)
    assert known(settings) == before


def test_bytes_without_a_line_get_one_and_keep_their_number(settings: Settings) -> None:
    """A crash came after the copy and before its line: nothing is archived twice, nothing is forgotten."""
    three_arrivals(settings)
    before = known(settings)
    with sqlite3.connect(settings.ledger_file) as ledger:
        ledger.execute("delete from arrival where sequence = 3")
    assert ingest_deliveries(settings, {"xin_loi"})["new"] == 1
    assert known(settings) == before
    with sqlite3.connect(settings.ledger_file) as ledger:
        ledger.execute("delete from arrival where sequence = 3")
    shutil.rmtree(settings.raw_dir)
    assert add_missing_arrivals(settings) == 1
    assert known(settings) == before


def test_bytes_that_went_missing_are_taken_in_once_more(settings: Settings) -> None:
    three_arrivals(settings)
    before = known(settings)
    with open_ledger(settings.ledger_file) as ledger:
        last = archive_path(settings, arrivals(ledger)[-1])
    last.unlink()
    ingest_deliveries(settings, {"xin_loi"})
    assert last.is_file() and known(settings) == before


def test_what_was_purged_stays_recorded_when_the_ledger_is_lost(
    settings: Settings, contracts: dict[str, Contract]
) -> None:
    three_arrivals(settings)
    state = update_lake(settings, contracts)
    assert purge_expired(settings, FIRST + dt.timedelta(days=31))["archive"] == 2
    before, totals = known(settings), state.totals("xin_loi")
    assert sum(row[4] for row in before) == 2
    settings.ledger_file.unlink()
    ensure_ledger(settings)
    assert known(settings) == before
    assert update_lake(settings, contracts).totals("xin_loi") == totals


def test_bytes_whose_time_is_over_go_although_a_crash_came_between(settings: Settings) -> None:
    path = deliver(settings, 1)
    as_of = FIRST + dt.timedelta(days=31)
    purge_expired(settings, as_of)
    with open_ledger(settings.ledger_file) as ledger:
        kept = archive_path(settings, arrivals(ledger)[0])
    kept.write_bytes(path.read_bytes())
    purge_expired(settings, as_of)
    assert not kept.exists()


def test_a_killed_run_is_recorded_as_interrupted(settings: Settings) -> None:
    with open_ledger(settings.ledger_file) as ledger:
        begin_run(ledger, 1)
    with open_ledger(settings.ledger_file) as ledger:
        number = begin_run(ledger, 2)
        end_run(ledger, number, "published", version="v", as_of="2024-05-01")
        end_run(ledger, number, "published", detail={"why": "x"})
        ended = [(run.outcome, run.version, run.detail.get("why"), run.detail.get("cause")) for run in runs(ledger)]
        assert ended == [("published", "v", "x", None), ("interrupted", None, None, "killed")]


def test_leftovers_are_swept_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "whole.parquet").write_text("x")

    def killed_while_writing() -> None:
        with atomic_write(tmp_path / "a" / "half.parquet") as temporary:
            temporary.write_text("x")
            shutil.copy(temporary, temporary.with_name(".killed.parquet.part"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        killed_while_writing()
    (tmp_path / ".v1.leaving" / "open-data").mkdir(parents=True)
    assert remove_leftovers(tmp_path) == 2
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "whole.parquet"]


def test_what_a_crash_left_unfinished_anywhere_is_gone_before_the_next_run(settings: Settings) -> None:
    folders = (settings.lake_dir, settings.restricted_dir, settings.versions_dir, settings.refused_dir,
               settings.editions_dir, settings.first_published_dir, settings.quality_dir)  # fmt: skip
    left = [unfinished(folder / "run-000007") for folder in folders]
    for folder in left:
        (folder / "en").mkdir(parents=True)
    left += [unfinished(settings.current_link)]
    left[-1].symlink_to("versions/v")
    recover(settings)
    assert [path for path in left if path.exists() or path.is_symlink()] == []


def test_a_folder_is_whole_or_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = tmp_path / "v1"
    (version / "open-data").mkdir(parents=True)
    monkeypatch.setattr(shutil, "rmtree", lambda path: (_ for _ in ()).throw(OSError("killed here")))
    with pytest.raises(OSError, match="killed here"):
        remove_atomically(version)
    assert not version.exists()


def test_lake_and_ledger_hold_only_what_counts(settings: Settings, contracts: dict[str, Contract]) -> None:
    three_arrivals(settings)
    update_lake(settings, contracts)
    deliver(settings, 7, 8)
    state = update_lake(settings, contracts)
    with open_ledger(settings.ledger_file) as ledger:
        (_, receipt), *_ = state.parsed
        save_receipt(ledger, "of-earlier-contracts", {**receipt, "files": {}})
    assert prune_unreferenced(settings) >= 1
    assert len(list(settings.lake_dir.rglob("*.parquet"))) == len(state.parsed) == 2
    assert lake_state(settings).totals("xin_loi") == state.totals("xin_loi")
    assert "of-earlier-contracts" not in Receipts(settings)._by_key
    assert prune_unreferenced(settings) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child at its parent's death")
def test_dbt_dies_with_the_run(tmp_path: Path) -> None:
    """The parent is killed, and the kernel kills its child."""
    child = "import os,sys,time; from pipelines.transform import dbt_child; dbt_child.kill_with_parent(os.getppid());"
    parent = (
        "import subprocess,sys,os,time;"
        f"p = subprocess.Popen([sys.executable, '-c', {child + 'print(1, flush=True); time.sleep(60)'!r}],"
        " stdout=subprocess.PIPE); p.stdout.readline(); print(p.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, 9)
    pytest.fail("the child outlived its parent")


def searched(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Return whether the next run searches the archive for files without an arrival."""
    found = []

    def search(settings: Settings) -> int:
        found.append(settings)
        return add_missing_arrivals(settings)

    with monkeypatch.context() as patched:
        patched.setattr(rebuild_ledger, "add_missing_arrivals", search)
        ensure_ledger(settings)
    return bool(found)


def test_the_archive_is_searched_where_it_may_hold_more_than_the_ledger(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_arrivals(settings)
    assert searched(settings, monkeypatch)  # nothing is known of it yet
    assert not searched(settings, monkeypatch)
    deliver(settings, 5, day=FIRST + dt.timedelta(days=2))
    deliver(settings, 5, 6, day=FIRST + dt.timedelta(days=2))
    assert not searched(settings, monkeypatch)
    before = known(settings)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ingest, "record_arrival", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver(settings, 5, 6, 7, day=FIRST + dt.timedelta(days=2))
    shutil.rmtree(settings.raw_dir)
    assert searched(settings, monkeypatch) and len(known(settings)) == len(before) + 1
    assert not searched(settings, monkeypatch)
    with sqlite3.connect(settings.ledger_file) as ledger:  # an older ledger was brought back, say
        ledger.execute("delete from arrival where sequence = 2")
    assert searched(settings, monkeypatch) and len(known(settings)) == len(before) + 1
    shutil.rmtree(settings.archive_dir / "xin_loi" / FIRST.isoformat() / "a.csv")
    assert searched(settings, monkeypatch)
    assert searched(settings.model_copy(update={"verify_days": 0}), monkeypatch)


def test_rows_that_were_read_before_are_read_again_only_where_they_changed(settings: Settings) -> None:
    three_arrivals(settings)
    with open_ledger(settings.ledger_file) as ledger:
        first = arrivals(ledger)
        assert all(a is b for a, b in zip(first, arrivals(ledger), strict=True))
        receipt: Any = {"delivery": "a", "sha256": "b", "refused": None, "sources": {}, "files": {}}
        save_receipt(ledger, "k1", receipt)
        assert list(receipts(ledger)) == ["k1"]
        ledger.rollback()
        assert receipts(ledger) == {}
        for key in ("k1", "k2", "k1"):
            save_receipt(ledger, key, receipt)
        ledger.commit()
        assert list(receipts(ledger)) == ["k2", "k1"]
        drop_receipts(ledger, {"k2"})
        save_receipt(ledger, "k3", receipt)
        save_expected_rows(ledger, first[0], 9)
        ledger.commit()
        assert list(receipts(ledger)) == ["k1", "k3"] and arrivals(ledger)[0].expected_rows == 9
    settings.ledger_file.unlink()
    with open_ledger(settings.ledger_file) as ledger:
        assert arrivals(ledger) == [] and receipts(ledger) == {}


def test_a_ledger_that_nothing_touched_is_verified_again_after_some_days(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_arrivals(settings)
    before, note = known(settings), settings.ledger_file.with_name("verified.json")

    def is_verified(days: int = 0, **update: Any) -> bool:
        """Return whether a run verifies a ledger that was verified so many days ago."""
        ensure_ledger(settings)
        leave_ledger(settings)
        day = (dt.date.today() - dt.timedelta(days=days)).isoformat()
        note.write_text(json.dumps(with_checksum({**json.loads(note.read_text()), "verified_on": day})))
        found = []

        def verify(path: Path) -> bool:
            found.append(path)
            return is_sound(path)

        with monkeypatch.context() as patched:
            patched.setattr(rebuild_ledger, "is_sound", verify)
            ensure_ledger(settings.model_copy(update=update))
        return bool(found)

    assert [is_verified(days) for days in (-1, 0, 6, 7)] == [True, False, False, True]
    assert is_verified(verify_days=0)
    leave_ledger(settings)
    note.write_text(note.read_text().replace("verified_on", "verified_at"))
    monkeypatch.setattr(rebuild_ledger, "is_sound", lambda path: pytest.fail("verified") if note.exists() else True)
    with pytest.raises(pytest.fail.Exception):
        ensure_ledger(settings)
    monkeypatch.undo()
    leave_ledger(settings)
    with sqlite3.connect(settings.ledger_file) as ledger:
        ledger.execute("update arrival set business_day = '2024-05-09'")
    ensure_ledger(settings)
    assert known(settings) == before and settings.ledger_file.with_name("damaged.sqlite").exists()
