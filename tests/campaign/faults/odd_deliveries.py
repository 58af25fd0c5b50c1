"""Faults of deliveries, as whole nights: files that cannot be read, odd names, wrong rows, odd volumes.

Belongs here: what is delivered, and what must become of it. Every way a file can mislead a reader is `make wrongness`'.
"""

import gzip
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.errors import EXIT_PUBLISHED, EXIT_REFUSED
from pipelines.landing.discover import DELIVERED
from pipelines.settings import PROJECT_DIR
from tests.campaign.faults import invariants
from tests.campaign.faults.campaign import Verdict
from tests.campaign.faults.fixture import LAST_DAY, Fixture, published
from tests.campaign.faults.forked_nights import apart

HEAD = "MaHoSo,ThoiDiemXuLy,TrangThai,NguoiXuLy,PhongBanXuLy,NgayKetThucTheoQuyDinh"
ROW = "H19.31-240105-0001,20241231080000,4,,,"
# Tables that tell of deliveries themselves; a refused file or row stands there, and only there.
ABOUT_DELIVERIES = {"version", "table deliveries", "table delivery_days", "table source_freshness",
                    "table quarantine_summary", "table quarantine_units"}  # fmt: skip
HOSTILE = PROJECT_DIR.parent / "shared" / "real" / "hostile_workbooks"
UNREADABLE: dict[str, bytes] = {
    "cut-in-a-row.csv": f"{HEAD}\n{ROW}\n{ROW[:30]}".encode(),
    "unclosed-quote.csv": f'{HEAD}\n"{ROW}\n{ROW}\n'.encode(),
    "semicolons.csv": f"{HEAD}\n{ROW}\n".replace(",", ";").encode(),
    "column-renamed.csv": f"{HEAD.replace('TrangThai', 'Trang_Thai')}\n{ROW}\n".encode(),
    "column-added.csv": f"{HEAD},Moi\n{ROW},1\n".encode(),
    "column-twice.csv": f"{HEAD},TrangThai\n{ROW},4\n".encode(),
    "column-lost.csv": f"{HEAD.replace('ThoiDiemXuLy,', '')}\n{ROW}\n".encode(),
    "nul.csv": f"{HEAD}\n{ROW}\0\n".encode(),
    "utf-16.csv": f"{HEAD}\n{ROW}\n".encode("utf-16"),
    "windows-1258.csv": f"{HEAD}\n{ROW.replace(',,,', ',Nguyên,,')}\n".encode("cp1258", "replace"),
    "no-gzip.csv.gz": b"not packed at all",
    "cut.csv.gz": gzip.compress(f"{HEAD}\n{ROW}\n".encode() * 50)[:-12],
    "bomb.csv.gz": gzip.compress(b"0" * 200_000_000),
    "no-workbook.xlsx": b"PK\x03\x04 but nothing more",
    "no-workbook.xls": b"\xd0\xcf\x11\xe0 but nothing more",
    "no-table.parquet": b"PAR1PAR1",
    "deep.json": b"[" * 100_000,
    "member-twice.json": b'[{"MaHoSo": "A", "MaHoSo": "B"}]',
    "nan.json": b'[{"MaHoSo": NaN}]',
    "half-a-character.ndjson": b'{"MaHoSo": "\\ud83d"}\n',
}


def unreadable_files(fixture: Fixture, folder: Path) -> Verdict:
    """Return every unreadable file beside the good ones: each is refused by name, and no figure is touched."""
    return _all_refused(fixture, folder, "unreadable file", UNREADABLE)


def hostile_files(fixture: Fixture, folder: Path) -> Verdict:
    """Return the workbooks that others made to break readers (`shared/real`, none of ours), as unreadable ones.

    Twins and what is no delivery by its name are left out.
    """
    single = {path.read_bytes(): path.name for path in sorted(HOSTILE.iterdir()) if DELIVERED.search(path.name)}
    return _all_refused(fixture, folder, "hostile file", {name: content for content, name in single.items()})


