"""`python -m benchmarks.lake_formats`: the lake's steps of dossiers as plain Parquet and as an Iceberg table.

Parses the steps (`tien_trinh`) of a synthetic year as a night does, and then writes the rows of each delivery once more
in both forms and reads them: all columns, and two. The table has a SQLite catalog (`pip install
"pyiceberg[pyarrow,sql-sqlite]"`); its figures stand in docs/decisions/0008-plain-parquet-lake.md. Belongs here: that
comparison. Does not belong here: what the lake is (`pipelines.storage.lake`).
"""

import argparse
import importlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from pipelines.contracts.model import load_contracts
from pipelines.landing.ingest import ingest_deliveries
from pipelines.parsing.update_lake import update_lake
from pipelines.sample import write_province
from pipelines.settings import Settings
from pipelines.storage.lake import lake_schema, write_whole

SOURCE, COLUMNS = "tien_trinh", "MaHoSo, TrangThai"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lake_formats", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="figures are medians over them")
    return parser.parse_args()


def deliveries(folder: Path, dossiers: int) -> list[pl.DataFrame]:
    """Return the accepted rows of each delivery of a synthetic year, as the parser writes them."""
    settings = Settings(raw_dir=folder / "raw", warehouse_dir=folder / "warehouse")
    write_province(settings.raw_dir, dossiers)
    settings.work_dir.mkdir(parents=True)
    contracts = load_contracts(settings.contracts_dir)
    ingest_deliveries(settings, set(contracts))
    state = update_lake(settings, contracts)
    names = sorted({name for _, receipt in state.accepted for name in receipt["files"] if name.startswith(SOURCE)})
    return [pl.read_parquet(settings.lake_dir / name) for name in names]


class Plain:
    """Files of the lake as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.schema = folder, lake_schema(load_contracts(Settings().contracts_dir)[SOURCE])
        self.files: list[str] = []

    def append(self, frame: pl.DataFrame) -> None:
        path = self.folder / f"{len(self.files)}.parquet"
        write_whole(path, self.schema, frame)  # flushed to disk, and hashed
        self.files.append(str(path))

    def read(self, columns: str) -> int:
        return _read(self.files, columns)

    def native(self) -> int:
        return self.read("*")


class Iceberg:
    """An Iceberg table with a SQLite catalog."""

    def __init__(self, folder: Path, like: pa.Schema) -> None:
        folder.mkdir()
        catalog: Any = importlib.import_module("pyiceberg.catalog.sql").SqlCatalog(
            "lake", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}"
        )
        catalog.create_namespace("lake")
        self.table = catalog.create_table(f"lake.{SOURCE}", schema=like)

    def append(self, frame: pl.DataFrame) -> None:
        self.table.append(_arrow(frame))

    def read(self, columns: str) -> int:
        """Let the catalog say which files there are, and DuckDB read them."""
        return _read([task.file.file_path.removeprefix("file://") for task in self.table.scan().plan_files()], columns)

    def native(self) -> int:
        """Let pyiceberg read."""
        return int(self.table.scan().to_arrow().num_rows)


def _arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _read(files: list[str], columns: str) -> int:
    with duckdb.connect(config={"threads": 2}) as connection:
        # Every value is decoded; a table of what was read would measure DuckDB's writing.
        query = f"select count(*), bit_xor(hash(q)) from (select {columns} from read_parquet($files)) as q"
        row = connection.execute(query, {"files": files}).fetchone()
    assert row is not None
    return int(row[0])


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(kind: Callable[[Path], Any], frames: list[pl.DataFrame], folder: Path) -> dict[str, float]:
    """Return seconds of each task, and the size on disk and the number of files."""
    lake = kind(folder)
    rows = sum(frame.height for frame in frames)
    found = {"write": _seconds(lambda: [lake.append(frame) for frame in frames]) / len(frames)}
    for name, work in (
        ("read", lambda: lake.read("*")), ("two columns", lambda: lake.read(COLUMNS)), ("own reader", lake.native),
    ):  # fmt: skip
        assert work() == rows  # and what was written is in the memory of the machine
        found[name] = _seconds(work)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {**found, "MB": sum(path.stat().st_size for path in files) / 1e6, "files": len(files)}


def main() -> None:
    chosen, console = arguments(), Console()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        frames = deliveries(folder, chosen.dossiers)
        schema = _arrow(frames[0]).schema
        rows = f"{sum(frame.height for frame in frames):,} rows in {len(frames)} deliveries"
        shown = Table(title=f"{SOURCE} of {chosen.dossiers:,} dossiers: {rows}")
        names = ["write", "read", "two columns", "own reader", "MB", "files"]
        for name in ("", *names):
            shown.add_column(name, justify="right")
        kinds: dict[str, Callable[[Path], Any]] = {
            "plain Parquet": Plain, "Iceberg": lambda place: Iceberg(place, schema)
        }  # fmt: skip
        rounds: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
        for number in range(chosen.rounds):
            for kind, make in kinds.items():
                rounds[kind].append(measure(make, frames, folder / f"{kind.split()[0]}{number}"))
        for kind, found in rounds.items():
            medians = [statistics.median(one[name] for one in found) for name in names]
            shown.add_row(kind, *(f"{value:.3f}" for value in medians[:4]), f"{medians[4]:.1f}", f"{medians[5]:.0f}")
        console.print(shown)


if __name__ == "__main__":
    main()
