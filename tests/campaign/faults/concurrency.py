"""Several at once: two runs, and readers while versions are switched under them; and a night without any network.

Belongs here: trials that need more than one process, or a comparison of two nights.
"""

import itertools
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.errors import EXIT_LOCKED, EXIT_PUBLISHED
from pipelines.publish.versions import switch_current
from tests.campaign.faults import injectors, invariants
from tests.campaign.faults.campaign import Verdict
from tests.campaign.faults.fixture import Fixture, settings_of
from tests.campaign.faults.forked_nights import apart

FAMILY = "several at once"
WAIT_SECONDS = 60
PAIR = "select (select as_of from marts.dim_run), (select sum(received_total) from marts.handling_status)"


def two_runs(fixture: Fixture, folder: Path) -> Verdict:
    """Return a second run, and a backfill, while one is under way: both leave at once and name the first's pid."""
    with fixture.warehouse(folder) as warehouse:
        first = os.fork()
        if first == 0:
            os._exit(fixture.night(warehouse).code & 0xFF)
        holder = warehouse / "run.pid"
        before = holder.read_text() if holder.exists() else ""
        while not holder.exists() or holder.read_text() in ("", before):
            time.sleep(0.05)
        pid = holder.read_text()
        seconds = [fixture.night(warehouse), fixture.night(warehouse, fixture.before)]
        _, status = os.waitpid(first, 0)
        troubles = [
            f"the second run ended with {n.code}" for n in seconds if n.code != EXIT_LOCKED or pid not in n.output
        ]
        if os.waitstatus_to_exitcode(status) != EXIT_PUBLISHED:
            troubles.append("the first run did not publish")
        troubles += apart(lambda: list(invariants.wrong_figures(fixture, warehouse)))
    return Verdict(FAMILY, "two more runs during a run", 2, refused=2, violations=tuple(troubles),
                   seconds=sum(night.seconds for night in seconds))  # fmt: skip


def readers(fixture: Fixture, folder: Path, *, reads: int) -> Verdict:
    """Run two readers while `current` switches between two versions as fast as it can, and one long read."""
    warehouse = folder / "read"
    shutil.copytree(fixture.right, warehouse, symlinks=True)
    try:
        began = time.monotonic()
        right = apart(lambda: _versions(warehouse))
        switcher = os.fork()
        if switcher == 0:
            settings = settings_of(warehouse, fixture)
            for version in itertools.cycle(right):
                switch_current(settings, version)
        pipes = []
        for _ in range(2):
            reading, writing = os.pipe()
            if os.fork() == 0:
                os.write(writing, json.dumps(_read(warehouse, right, reads // 2)).encode())
                os._exit(0)
            os.close(writing)
            pipes.append(reading)
        wrong, seen = [], set()
        for pipe in pipes:
            with os.fdopen(pipe, "rb") as stream:
                answer = json.loads(stream.read() or b'{"wrong": ["a reader died"], "seen": []}')
            wrong += answer["wrong"]
            seen |= set(answer["seen"])
        os.kill(switcher, 9)
        for _ in range(3):
            os.wait()
        if len(seen) < 2:
            wrong.append("the readers did not see both versions")
    finally:
        shutil.rmtree(warehouse)
    return Verdict(FAMILY, f"{reads:,} reads while versions are switched", reads, violations=tuple(wrong[:5]),
                   seconds=time.monotonic() - began)  # fmt: skip


def _versions(warehouse: Path) -> dict[str, list[str]]:
    """Return version → what a reader must see in it."""
    return {path.name: _seen(path) for path in sorted((warehouse / "versions").iterdir())}


def _seen(folder: Path) -> list[str]:
    with duckdb.connect(str(folder / "tthc.duckdb"), read_only=True) as connection:
        row = connection.execute(PAIR).fetchone()
    return [str(cell) for cell in row or ()]


def _read(warehouse: Path, right: dict[str, list[str]], reads: int) -> dict[str, Any]:
    wrong: list[str] = []
    seen: set[str] = set()
    current = warehouse / "current"
    with duckdb.connect(str(current.resolve() / "tthc.duckdb"), read_only=True) as long_read:
        first = long_read.execute(PAIR).fetchone()
        # A loaded machine may let the reader finish before the first switch: it goes on until it has seen both.
        enough = time.monotonic() + WAIT_SECONDS
        done = itertools.count()
        while next(done) < reads or (len(seen) < len(right) and time.monotonic() < enough):
            folder = current.resolve()
            seen.add(folder.name)
            if _seen(folder) != right[folder.name]:
                wrong.append(f"other figures than those of {folder.name}")
        if long_read.execute(PAIR).fetchone() != first:
            wrong.append("a long read changed under its reader")
    return {"wrong": wrong, "seen": sorted(seen)}


def no_network(fixture: Fixture, folder: Path) -> Verdict:
    """Return a night without any network beside one with.

    No attempt to connect, the same figures, and how long each took.
    """
    with fixture.warehouse(folder) as warehouse:
        beside = fixture.night(warehouse)
    with fixture.warehouse(folder) as warehouse:
        without = fixture.night(warehouse, injector=injectors.no_network)
        troubles = apart(lambda: list(invariants.after_recovery(fixture, warehouse, without)))
    line = next((line for line in without.output.splitlines() if line.startswith(injectors.ATTEMPTS)), None)
    if line is None or any(json.loads(line.removeprefix(injectors.ATTEMPTS)).values()):
        troubles.append(f"attempts to reach the network: {line}")
    name = f"no network at all ({without.seconds:.0f} s; with one {beside.seconds:.0f} s)"
    return Verdict("network", name, violations=tuple(troubles), seconds=without.seconds + beside.seconds)
