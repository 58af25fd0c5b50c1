"""What many small files cost: landing and parsing of each, and the nights after they were delivered.

Writes a synthetic province as units would deliver it, a file per source, unit and month, and again for further days
until there are as many files as were asked for. Measures the CPU seconds of everything a night does before dbt and
after publication, since only that depends on how many files there are: the first night, one with nothing new, one with
one file more, which also lays out the workspace. Run by `python -m benchmarks.files`.
"""

import argparse
import datetime as dt
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.landing import write_year
from pipelines.common.files import link_or_copy, remove_tree
from pipelines.contracts.model import load_contracts
from pipelines.landing.ingest import ingest_deliveries
from pipelines.landing.rebuild_ledger import leave_ledger
from pipelines.nightly.recovery import clean_up, recover
from pipelines.parsing.update_lake import update_lake
from pipelines.settings import Settings
from pipelines.transform.specify_run import build_run_spec
from pipelines.transform.workspace import build_workspace

DOSSIERS = 20_000
SPLIT = ("ho_so", "thanh_phan", "tien_trinh", "le_phi")
WHOLE = ("don_vi", "thu_tuc")
LAST_DAY = dt.date(2024, 11, 30)
LONG_AGO = 1_700_000_000  # a file of this moment would be waited for, as it might still grow


@dataclass(frozen=True)
class Nights:
    """CPU seconds: per file of the first night, of a night with nothing new, of one with one file more."""

    files: int
    each: float
    nothing_new: float
    one_more: float


def write_files(raw: Path, count: int, settings: Settings) -> None:
    """Write so many small files below a landing folder."""
    with tempfile.TemporaryDirectory() as folder:
        year = write_year(Path(folder), DOSSIERS, settings).loaded
        first = {source: next((year / source / LAST_DAY.isoformat()).glob("*.csv")) for source in (*SPLIT, *WHOLE)}
        for source in WHOLE:
            _place(first[source], raw / source / LAST_DAY.isoformat() / first[source].name)
        parts = list(_parts(first, Path(folder)))
        for number in range(count):
            source, path = parts[number % len(parts)]
            day = LAST_DAY - dt.timedelta(days=number // len(parts))
            _place(path, raw / source / day.isoformat() / path.name)


def _parts(first: dict[str, Path], folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield source and path of a file per unit and month of each source."""
    dossiers = pl.read_csv(first["ho_so"], infer_schema=False)
    month = pl.coalesce("NgayNopHoSo", "NgayTiepNhan", pl.lit("202401")).str.slice(0, 6).alias("_month")
    places = dossiers.unique("MaHoSo", keep="first").select("MaHoSo", month, _unit="MaDonVi")
    for source in SPLIT:
        rows = pl.read_csv(first[source], infer_schema=False).join(places, on="MaHoSo", maintain_order="left")
        for (unit, of), part in rows.partition_by("_unit", "_month", as_dict=True, include_key=False).items():
            path = folder / "parts" / source / f"{unit}-{of}.synthetic.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_csv(path)
            yield source, path


def _place(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    link_or_copy(path, target)
    os.utime(target, (LONG_AGO, LONG_AGO))


def _cpu(work: Callable[[], object]) -> float:
    """Return CPU seconds of a call, its child processes included."""
    before = os.times()
    work()
    return sum(after - earlier for after, earlier in zip(os.times()[:4], before[:4], strict=True))


def measure(folder: Path, count: int) -> Nights:
    """Run the three nights below a folder on so many files."""
    settings = Settings(raw_dir=folder / "raw", warehouse_dir=folder / "warehouse")
    contracts = load_contracts(settings.contracts_dir)
    write_files(settings.raw_dir, count, settings)
    found = sum(1 for _ in settings.raw_dir.rglob("*.csv"))

    def night(*, lays_out: bool = False) -> None:
        recover(settings)
        ingest_deliveries(settings, set(contracts))
        state = update_lake(settings, contracts)
        spec = build_run_spec(settings, contracts, state)
        if lays_out:
            build_workspace(settings, contracts, state, spec)
        clean_up(settings)
        leave_ledger(settings)

    first, nothing_new = _cpu(night), _cpu(night)
    path = settings.raw_dir / "xin_loi" / LAST_DAY.isoformat() / "one.synthetic.csv"
    path.parent.mkdir(parents=True)
    path.write_text("MaHoSo,NgayXinLoi,NgayHenTraLai\nH19-1,20241101080000,\n", encoding="utf-8")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return Nights(found, first / found, nothing_new, _cpu(lambda: night(lays_out=True)))


def main() -> int:
    """Measure what was asked for, each size in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[1_000, 10_000], help="how many (default: %(default)s)")
    asked = parser.parse_args()
    table = Table(title="CPU seconds before dbt and after publication")
    for header in ("files", "first night, ms a file", "nothing new, s", "one file more, s", "memory, MiB"):
        table.add_column(header, justify="right")
    for count in asked.files:
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            folder = Path(tempfile.mkdtemp(prefix="tthc-files-"))
            try:
                found = measure(folder, count)
            finally:
                remove_tree(folder)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            cells = (
                f"{found.files:,}",
                f"{1000 * found.each:.2f}",
                f"{found.nothing_new:.2f}",
                f"{found.one_more:.2f}",
            )
            os.write(writing, "\t".join([*cells, f"{memory:,}"]).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as result:
            row = result.read().split("\t")
        os.waitpid(child, 0)
        if len(row) > 1:
            table.add_row(*row)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
