"""What counts as a delivery, how it is archived once, and which arrival counts today."""

import datetime as dt
import itertools
import os
import stat
from pathlib import Path

import pytest

from pipelines.landing import archive, ingest
from pipelines.landing import discover as discover_module
from pipelines.landing.discover import discover
from pipelines.landing.ingest import archive_path, ingest_deliveries
from pipelines.landing.rebuild_ledger import ensure_ledger
from pipelines.settings import Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.ledger import Arrival, arrivals, classify_arrivals, open_ledger, record_arrival

DAY = dt.date(2024, 5, 31)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    return Settings(raw_dir=tmp_path / "raw", warehouse_dir=tmp_path / "kho")


def deliver(settings: Settings, name: str, content: str, source: str = "ho_so", day: dt.date = DAY) -> Path:
    path = settings.raw_dir / source / day.isoformat() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def active(settings: Settings) -> dict[str, str]:
    with open_ledger(settings.ledger_file) as ledger:
        stand = classify_arrivals(arrivals(ledger))
    return {a.delivery.file_name: archive_path(settings, a).read_text(encoding="utf-8") for a in stand["active"]}


def test_odd_files_are_left_with_their_reason(settings: Settings) -> None:
    deliver(settings, "a.csv", "x")
    for name in ("b.csv.part", "c.tmp", "d.docx"):
        deliver(settings, name, "x")
    deliver(settings, "x.csv", "x", source="la")
    (settings.raw_dir / "ho_so" / "hôm qua").mkdir()
    folder = settings.raw_dir / "ho_so" / DAY.isoformat()
    (folder / "dir.csv").mkdir()
    (folder / "link.csv").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe.csv")
    landing = discover(settings.raw_dir, {"ho_so"})
    assert [delivery.file_name for delivery in landing.deliveries] == ["a.csv"]
    assert {path.name: code for path, code in landing.left.items()} == {
        "b.csv.part": "left_unfinished", "c.tmp": "left_unfinished", "d.docx": "left_unknown_format",
        "la": "left_unknown_source", "hôm qua": "left_no_business_day", "dir.csv": "left_not_a_file",
        "link.csv": "left_not_a_file", "pipe.csv": "left_not_a_file",
    }  # fmt: skip


def test_a_day_that_has_not_come_in_viet_nam_is_left(settings: Settings) -> None:
    today = dt.date(2024, 5, 31)
    for day in (today, today + dt.timedelta(1), dt.date(2099, 1, 1)):
        deliver(settings, "a.csv", "x", day=day)
    landing = discover(settings.raw_dir, {"ho_so"}, today)
    assert [delivery.business_day for delivery in landing.deliveries] == [today]
    assert {path.name: code for path, code in landing.left.items()} == {
        "2024-06-01": "left_future_day", "2099-01-01": "left_future_day",
    }  # fmt: skip


def test_a_night_takes_in_nothing_of_a_day_to_come(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(settings, "a.csv", "x", day=DAY)
    deliver(settings, "b.csv", "x", day=DAY + dt.timedelta(1))
    monkeypatch.setattr(discover_module, "today_at_home", lambda: DAY)
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 1, "new": 1, "left": 1}
    monkeypatch.setattr(discover_module, "today_at_home", lambda: DAY + dt.timedelta(1))
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 2, "new": 1, "left": 0}


def test_a_file_is_archived_once_and_closed_to_others(settings: Settings) -> None:
    path = deliver(settings, "a.csv", "một")
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 1, "new": 1, "left": 0}
    assert ingest_deliveries(settings, {"ho_so"})["new"] == 0
    assert path.exists()
    assert active(settings) == {"a.csv": "một"}
    restricted = settings.restricted_dir
    assert stat.S_IMODE(restricted.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in restricted.rglob("*") if p.is_file()} == {0o600}


def test_other_bytes_under_the_same_name_replace_and_both_stay_in_the_archive(settings: Settings) -> None:
    for content in ("một", "hai", "một"):
        deliver(settings, "a.csv", content)
        ingest_deliveries(settings, {"ho_so"})
        assert active(settings) == {"a.csv": content}
    archived = sorted(p.name[:4] for p in (settings.restricted_dir / "archive").rglob("*") if p.is_file())
    assert archived == ["0001", "0002", "0003"]


