"""`python -m benchmarks.lake_store`: nights whose lake lies in a folder and in an object store, and what they ask it.

Three nights of a synthetic province: a first one, one with the files of the next day, one with nothing new. Then all
rows of the lake are read once, by DuckDB from the objects themselves and from copies. The store is moto's server on
this machine (`pip install "moto[s3]" flask flask-cors`), whose log is counted: what counts is the number of requests,
for a store elsewhere takes some milliseconds for each; seconds are this machine's. `--endpoint` takes another server,
whose requests nobody counts. Figures stand in docs/decisions/0008-plain-parquet-lake.md.
"""

import argparse
import datetime as dt
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.measure import ENGLISH
from benchmarks.object_server import moto_server
from pipelines.sample import write_province
from pipelines.settings import Settings
from pipelines.storage.lake_store import ObjectLake, lake_store

BUCKET, FIRST, LAST = "lake", dt.date(2024, 6, 3), dt.date(2024, 6, 4)
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_EC2_METADATA_DISABLED": "true"}


@dataclass
class Store:
    """An object store, and where it logs its requests."""

    endpoint: str
    log: Path | None

    def count(self) -> int:
        return len(self.log.read_text(encoding="utf-8").splitlines()) if self.log else 0


@contextmanager
def moto(folder: Path) -> Iterator[Store]:
    """Run a server, and return it with an empty log."""
    log = folder / "requests.log"
    with moto_server(log) as endpoint:
        log.write_bytes(b"")
        yield Store(endpoint, log)


def measure(store: Store, work: Callable[[], object]) -> tuple[float, int]:
    """Return seconds and requests of some work."""
    before, began = store.count(), time.perf_counter()
    work()
    return time.perf_counter() - began, store.count() - before


def night(raw: Path, warehouse: Path, lake: dict[str, str]) -> None:
    """Run a night.

    Raises:
        subprocess.CalledProcessError: If it does not publish.
    """
    command = [sys.executable, "-m", "pipelines", "run", "--raw", str(raw), "--warehouse", str(warehouse)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **ENGLISH, **lake})


def direct(settings: Settings, names: list[str]) -> duckdb.DuckDBPyConnection:
    """Return a connection with a view on each object, read through fsspec."""
    arrow_files: Any = importlib.import_module("fsspec.implementations.arrow").ArrowFSWrapper

    from pipelines.storage.object_client import object_client

    class Objects(arrow_files):  # type: ignore[misc]
        protocol = "objects"

        @classmethod
        def _strip_protocol(cls, path: Any) -> Any:
            return path.removeprefix("objects://") if isinstance(path, str) else path

    connection = duckdb.connect(config={"threads": 2})
    connection.register_filesystem(Objects(object_client(settings)))
    base = str(settings.lake_url).removeprefix("s3://")
    return _with_views(connection, [f"objects://{base}/{name}" for name in names])


def copies(lake: ObjectLake, hashes: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """Return a connection with a view on a copy of each object, fetched for it."""
    lake.fetch(hashes)
    return _with_views(duckdb.connect(config={"threads": 2}), [str(lake.path(name)) for name in hashes])


def _with_views(connection: duckdb.DuckDBPyConnection, paths: list[str]) -> duckdb.DuckDBPyConnection:
    for number, path in enumerate(paths):
        connection.execute(f"create view v{number} as from read_parquet('{path}')")
    return connection


def read(connection: duckdb.DuckDBPyConnection, count: int) -> None:
    for number in range(count):
        connection.execute(f"select bit_xor(hash(v)) from v{number} as v").fetchall()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lake_store", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=3_000)
    parser.add_argument("--endpoint", help="a server with a bucket `lake`; keys are those of the environment")
    return parser.parse_args()


def nights(folder: Path, dossiers: int, store: Store, console: Console) -> Settings:
    """Run the nights on both places, show them, and return the settings of the one on the store."""
    write_province(folder / "nights", dossiers, cadence="daily", first=FIRST, last=LAST, by_night=True)
    given = [path for path in sorted((folder / "nights").iterdir()) if path.is_dir()]
    shown = Table(title=f"Nights of {dossiers:,} dossiers: seconds, requests")
    for title in ("lake in", "first night", "next day's files", "nothing new"):
        shown.add_column(title, justify="right")
    url = f"s3://{BUCKET}/bench-{os.getpid()}"
    on_store = {"TTHC_LAKE": url, "TTHC_LAKE_ENDPOINT": store.endpoint}
    for place, lake in (("a folder", {}), ("an object store", on_store)):
        raw, warehouse, cells = folder / f"raw {place}", folder / place, []
        for delivered in (*given, None):
            if delivered is not None:
                shutil.copytree(delivered, raw, dirs_exist_ok=True)
            seconds, requests = measure(store, lambda: night(raw, warehouse, lake))  # noqa: B023 - called at once
            cells.append(f"{seconds:.1f} s, {requests}")
        shown.add_row(place, *cells)
    console.print(shown)
    return Settings(warehouse_dir=folder / "an object store", lake=url, lake_endpoint=store.endpoint)


def reading(settings: Settings, store: Store, console: Console) -> None:
    """Read every row of the lake in both ways, and show it."""
    lake = lake_store(settings)
    assert isinstance(lake, ObjectLake)
    names = sorted(lake.objects())
    size = sum(lake.path(name).stat().st_size for name in names)
    shown = Table(title=f"{len(names)} objects, {size / 1e6:.1f} MB: seconds, requests")
    for title in ("way", "before", "to read all once"):
        shown.add_column(title, justify="right")
    hashes = {name: lake.sha256_of(name) for name in names}
    ways: dict[str, Callable[[], duckdb.DuckDBPyConnection]] = {
        "DuckDB on objects": lambda: direct(settings, names),
        "DuckDB on copies": lambda: copies(lake, hashes),
    }
    for way, make in ways.items():
        before, began = store.count(), time.perf_counter()
        connection = make()
        ready = f"{time.perf_counter() - began:.2f} s, {store.count() - before}"
        seconds, requests = measure(store, lambda: read(connection, len(names)))  # noqa: B023 - called at once
        shown.add_row(way, ready, f"{seconds:.2f} s, {requests}")
    console.print(shown)


def main() -> None:
    chosen, console = arguments(), Console()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if chosen.endpoint:
            store = Store(chosen.endpoint, None)
            reading(nights(folder, chosen.dossiers, store, console), store, console)
            return
        os.environ.update(KEYS)
        with moto(folder) as store:
            from pyarrow.fs import S3FileSystem

            S3FileSystem(endpoint_override=store.endpoint, allow_bucket_creation=True).create_dir(BUCKET)
            reading(nights(folder, chosen.dossiers, store, console), store, console)


if __name__ == "__main__":
    main()
