"""What a command takes, seen from outside: wall time, CPU seconds, memory of all its processes together, disk.

Belongs here: running and sampling a child process, our nightly job among them, the control group that enforces a limit,
medians of pairs. Does not belong here: other commands.
"""

import errno
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

SAMPLED_EVERY_SECONDS = 0.5
GROUP_TRIES = 60
MIB, GIB = 1 << 20, 1 << 30
ENGLISH = {"TTHC_LANG": "en", "COLUMNS": "120"}
CONTROL_GROUPS = Path("/sys/fs/cgroup")


@dataclass
class Measured:
    """One run of a command; memory and disk are the highest that were sampled, in bytes.

    Attributes:
        code: The exit code.
        seconds: Wall time.
        cpu: Seconds of processor time of the process and all below it that were waited for.
        memory: Proportional set size of all processes together.
        disk: Size of the watched folder.
        output: What the command printed.
        stages: Of a night of ours its seconds by stage, as it noted them in the ledger (`tthc run --timings`).
    """

    code: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    disk: int = 0
    output: str = ""
    stages: dict[str, float] = field(default_factory=dict)


def run_measured(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path | None = None,
    group: Path | None = None, every: float = SAMPLED_EVERY_SECONDS,
) -> Measured:  # fmt: skip
    """Run a command and measure it.

    Args:
        command: The command and its arguments.
        environment: Variables beside those of this process.
        folder: The folder whose size is watched; None watches none.
        group: The control group in which it runs (`control_group`); None leaves it in this one's.
        every: Seconds between two samples.
    """
    measured, has_ended = Measured(), threading.Event()

    def join_group() -> None:
        if group is not None:
            (group / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")

    def watch(process: psutil.Process) -> None:
        while not has_ended.wait(every):
            measured.memory = max(measured.memory, memory_of_tree(process))
            measured.disk = max(measured.disk, disk_below(folder) if folder else 0)

    spent, began = _cpu_of_children(), time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        with subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})},
            preexec_fn=join_group if group is not None else None,
        ) as child:  # fmt: skip
            watcher = threading.Thread(target=watch, args=(psutil.Process(child.pid),))
            watcher.start()
            measured.code = child.wait()
            measured.seconds = time.monotonic() - began
            has_ended.set()
            watcher.join()
        output.seek(0)
        measured.output = output.read()
    measured.cpu = _cpu_of_children() - spent
    return measured


def _cpu_of_children() -> float:
    """Return the CPU seconds of all processes that this one, or a child of it, has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


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


def ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """Return the median of the pairwise ratios: it holds when the machine's speed drifts, which single times do not."""
    return statistics.median(a / b for a, b in zip(ours, peer, strict=True))


def run_night(
    landing: Path, warehouse: Path, *, environment: Mapping[str, str] | None = None, **how: Any
) -> Measured:  # fmt: skip
    """Run our nightly job, whose messages are English, and measure it.

    Args:
        landing: What was delivered.
        warehouse: Where it writes.
        environment: Settings of the night beside those of this process.
        how: As `run_measured` takes it.
    """
    command = [sys.executable, "-m", "pipelines", "run", "--raw", str(landing), "--warehouse", str(warehouse)]
    return run_measured(command, environment={**ENGLISH, **(environment or {})}, **how)