def test_the_same_bytes_under_another_name_count_once_whatever_came_first(settings: Settings) -> None:
    for name in ("b.csv", "a.csv"):
        deliver(settings, name, "một")
        ingest_deliveries(settings, {"ho_so"})
    assert active(settings) == {"a.csv": "một"}


def test_the_order_of_arrival_decides_nothing() -> None:
    files = [
        Arrival(Delivery("ho_so", DAY + dt.timedelta(days=n // 3), f"{n}.csv"), str(n % 4), 1, None, "", n)
        for n in range(5)
    ]
    outcomes = set()
    for order in itertools.permutations(files):
        stand = classify_arrivals([Arrival(a.delivery, a.sha256, 1, None, "", n) for n, a in enumerate(order)])
        outcomes.add(tuple((a.delivery, a.sha256) for a in stand["active"]))
    assert len(outcomes) == 1


def test_sidecars_are_heeded(settings: Settings) -> None:
    path = deliver(settings, "a.csv", "một")
    path.with_name("a.csv.sha256").write_text("0" * 64 + "  a.csv")
    path.with_name("a.csv.rows").write_text("17\n")
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 1, "new": 0, "left": 1}
    path.with_name("a.csv.sha256").unlink()
    ingest_deliveries(settings, {"ho_so"})
    with open_ledger(settings.ledger_file) as ledger:
        assert [a.expected_rows for a in arrivals(ledger)] == [17]


def test_a_growing_file_waits_for_the_next_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    path = deliver(settings, "a.csv", "một")
    copy = archive.copy_hashed

    def copy_while_it_grows(source: Path, target: Path) -> str:
        path.write_text("một hai", encoding="utf-8")
        return copy(source, target)

    monkeypatch.setattr(archive, "copy_hashed", copy_while_it_grows)
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 1, "new": 0, "left": 1}
    assert not [p for p in (settings.restricted_dir / "archive").rglob("*") if p.is_file()]


def test_a_synthetic_file_says_so_by_its_name() -> None:
    assert Delivery("ho_so", DAY, "ho_so.synthetic.csv").is_synthetic
    assert not Delivery("ho_so", DAY, "ho_so.csv").is_synthetic


@pytest.mark.parametrize("name", ["-rf.csv", "a\nb.csv", "..csv", "é" * 125 + ".csv", "$(id);'\"{{x}}<b>.csv"])
def test_odd_file_names_are_taken_as_they_are(settings: Settings, name: str) -> None:
    path = deliver(settings, name, "một")
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 1, "new": 1, "left": 0}
    assert active(settings) == {path.name: "một"}


@pytest.mark.parametrize(("sidecar", "content"), [(".rows", "1,000"), (".rows", ""), (".sha256", "")])
def test_a_sidecar_that_says_nothing_leaves_the_file(settings: Settings, sidecar: str, content: str) -> None:
    path = deliver(settings, "a.csv", "một")
    path.with_name(path.name + sidecar).write_text(content, encoding="utf-8")
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 1, "new": 0, "left": 1}


def archived(settings: Settings) -> list[str]:
    """Return the archived files below the folder of a source, by day, name, number and hash."""
    folder = settings.archive_dir / "ho_so"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_folder_that_nothing_touched_is_not_read_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [deliver(settings, f"{n}.csv", f"{n}") for n in range(12)]
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 12, "new": 12, "left": 0}
    before = paths[3].stat()
    with monkeypatch.context() as patched:
        patched.setattr(ingest, "_hash", lambda _: pytest.fail("read again"))
        assert ingest_deliveries(settings, {"ho_so"}) == {"found": 12, "new": 0, "left": 0}
    # As many bytes at the same time as before: only the time at which the inode changed tells.
    paths[3].write_text("x")
    os.utime(paths[3], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 12, "new": 1, "left": 0}
    assert active(settings)["3.csv"] == "x"


