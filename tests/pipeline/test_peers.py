"""What the shared night publishes is what an analyst's scripts compute from the same deliveries.

The night's deliveries hold planted faults, which a script without checks would count; the scripts read the same
province without them. Its figures must be the same: faults change none.
"""

from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.agreement import (
    Figures,
    peer_figures,
    published_figures,
    require_checked,
    require_equal,
    write_periods,
)
from benchmarks.peers import postgres_server
from benchmarks.peers.request import Request
from pipelines.sample import write_province
from tests.conftest import DOSSIERS, Night

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def landing(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("without faults")
    write_province(folder, DOSSIERS, seed=night.truth["seed"], registers=night.registers)
    return folder


@pytest.fixture(scope="module")
def published(night: Night) -> Figures:
    return published_figures(night.current)


def computed(peer: str, night: Night, landing: Path, folder: Path) -> Figures:
    changes, periods = night.settings.province_dir / "unit_changes.csv", folder / "periods.csv"
    write_periods(night.current, periods)
    request = Request(landing, changes, periods, folder / "figures.csv")
    import_module(f"benchmarks.peers.{peer}_script").compute(request)
    return peer_figures(request.out)


def test_the_night_checked_what_it_published(night: Night) -> None:
    require_checked(night.current)


@pytest.mark.parametrize("peer", ["duckdb", "polars", "pandas"])
def test_a_script_gives_the_published_figures(
    peer: str, night: Night, published: Figures, landing: Path, tmp_path: Path
) -> None:
    assert sum(scope == "unit" for _, scope, _ in published) > 600
    require_equal(published, computed(peer, night, landing, tmp_path), peer)


@pytest.mark.campaign
def test_postgresql_gives_the_published_figures(
    night: Night, published: Figures, landing: Path, tmp_path: Path
) -> None:
    why = postgres_server.missing()
    if why:
        pytest.skip(why)
    require_equal(published, computed("postgres", night, landing, tmp_path), "postgres")