def _all_refused(fixture: Fixture, folder: Path, family: str, files: dict[str, bytes]) -> Verdict:
    def deliver(raw: Path) -> None:
        for name, content in files.items():
            (raw / "tien_trinh" / LAST_DAY / name).write_bytes(content)

    with _delivered(fixture, folder, deliver) as (raw, warehouse):
        done = fixture.night(warehouse, raw)
        troubles = list(apart(lambda: list(invariants.after_any_end(fixture, warehouse, done))))
        refused = apart(lambda: _refused(warehouse)) if done.code == EXIT_PUBLISHED else set()
        troubles += [f"not refused: {name}" for name in sorted(files.keys() - refused)]
        wrong = apart(lambda: _other_figures(fixture, warehouse)) if done.code == EXIT_PUBLISHED else ["not published"]
    return Verdict(
        family, f"{len(files)} files in one night", len(files), refused=len(refused & files.keys()),
        silently_wrong=tuple(wrong), violations=tuple(troubles), seconds=done.seconds,
    )  # fmt: skip


def odd_names(fixture: Fixture, folder: Path) -> Verdict:
    """Check that what only looks like a delivery is left and named, and that odd but sound names are ingested."""

    def deliver(raw: Path) -> None:
        day = raw / "tien_trinh" / LAST_DAY
        (day / "folder.csv").mkdir()
        (day / "link.csv").symlink_to("/etc/passwd")
        os.mkfifo(day / "pipe.csv")
        (day / "copying.csv.part").write_text(HEAD)
        (day / "copying.csv.tmp").write_text(HEAD)
        (day / "notes.txt").write_text("x")
        (raw / "khong_ro" / LAST_DAY).mkdir(parents=True)
        (raw / "khong_ro" / LAST_DAY / "a.csv").write_text(HEAD)
        (raw / "tien_trinh" / "2024-13-45").mkdir()
        (raw / "tien_trinh" / "2024-13-45" / "a.csv").write_text(HEAD)
        for name in ("-rf.csv", "a\nb.csv", "%s{0}$(id).csv", "ạ" * 80 + ".csv"):
            (day / name).write_text(f"{HEAD}\n", encoding="utf-8")

    with _delivered(fixture, folder, deliver) as (raw, warehouse):
        done = fixture.night(warehouse, raw)
        troubles = apart(lambda: list(invariants.after_any_end(fixture, warehouse, done)))
        wrong = apart(lambda: _other_figures(fixture, warehouse)) if done.code == EXIT_PUBLISHED else ["not published"]
    return Verdict("odd name or thing in landing", "12 in one night", 12, refused=8, silently_wrong=tuple(wrong),
                   violations=tuple(troubles), seconds=done.seconds)  # fmt: skip


def wrong_rows(fixture: Fixture, folder: Path) -> Verdict:
    """Return the wrong rows that the made-up province plants: each in quarantine under its reason, none in a figure."""
    truth = json.loads((fixture.after / "truth.json").read_text(encoding="utf-8"))["faults"]
    planted = {code: fault["rows"] for code, fault in truth.items() if code != "identical_repeat"}
    with fixture.warehouse(folder) as warehouse:
        done = fixture.night(warehouse)
        found = apart(lambda: _quarantined(warehouse))
        wrong = apart(lambda: list(invariants.wrong_figures(fixture, warehouse)))
    wrong += [
        f"{code}: {count} planted, {found.get(code, 0)} found"
        for code, count in planted.items()
        if found.get(code, 0) != count
    ]
    return Verdict(
        "wrong row", f"{len(planted)} kinds in one night", sum(planted.values()),
        quarantined=sum(found.get(code, 0) for code in planted), silently_wrong=tuple(wrong), seconds=done.seconds,
    )  # fmt: skip