@pytest.mark.parametrize("change", ["more", "fewer", "odd", "sidecar", "renamed"])
def test_any_change_of_a_folder_is_noticed(settings: Settings, change: str) -> None:
    path = deliver(settings, "a.csv", "một")
    deliver(settings, "b.csv", "hai")
    ingest_deliveries(settings, {"ho_so"})
    if change == "more":
        deliver(settings, "c.csv", "ba")
    elif change == "fewer":
        path.unlink()
    elif change == "odd":
        path.with_name("c.docx").touch()
    elif change == "sidecar":
        path.with_name("a.csv.rows").write_text("7")
    else:
        path.rename(path.with_name("c.csv"))
    expected = {"more": (3, 1, 0), "fewer": (1, 0, 0), "odd": (2, 0, 1), "sidecar": (2, 1, 0), "renamed": (2, 1, 0)}
    for found in (expected[change], (expected[change][0], 0, expected[change][2])):  # what is left, is left again
        assert ingest_deliveries(settings, {"ho_so"}) == dict(zip(("found", "new", "left"), found, strict=True))


@pytest.mark.parametrize(
    ("step", "nth"),
    [
        *itertools.product(["copy_hashed", "replace", "record_arrival"], [1, 2, 3]),
        *itertools.product(["sync_all", "save_landed_folders"], [1, 2]),  # not called more often
    ],
)
def test_a_kill_amid_many_files_loses_and_doubles_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str, nth: int
) -> None:
    names = [f"{n}.csv" for n in range(9)]
    for name in names:
        deliver(settings, name, name).with_name(f"{name}.rows").write_text("1")
    owner: object = Path if step == "replace" else archive if hasattr(archive, step) else ingest
    real, calls = getattr(owner, step), itertools.count(1)

    def killed(*args: object) -> object:
        if next(calls) == nth:
            raise KeyboardInterrupt
        return real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(archive, "drop_all", lambda _: None)  # a kill leaves no time for it
        patched.setattr(ingest, "drop_all", lambda _: None)
        patched.setattr(owner, step, killed)
        for _ in range(2):
            try:
                ingest_deliveries(settings, {"ho_so"})
            except KeyboardInterrupt:
                break
    assert next(calls) > nth
    ensure_ledger(settings)
    assert ingest_deliveries(settings, {"ho_so"})["found"] == 9
    assert active(settings) == {name: name for name in names}
    assert {path.rpartition("/")[2][:4] for path in archived(settings) if "incoming" not in path} == {"0001"}
    with open_ledger(settings.ledger_file) as ledger:
        assert [a.expected_rows for a in arrivals(ledger)] == [1] * 9
    assert all((settings.archive_dir / a).read_bytes() for a in (f"ho_so/{p}" for p in archived(settings)))


def test_one_file_that_cannot_be_recorded_is_left_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(9):
        deliver(settings, f"{n}.csv", f"{n}")
    record = record_arrival

    def broken(ledger: object, arrival: Arrival) -> None:
        if arrival.delivery.file_name == "4.csv":
            raise RuntimeError
        record(ledger, arrival)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(ingest, "record_arrival", broken)
        assert ingest_deliveries(settings, {"ho_so"}) == {"found": 9, "new": 8, "left": 1}
    assert set(active(settings)) == {f"{n}.csv" for n in range(9)} - {"4.csv"}
    assert ingest_deliveries(settings, {"ho_so"}) == {"found": 9, "new": 1, "left": 0}
    assert len(active(settings)) == 9


def test_bytes_that_could_not_be_recorded_never_replace_newer_ones(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their copy has its name in the archive: it is found before the next landing, not after it as if it came last."""
    ensure_ledger(settings)
    deliver(settings, "a.csv", "cũ")

    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(ingest, "record_arrival", broken)
        assert ingest_deliveries(settings, {"ho_so"})["left"] == 1
    ensure_ledger(settings)
    deliver(settings, "a.csv", "mới")
    assert ingest_deliveries(settings, {"ho_so"})["new"] == 1
    ensure_ledger(settings.model_copy(update={"verify_days": 0}))
    assert active(settings) == {"a.csv": "mới"}


def test_a_row_count_that_comes_when_the_archived_bytes_were_lost_is_recorded(settings: Settings) -> None:
    path = deliver(settings, "a.csv", "một")
    ingest_deliveries(settings, {"ho_so"})
    with open_ledger(settings.ledger_file) as ledger:
        (arrival,) = arrivals(ledger)
    (settings.archive_dir / arrival.archived_as).unlink()
    path.with_name("a.csv.rows").write_text("7")
    for _ in range(2):
        ingest_deliveries(settings, {"ho_so"})
    with open_ledger(settings.ledger_file) as ledger:
        assert [known.expected_rows for known in arrivals(ledger)] == [7]
