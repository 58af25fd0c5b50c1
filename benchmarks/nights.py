"""Our nights beside the scripts of `peers`, on the same files: first load, one new day, nothing new.

Each is a process of its own, so that its start is in its time. They run in turn: ours, then each peer, and this as
often as there are pairs. A script computes everything anew whatever came in, so a night with nothing new stands against
the script on the same files as the night before it.

Belongs here: the order of runs and what each must show. Does not belong here: measuring (`measure`), figures
(`agreement`).
"""

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.agreement import (
    DisagreementError,
    Figures,
    peer_figures,
    published_figures,
    require_checked,
    require_equal,
    write_periods,
)
from benchmarks.landing import Year, link_into
from benchmarks.measure import Measured, run_measured, run_night
from benchmarks.peers import postgres_server
from pipelines.common.files import remove_tree
from pipelines.reports.timings import read_timings
from pipelines.settings import Settings

FIRST, DAY, NOTHING = "first load", "one new day", "nothing new"
OURS = "tthc"
PEERS = ("duckdb", "polars", "pandas", "postgres")
# A night has many processes and takes long, so that rarer samples disturb it less and still find its peak.
NIGHT_SAMPLED_EVERY_SECONDS, PEER_SAMPLED_EVERY_SECONDS = 0.5, 0.1
ENDED_WITH = 3_000

# By night, by who ran: what each round took.
Results = dict[str, dict[str, list[Measured]]]


def missing(peer: str) -> str | None:
    """Return why a peer cannot run here; None if it can."""
    if peer == "postgres":
        return postgres_server.missing()
    return None if importlib.util.find_spec(peer) else f"the package {peer} is not installed"


@dataclass(frozen=True)
class Comparison:
    """One comparison: the year, the peers, a folder to work in, and what shows which run begins.

    Attributes:
        cluster: Where PostgreSQL keeps its files; None if it is not among the peers.
    """

    year: Year
    peers: Sequence[str]
    work: Path
    settings: Settings
    cluster: Path | None
    show: Callable[[str], None]

    def run(self, pairs: int) -> Results:
        """Return what all runs took.

        Raises:
            DisagreementError: If a night fails, skips a check, or its figures are not those of a peer.
        """
        results: Results = {night: {} for night in (FIRST, DAY, NOTHING)}
        for _ in range(pairs):
            for night, who, measured in self._round():
                results[night].setdefault(who, []).append(measured)
        return results

    def runs_per_round(self) -> int:
        """Return how many runs a round has."""
        return 3 + 2 * len(self.peers)

    def _round(self) -> Iterator[tuple[str, str, Measured]]:
        landing, warehouse = self.work / "raw", self.work / "warehouse"
        for folder in (landing, warehouse):
            remove_tree(folder)
        for night, files in ((FIRST, self.year.loaded), (DAY, self.year.new)):
            link_into(landing, files)
            yield night, OURS, self._night(night, landing, warehouse)
            is_later = night == DAY
            require_checked(warehouse / "current", self.year.rows if is_later else None, same_vintage=is_later)
            published = published_figures(warehouse / "current")
            write_periods(warehouse / "current", self.work / "periods.csv")
            for peer in self.peers:
                yield night, peer, self._peer(night, peer, landing, published)
        version = (warehouse / "current").resolve()
        yield NOTHING, OURS, self._night(NOTHING, landing, warehouse)
        if (warehouse / "current").resolve() != version:
            raise DisagreementError("nothing came in, and another version was published")

    def _night(self, night: str, landing: Path, warehouse: Path) -> Measured:
        self.show(f"{night}: {OURS}")
        measured = run_night(landing, warehouse, every=NIGHT_SAMPLED_EVERY_SECONDS)
        # 6 would be a warehouse whose open data could not be made safe: that is no whole night.
        if measured.code:
            raise DisagreementError(f"{night}: exit code {measured.code}\n{measured.output[-ENDED_WITH:]}")
        noted = read_timings(self.settings.model_copy(update={"warehouse_dir": warehouse}))
        measured.stages = noted["seconds"] if noted else {}
        return measured

    def _peer(self, night: str, peer: str, landing: Path, published: Figures) -> Measured:
        self.show(f"{night}: {peer}")
        out = self.work / f"{peer}.csv"
        out.unlink(missing_ok=True)
        paths = [landing, self.settings.province_dir / "unit_changes.csv", self.work / "periods.csv", out]
        if peer == "postgres" and self.cluster:
            paths.append(self.cluster)
        command = [sys.executable, "-m", "benchmarks.peers", peer, *map(str, paths)]
        measured = run_measured(command, every=PEER_SAMPLED_EVERY_SECONDS)
        if measured.code:
            raise DisagreementError(f"{peer}: exit code {measured.code}\n{measured.output[-ENDED_WITH:]}")
        require_equal(published, peer_figures(out), peer)
        return measured
