"""`make bench`: how long the steps take, as a ratio to a plain peer that does the bare minimum.

The two are run in turn, A B A B …, and the median of the pairwise ratios is printed: it holds when the machine's speed
drifts, which single times do not.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks import pages
from pipelines.common.files import sha256_of
from pipelines.contracts.model import load_contracts
from pipelines.landing.discover import discover
from pipelines.parsing.parse_file import parse_arrival
from pipelines.sample import write_province
from pipelines.settings import Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.ledger import Arrival

DOSSIERS = 100_000
PAIRS = 15


def one_big_extract(folder: Path) -> tuple[Delivery, Path, int]:
    """Return all dossier states of a synthetic province in one flat CSV, as a province would send a full extract."""
    write_province(folder / "raw", DOSSIERS, seed=1)
    landing = discover(folder / "raw", {"ho_so"})
    csvs = sorted(path for delivery, path in landing.deliveries.items() if path.suffix == ".csv")
    frame = pl.concat([pl.read_csv(path, infer_schema=False) for path in csvs])
    path = folder / "ho_so.synthetic.csv"
    frame.write_csv(path)
    return Delivery("ho_so", max(d.business_day for d in landing.deliveries), path.name), path, frame.height


def seconds(work: Callable[[], object]) -> float:
    """Return wall time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float, float]:
    """Return medians of ours, of the peer, and of their pairwise ratio, after one warm-up of each."""
    ours(), peer()
    pairs = [(seconds(ours), seconds(peer)) for _ in range(PAIRS)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def row(table: Table, step: str, measured: tuple[float, float, float]) -> None:
    """One line of the table."""
    table.add_row(step, *(f"{number:.2f}" for number in measured))


def parsing(settings: Settings) -> tuple[int, tuple[float, float, float]]:
    """Return rows of one big extract, and how long they take from CSV to the lake, against polars alone."""
    contracts = load_contracts(settings.contracts_dir)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        delivery, path, rows = one_big_extract(folder)
        arrival = Arrival(delivery, sha256_of(path), path.stat().st_size, None, "")

        def ours() -> None:
            parse_arrival(arrival, path, contracts, "bench", "k" * 64, folder / "lake", folder / "quarantine")

        def peer() -> None:
            pl.read_csv(path).write_parquet(folder / "peer.parquet")

        return rows, compare(ours, peer)


def main() -> None:
    """Measures parsing to the lake, the charts and the whole site, and prints the table."""
    settings, console = Settings(), Console()
    table = Table(title=f"median of {PAIRS} pairs")
    for name in ("step", "ours, s", "peer, s", "ratio"):
        table.add_column(name, justify="left" if name == "step" else "right")
    rows, measured = parsing(settings)
    row(table, f"{rows:,} rows of ho_so: parse, judge, protect, write / polars read_csv + write_parquet", measured)
    row(table, f"{pages.CHARTS} line charts as SVG / Altair with vl-convert", compare(*pages.charts()))
    console.print(table)
    site = pages.whole_site(settings)
    if site is None:
        console.print("the whole site: nothing is published yet; `make run`, then again")
    else:
        count, largest, write = site
        console.print(f"the whole site: {count} pages, the largest {largest:,} bytes, in {seconds(write):.1f} s")


if __name__ == "__main__":
    main()
