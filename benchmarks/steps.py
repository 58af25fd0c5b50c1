"""Single steps of a night against a plain peer that does the bare minimum, in one process and in turn, A B A B ….

Belongs here: parsing to the lake, and the table of all steps. Does not belong here: charts and pages (`pages`).
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks import pages
from benchmarks.measure import ratio
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


@dataclass(frozen=True)
class Step:
    """One step: what it and its peer do, median seconds of each, and the median of the pairwise ratios."""

    name: str
    ours: float
    peer: float
    ratio: float


def measure_steps(settings: Settings) -> list[Step]:
    """Return parsing and charts against their peers."""
    charts = _compare(*pages.charts())
    return [_parsing(settings), Step(f"{pages.CHARTS} line charts as SVG / Altair with vl-convert", *charts)]


def whole_site(settings: Settings) -> str:
    """Return how long the site of the published version takes, in a sentence."""
    site = pages.whole_site(settings)
    if site is None:
        return "the whole site: nothing is published yet; `make run`, then again"
    count, largest, write = site
    return f"the whole site: {count} pages, the largest {largest:,} bytes, in {_seconds(write):.1f} s"


def _parsing(settings: Settings) -> Step:
    """Return how long the rows of one big extract take from CSV to the lake, against polars alone."""
    contracts = load_contracts(settings.contracts_dir)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        delivery, path, rows = _one_big_extract(folder)
        arrival = Arrival(delivery, sha256_of(path), path.stat().st_size, None, "")

        def ours() -> None:
            parse_arrival(arrival, path, contracts, "bench", "k" * 64, folder / "lake", folder / "quarantine")

        def peer() -> None:
            pl.read_csv(path).write_parquet(folder / "peer.parquet")

        name = f"{rows:,} rows of ho_so: parse, validate, protect, write / polars read_csv + write_parquet"
        return Step(name, *_compare(ours, peer))


def _one_big_extract(folder: Path) -> tuple[Delivery, Path, int]:
    """Return all dossier states of a synthetic province in one flat CSV, as a province would send a full extract."""
    write_province(folder / "raw", DOSSIERS, seed=1)
    landing = discover(folder / "raw", {"ho_so"})
    csvs = sorted(path for delivery, path in landing.deliveries.items() if path.suffix == ".csv")
    frame = pl.concat([pl.read_csv(path, infer_schema=False) for path in csvs])
    path = folder / "ho_so.synthetic.csv"
    frame.write_csv(path)
    return Delivery("ho_so", max(d.business_day for d in landing.deliveries), path.name), path, frame.height


def _compare(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float, float]:
    """Return medians of ours, of the peer, and of their pairwise ratio, after one warm-up of each."""
    ours(), peer()
    pairs = [(_seconds(ours), _seconds(peer)) for _ in range(PAIRS)]
    mine, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    return statistics.median(mine), statistics.median(theirs), ratio(mine, theirs)


def _seconds(work: Callable[[], object]) -> float:
    """Return wall time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
