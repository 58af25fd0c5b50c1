"""`make campaign`, first part: a night at the size of a real year, within the documented memory.

Writes a synthetic province (a million dossiers unless asked otherwise, some fourteen million rows), runs the nightly
job on it as an operator would, then a second night with nothing new, and measures both from outside: wall time, the
memory of all processes together (proportional set size, sampled), the disk below the warehouse. Where it may, it runs
them in a control group of its own, so that the kernel itself enforces the limit. Fails where a night fails, takes more
memory than TTHC_MEMORY_LIMIT, or loses a row.
"""

import argparse
import errno
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from pipelines.settings import Settings
from pipelines.storage.manifest import read_manifest

SAMPLED_EVERY_SECONDS = 0.5
GROUP_TRIES = 60
MIB, GIB = 1 << 20, 1 << 30
CONTROL_GROUPS = Path("/sys/fs/cgroup")


@dataclass
class Measured:
    """One night: its exit code, wall seconds, highest memory of all its processes and highest disk, in bytes."""

    code: int = 0
    seconds: float = 0.0
    memory: int = 0
    disk: int = 0
    output: str = ""
    _ended: threading.Event = field(default_factory=threading.Event)

    def watch(self, process: psutil.Process, folder: Path) -> None:
        """Sample until it is stopped."""
        while not self._ended.wait(SAMPLED_EVERY_SECONDS):
            self.memory = max(self.memory, memory_of_tree(process))
            self.disk = max(self.disk, disk_below(folder))

    def end(self) -> None:
        """Stop sampling."""
        self._ended.set()


def memory_of_tree(process: psutil.Process) -> int:
    """Return the bytes that a process and all below it hold, pages that several share counted once."""
    total = 0
    try:
        members = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    for member in members:
        try:
            total += member.memory_full_info().pss
        except psutil.Error:  # it ended meanwhile
            continue
    return total


def disk_below(folder: Path) -> int:
    """Return the bytes of all files below a folder; what goes away while it is read counts nothing."""
    total, todo = 0, [folder]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(Path(entry.path))
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue
    return total


def control_group(limit: int) -> Path | None:
    """Return a new control group with a memory limit, of either kind; None if this account may make none."""
    for root, name in ((CONTROL_GROUPS / "memory", "memory.limit_in_bytes"), (CONTROL_GROUPS, "memory.max")):
        group = root / f"tthc-real-size-{os.getpid()}"
        try:
            group.mkdir()
            (group / name).write_text(str(limit), encoding="ascii")
        except OSError:
            if group.is_dir():
                group.rmdir()
            continue
        return group
    return None


def dissolve(group: Path) -> None:
    """Remove a control group.

    The kernel keeps it busy while a process of it is on its way out, for a moment.
    """
    for _ in range(GROUP_TRIES):
        try:
            group.rmdir()
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            time.sleep(SAMPLED_EVERY_SECONDS)
        else:
            return


def night(raw: Path, warehouse: Path, group: Path | None) -> Measured:
    """Run the nightly job and measure it."""
    measured = Measured()

    def join_group() -> None:
        if group is not None:
            (group / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")

    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        command = [sys.executable, "-m", "pipelines", "run", "--raw", str(raw), "--warehouse", str(warehouse)]
        with subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "TTHC_LANG": "en", "COLUMNS": "120"},
            preexec_fn=join_group,
        ) as child:  # fmt: skip
            watcher = threading.Thread(target=measured.watch, args=(psutil.Process(child.pid), warehouse))
            watcher.start()
            measured.code = child.wait()
            measured.end()
            watcher.join()
        output.seek(0)
        measured.output = output.read()
    measured.seconds = time.monotonic() - began
    return measured


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
        check=True, env={**os.environ, "TTHC_LANG": "en"},
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
            found = night(raw, warehouse, group)
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
