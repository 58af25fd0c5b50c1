"""`make campaign`, first part: a night at the size of a real year, within the documented memory.

Writes a synthetic province (a million dossiers unless asked otherwise, some fourteen million rows), runs the nightly
job on it as an operator would, then a second night with nothing new, and measures both from outside: wall time, the
memory of all processes together (proportional set size, sampled), the disk below the warehouse. Where it may, it runs
them in a control group of its own, so that the kernel itself enforces the limit. Fails where a night fails, takes more
memory than TTHC_MEMORY_LIMIT, or loses a row.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import ENGLISH, MIB, Measured, control_group, disk_below, dissolve, run_night
from pipelines.settings import Settings
from pipelines.storage.manifest import read_manifest


def lost_rows(warehouse: Path) -> list[str]:
    """Return the sources whose delivered rows are not all accounted for in the published version."""
    rows = read_manifest(warehouse / "current")["rows"]
    return [
        source
        for source, count in rows.items()
        if count["rows_in"] != count["accepted"] + count["rejected"] + count["superseded"]
    ]


def sample(raw: Path, dossiers: int) -> None:
    """Write the synthetic province."""
    subprocess.run(
        [sys.executable, "-m", "pipelines", "sample", "--out", str(raw), "--dossiers", str(dossiers), "--faults"],
        check=True, env={**os.environ, **ENGLISH},
    )  # fmt: skip


def campaign(folder: Path, dossiers: int, console: Console) -> int:
    """Run the nights below a folder, print what they took, and return the exit code."""
    settings = Settings()
    raw, warehouse = folder / "raw", folder / "warehouse"
    sample(raw, dossiers)
    limit = settings.memory_bytes
    group = control_group(limit)
    table = Table(title=f"{dossiers:,} dossiers, a limit of {settings.memory_shown}")
    for header in ("night", "exit", "seconds", "memory MiB", "disk MiB"):
        table.add_column(header, justify="right")
    wrong: list[str] = []
    try:
        for name in ("all deliveries at once", "nothing new"):
            console.print(f"night: {name} …")
            found = run_night(raw, warehouse, folder=warehouse, group=group)
            sizes = (f"{found.memory / MIB:,.0f}", f"{found.disk / MIB:,.0f}")
            table.add_row(name, str(found.code), f"{found.seconds:.0f}", *sizes)
            wrong += faults(name, found, limit, lambda: lost_rows(warehouse))
            if found.code:
                console.print(found.output[-3000:], markup=False)
                break
    finally:
        if group is not None:
            dissolve(group)
    console.print(table)
    how = "enforced by a control group" if group is not None else "measured only: no control group may be made here"
    console.print(f"delivered: {disk_below(raw) / MIB:,.0f} MiB; the limit was {how}")
    for line in wrong:
        console.print(f"[red]{line}[/]")
    return 1 if wrong else 0


def faults(name: str, found: Measured, limit: int, lost: Callable[[], list[str]]) -> list[str]:
    """Return what is wrong with a night, in sentences."""
    if found.code:
        return [f"{name}: exit code {found.code}"]
    wrong = [f"{name}: rows of {source} are not accounted for" for source in lost()]
    if found.memory > limit:
        wrong.append(f"{name}: {found.memory / MIB:,.0f} MiB of memory, over the limit of {limit / MIB:,.0f}")
    return wrong


def main() -> int:
    """Return entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="how many dossiers (default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="a folder to work in and keep; default a temporary one")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="tthc-real-size-"))
    try:
        return campaign(folder, asked.dossiers, Console())
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
