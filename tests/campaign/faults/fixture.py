"""The province on which faults are tried.

Small, made up, with a night already published and a next one whose right outcome is known.

Belongs here: making it once, and copies of it for each fault. Does not belong here: any fault.
"""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.common.checksums import with_checksum
from pipelines.common.files import remove_tree
from pipelines.sample import write_province
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import MANIFEST_FILE, file_hashes, read_manifest
from pipelines.storage.runs import runs
from tests.campaign.faults.forked_nights import Night, apart, night

LAST_DAY, EARLIER = "2024-12-31", "2023-12-31-000000000000"
# Every department, for the plan's goals name them; two districts and four communes, for faults care little for size.
PLACES = ("H19.31", "H19.33")
COMMUNES = 2
# Persons as extracts hold them; none may be found outside the restricted folder.
CANARIES = ("Nguyễn Thị Chim Hoàng Yến", "079204001234", "0918273645", "chim.hoang.yen@example.vn")


@dataclass(frozen=True)
class Fixture:
    """`base` is a warehouse with `before` published.

    `right` one on which a night on `after` went well, in so many `seconds`; `outcome` is what such a night must make of
    the base.
    """

    before: Path
    after: Path
    base: Path
    right: Path
    registers: Path
    seconds: float
    outcome: dict[str, str]
    rows: dict[str, int]

    @property
    def env(self) -> dict[str, str]:
        """Settings of every night here."""
        return {"TTHC_REGISTERS_DIR": str(self.registers), "TTHC_LANG": "en"}

    def night(self, warehouse: Path, raw: Path | None = None, **options: object) -> Night:
        """Return a night on this fixture, by default with the newest deliveries."""
        return night(warehouse, raw or self.after, **{**self.env, **options})  # type: ignore[arg-type]

    @contextmanager
    def warehouse(self, folder: Path) -> Iterator[Path]:
        """Open a copy of the base for one fault, below the folder; gone afterwards."""
        copy = folder / "kho"
        self.renew(copy)
        try:
            yield copy
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    def renew(self, copy: Path) -> None:
        """Make what lies there the base again."""
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.base, copy, symlinks=True)


def prepare(folder: Path, dossiers: int = 300) -> Fixture:
    """Make the fixture below an empty folder; takes two nights.

    Raises:
        RuntimeError: If those do not go well.
    """
    registers = folder / "registers"
    before, after, base, right = (folder / name for name in ("before", "after", "base", "right"))
    apart(lambda: _deliver(registers, after, dossiers))
    shutil.copytree(after, before, ignore=shutil.ignore_patterns(LAST_DAY))
    env = str(registers)
    _well(night(base, before, TTHC_REGISTERS_DIR=env))
    shutil.copytree(base, right, symlinks=True)
    last = _well(night(right, after, TTHC_REGISTERS_DIR=env))
    rows = {source: counts["rows_in"] for source, counts in read_manifest(right / "current")["rows"].items()}
    return Fixture(before, after, base, right, registers, last.seconds, apart(lambda: published(right)), rows)


def on_night(folder: Path, raw: Path, warehouse: Path) -> Fixture:
    """Return the fixture below an empty folder, made of a night that went well and published for the first time.

    A made-up earlier version is what is published before it. Registers are those of the environment. Neither `raw` nor
    `warehouse` is changed.
    """
    base, right = folder / "base", folder / "right"
    shutil.copytree(warehouse, right, symlinks=True)
    newest = (right / "current").resolve()
    apart(lambda: _make_earlier(newest, newest.with_name(EARLIER)))
    shutil.copytree(right, base, symlinks=True)
    remove_tree(base / "versions" / newest.name)
    (base / "current").unlink()
    (base / "current").symlink_to(Path("versions") / EARLIER)
    outcome, seconds = apart(lambda: (published(right), _seconds_of_last(right)))
    rows = {source: counts["rows_in"] for source, counts in read_manifest(right / "current")["rows"].items()}
    return Fixture(raw, raw, base, right, Settings().registers_dir, seconds, outcome, rows)


def _make_earlier(version: Path, earlier: Path) -> None:
    """Make a complete version like the other, but of an earlier day and with other figures.

    So readers can tell the two apart.
    """
    shutil.copytree(version, earlier)
    database, manifest = earlier / "tthc.duckdb", read_manifest(earlier)
    for path in (database, earlier / MANIFEST_FILE):
        path.chmod(0o600)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.dim_run set as_of = as_of - 365")
        connection.execute("update marts.handling_status set received_total = received_total + 1")
        connection.execute("checkpoint")
    text = json.dumps(with_checksum({**manifest, "files": file_hashes(earlier)}))
    (earlier / MANIFEST_FILE).write_text(text, encoding="utf-8")


def _seconds_of_last(warehouse: Path) -> float:
    with open_ledger(warehouse / "ledger" / "ledger.sqlite") as ledger:
        last = runs(ledger, limit=1)[0]
    return (dt.datetime.fromisoformat(str(last.ended)) - dt.datetime.fromisoformat(last.began)).total_seconds()


def _deliver(registers: Path, raw: Path, dossiers: int) -> None:
    small_registers(registers)
    write_province(raw, dossiers, seed=11, faults=True, registers=registers)
    _plant_canaries(raw)


def _well(done: Night) -> Night:
    if done.code:
        raise RuntimeError(f"a night without any fault ended with {done.code}: {done.output[-2000:]}")
    return done


def small_registers(folder: Path, places: Collection[str] | None = PLACES, communes: int = COMMUNES) -> None:
    """Write registers with every department, some districts (None: all), and some communes in each.

    The communes are those that go on.
    """
    shutil.copytree(PROJECT_DIR / "registers", folder)
    path = folder / "dong-nai" / "units.csv"
    units = pl.read_csv(path, infer_schema=False)
    level, parent = pl.col("Cap"), pl.col("MaDonViCha")
    districts = units.filter(level == "huyen")["MaDonVi"] if places is None else places
    going_on = (level == "xa") & parent.is_in(districts) & pl.col("HieuLucDen").is_null()
    within = units.filter(going_on).group_by("MaDonViCha", maintain_order=True)
    kept = [*districts, *within.head(communes)["MaDonVi"]]
    units.filter(level.is_in(["tinh", "so"]) | pl.col("MaDonVi").is_in(kept)).write_csv(path)


def _plant_canaries(raw: Path) -> None:
    """Plant a file that is refused for want of a header, since its first line is a person."""
    path = raw / "tien_trinh" / LAST_DAY / "headless.synthetic.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"H19-1,20241231080000,4,{','.join(CANARIES)}\n", encoding="utf-8")


def published(warehouse: Path) -> dict[str, str]:
    """Return what readers see: the version's name, and a hash of each published table and CSV file.

    Rows of a table are sorted first.
    """
    current = (warehouse / "current").resolve()
    seen = {"version": current.name}
    with duckdb.connect(str(current / "tthc.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall()
        for (table,) in tables:
            frame = connection.execute(f'select * from marts."{table}" order by all').pl()
            seen[f"table {table}"] = hashlib.sha256(json.dumps(frame.rows(), default=str).encode()).hexdigest()
    for path in sorted(current.rglob("*.csv")):
        seen[path.relative_to(current).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return seen


def settings_of(warehouse: Path, fixture: Fixture) -> Settings:
    """Return how the program itself finds its way about a warehouse of this fixture."""
    return Settings(raw_dir=fixture.after, warehouse_dir=warehouse, registers_dir=fixture.registers)