def held(name: str, deliver: Callable[[Path], object]) -> Callable[[Fixture, Path], Verdict]:
    """Return a delivery that somebody has to look at: the gate refuses the night, the earlier version stays."""

    def trial(fixture: Fixture, folder: Path) -> Verdict:
        with _delivered(fixture, folder, deliver) as (raw, warehouse):
            before = (warehouse / "current").readlink()
            done = fixture.night(warehouse, raw)
            troubles = apart(lambda: list(invariants.after_any_end(fixture, warehouse, done)))
            if done.code != EXIT_REFUSED or (warehouse / "current").readlink() != before:
                troubles.append(f"not held: ended with {done.code}, {done.output[-200:]}")
        return Verdict("held delivery", name, refused=int(done.code == EXIT_REFUSED), violations=tuple(troubles),
                       seconds=done.seconds)  # fmt: skip

    return trial


def empty_day(raw: Path) -> None:
    """Only a header for dossiers on a working day."""
    for path in (raw / "ho_so" / LAST_DAY).iterdir():
        head = path.read_text(encoding="utf-8").partition("\n")[0]
        path.unlink() if path.suffix != ".csv" else path.write_text(f"{head}\n", encoding="utf-8")


def shrunken_restatement(raw: Path) -> None:
    """Deliver a day of last month again, with a third of its dossiers gone."""
    path = next((raw / "ho_so" / "2024-11-30").glob("*.csv"))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], *lines[1 + len(lines) // 3 :]]), encoding="utf-8")


def day_times(factor: float) -> Callable[[Path], None]:
    """Return a day with so many times as many rows as the three Tuesdays before it."""

    def deliver(raw: Path) -> None:
        path = next((raw / "tien_trinh" / LAST_DAY).glob("tien_trinh*.csv"))
        head, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        for day in ("2024-12-10", "2024-12-17", "2024-12-24"):
            usual = raw / "tien_trinh" / day / "usual.csv"
            usual.parent.mkdir(exist_ok=True)
            usual.write_text("".join([head, *rows]), encoding="utf-8")
        many = rows * int(factor) if factor > 1 else rows[: int(len(rows) * factor)]
        path.write_text("".join([head, *many]), encoding="utf-8")

    return deliver


def slip_of_two_months(raw: Path) -> None:
    """Three rows in a folder whose day is not yet due: they would close every month before it."""
    head = next((raw / "ho_so" / LAST_DAY).glob("*.csv")).read_text(encoding="utf-8").splitlines(keepends=True)
    folder = raw / "ho_so" / "2025-02-28"
    folder.mkdir()
    (folder / "slip.synthetic.csv").write_text("".join(head[:4]), encoding="utf-8")


HELD = {
    "only a header on a working day": empty_day,
    "ten times as many rows as usual": day_times(10),
    "a tenth of the usual rows": day_times(0.1),
    "a third gone in a restatement": shrunken_restatement,
    "a slip in a day folder's name": slip_of_two_months,
}


class _delivered:  # noqa: N801 - used as a function
    """Landing with something more in it, and a warehouse to take it in."""

    def __init__(self, fixture: Fixture, folder: Path, deliver: Callable[[Path], object]) -> None:
        self.raw, self.inner = folder / "raw", fixture.warehouse(folder)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.raw, ignore_errors=True)
        shutil.copytree(fixture.after, self.raw)
        deliver(self.raw)

    def __enter__(self) -> tuple[Path, Path]:
        return self.raw, self.inner.__enter__()

    def __exit__(self, *error: object) -> None:
        self.inner.__exit__(None, None, None)
        shutil.rmtree(self.raw, ignore_errors=True)


def _query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str((warehouse / "current").resolve() / "tthc.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _refused(warehouse: Path) -> set[str]:
    return {name for (name,) in _query(warehouse, "select file_name from marts.deliveries where status = 'refused'")}


def _quarantined(warehouse: Path) -> dict[str, int]:
    found: Counter[str] = Counter()
    for reason, rows in _query(warehouse, "select reason, sum(row_count) from marts.quarantine_summary group by 1"):
        found[reason.partition(":")[0]] += int(rows)
    return dict(found)


def _other_figures(fixture: Fixture, warehouse: Path) -> list[str]:
    seen = published(warehouse)
    names = {*seen, *fixture.outcome} - ABOUT_DELIVERIES
    return [f"I4 other figures: {name}" for name in sorted(names) if seen.get(name) != fixture.outcome.get(name)]
