"""`python -m benchmarks.engines`: whole nights on DuckDB and on Spark, on the same files, table for table the same.

The same synthetic deliveries are landed anew by each engine, one after the other, with one secret. Ends with an error
where a table of the published versions differs in a single row.
Belongs here: running and comparing them. Does not belong here: measuring (`measure`).
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.measure import MIB, Measured, run_night
from benchmarks.real_size import sample
from benchmarks.report import circumstances
from pipelines.reports.timings import read_timings
from pipelines.settings import DATABASE_FILE, PROJECT_DIR, Settings

FIGURES = PROJECT_DIR / "docs" / "scale-engines.json"
FIRST = "duckdb"


def engines(workers: list[int], master: str | None) -> dict[str, dict[str, str]]:
    """Return the settings of each way of computing, DuckDB first.

    Args:
        workers: With how many threads on this machine Spark is tried.
        master: A cluster on which it is tried too.
    """
    found = {FIRST: {"TTHC_ENGINE": "duckdb"}}
    for count in workers:
        found[f"spark local[{count}]"] = {"TTHC_ENGINE": "spark", "TTHC_SPARK_MASTER": f"local[{count}]"}
    if master:
        found[f"spark {master.partition('://')[0]} cluster"] = {"TTHC_ENGINE": "spark", "TTHC_SPARK_MASTER": master}
    return found


def differing(one: Path, other: Path) -> tuple[int, list[str]]:
    """Return how many tables the versions of two warehouses have, and those that do not hold the same rows."""
    with duckdb.connect() as connection:
        for name, warehouse in (("one", one), ("other", other)):
            connection.execute(f"attach '{warehouse / 'current' / DATABASE_FILE}' as {name} (read_only)")
        query = (
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'other' order by all"
        )
        tables = [table for (table,) in connection.execute(query).fetchall()]
        return len(tables), [
            table
            for table in tables
            if connection.execute(
                f"select * from ((from other.{table} except all from one.{table})"
                f" union all (from one.{table} except all from other.{table})) limit 1"
            ).fetchall()
        ]


def compare(folder: Path, ways: dict[str, dict[str, str]], rounds: int, console: Console) -> dict[str, list[Measured]]:
    """Run the nights, and return what each took, by way of computing.

    Raises:
        SystemExit: If a night fails, or a table differs from DuckDB's.
    """
    took: dict[str, list[Measured]] = {name: [] for name in ways}
    key = folder / "duckdb-0" / "restricted" / "secret.key"
    for number in range(rounds):
        for name, settings in ways.items():
            warehouse = folder / f"{name.replace(' ', '-').replace('[', '').replace(']', '')}-{number}"
            secret = {"TTHC_SECRET_FILE": str(key)} if key.exists() else {}
            console.print(f"round {number + 1}: {name} …")
            found = run_night(folder / "raw", warehouse, environment={**settings, **secret})
            if found.code:
                sys.exit(found.output)
            found.stages = (read_timings(Settings(warehouse_dir=warehouse)) or {}).get("seconds", {})
            tables, wrong = differing(folder / "duckdb-0", warehouse)
            console.print(f"  {found.seconds:,.0f} s; {tables - len(wrong)} of {tables} tables equal DuckDB's")
            if wrong:
                sys.exit(f"differ: {', '.join(wrong)}")
            took[name].append(found)
    return took


def show(took: dict[str, list[Measured]], console: Console) -> None:
    """Print medians, with the least and the most, and the stages that compute tables."""
    table = Table("engine", "seconds", "least–most", "computing tables", "memory MiB", title="Whole nights")
    for name, runs in took.items():
        seconds = [run.seconds for run in runs]
        computing = [run.stages.get("spark", 0) + run.stages.get("transform", 0) for run in runs]
        table.add_row(
            name, f"{statistics.median(seconds):,.0f}", f"{min(seconds):,.0f}–{max(seconds):,.0f}",
            f"{statistics.median(computing):,.0f}", f"{statistics.median(run.memory for run in runs) / MIB:,.0f}",
        )  # fmt: skip
    console.print(table)


def record(took: dict[str, list[Measured]], size: int, note: str) -> None:
    """Write what was measured beside what other sizes took, for docs/scale.md."""
    kept: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    kept[str(size)] = {
        **circumstances(note),
        "runs": {
            name: [
                {"seconds": round(run.seconds, 1), "cpu": round(run.cpu, 1), "memory": run.memory, "stages": run.stages}
                for run in runs
            ]
            for name, runs in took.items()
        },
    }
    ordered = dict(sorted(kept.items(), key=lambda one: int(one[0])))
    FIGURES.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000, help="dossiers of the synthetic year (default 100,000)")
    parser.add_argument("--rounds", type=int, default=1, help="nights of each engine (default 1)")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="threads of Spark (default 1 and 2)")
    parser.add_argument("--master", help="a cluster to try too, such as spark://host:7077")
    parser.add_argument("--record", action="store_true", help=f"write the figures into {FIGURES.name}")
    parser.add_argument("--note", default="", metavar="SENTENCE", help="what a reader of the figures should know")
    given = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="tthc-engines-") as folder:
        sample(Path(folder) / "raw", given.size)
        took = compare(Path(folder), engines(given.workers, given.master), given.rounds, console)
    show(took, console)
    if given.record:
        record(took, given.size, given.note)


if __name__ == "__main__":
    main()
