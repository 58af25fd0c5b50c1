"""Trying cases: each on a copy of the ground, its night judged at once, then the next night, which must need no hand.

Belongs here: the order of one trial and the verdict. What the faults are is `cases`', what must hold `invariants`'.
"""

import contextlib
import os
import pickle
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults import invariants
from benchmarks.faults.cases import DIES, GOES_ON, Case
from benchmarks.faults.forge import Night, apart
from benchmarks.faults.ground import Ground
from pipelines.errors import EXIT_PUBLISHED

SMALL_DISK = "size=220m"


@dataclass(frozen=True)
class Verdict:
    """What came of one case: how often its fault was inflicted, how often the night ended without publishing, and what
    was wrong in words, by kind."""

    family: str
    name: str
    injected: int = 1
    refused: int = 0
    quarantined: int = 0
    silently_wrong: tuple[str, ...] = ()
    rows_lost: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def troubles(self) -> tuple[str, ...]:
        return (*self.silently_wrong, *self.rows_lost, *self.violations)


def tried(ground: Ground, case: Case, folder: Path) -> Verdict:
    """One case on a fresh copy below the folder, through to the next night's end."""
    with _disk(folder, small=case.on_small_disk is not None) as place, ground.warehouse(place) as warehouse:
        if case.damage:
            case.damage(warehouse)
        nights = list(_nights(ground, case, warehouse, place))
        last = nights[-1]
        troubles = [trouble for night in nights for trouble in _at_once(ground, case, warehouse, night)]
        if case.right == GOES_ON and last.code != EXIT_PUBLISHED:
            troubles.append(f"a night that should go on ended with {last.code}: {last.said[-400:]}")
        if case.right == DIES and last.code == EXIT_PUBLISHED:
            troubles.append("the fault never struck")
        (place / "ballast").unlink(missing_ok=True)
        settled = last if last.code == EXIT_PUBLISHED else ground.night(warehouse)
        troubles += apart(lambda: list(invariants.after_recovery(ground, warehouse, settled)))
    return Verdict(
        case.family, case.name, injected=len(nights), refused=sum(night.code != EXIT_PUBLISHED for night in nights),
        silently_wrong=_of(troubles, "I4"), rows_lost=_of(troubles, "I3"),
        violations=tuple(t for t in troubles if not t.startswith(("I3", "I4"))),
        seconds=sum(night.seconds for night in (*nights, settled)),
    )  # fmt: skip


def _nights(ground: Ground, case: Case, warehouse: Path, place: Path) -> Iterator[Night]:
    blow = case.on_small_disk(place / "ballast") if case.on_small_disk else case.blow
    for moment in case.kill_after or (None,):
        yield ground.night(warehouse, blow=blow, kill_after=moment, **case.env)


def _at_once(ground: Ground, case: Case, warehouse: Path, night: Night) -> list[str]:
    """What is wrong before anybody mends anything; a published state that the case itself damaged is not ours."""
    found = apart(lambda: list(invariants.after_any_end(ground, warehouse, night)))
    ours = case.damage is None or night.code == EXIT_PUBLISHED
    return [trouble for trouble in found if ours or not trouble.startswith("I1")]


def _of(troubles: list[str], invariant: str) -> tuple[str, ...]:
    return tuple(trouble for trouble in troubles if trouble.startswith(invariant))


@contextlib.contextmanager
def _disk(folder: Path, *, small: bool) -> Iterator[Path]:
    """The folder itself, or a small disk of its own mounted on it (which takes root)."""
    folder.mkdir(parents=True, exist_ok=True)
    if small:
        subprocess.run(["mount", "-t", "tmpfs", "-o", SMALL_DISK, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        if small:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def in_streams(
    work: list[Callable[[Path], Verdict]], folder: Path, tell: Callable[[Verdict], None], streams: int = 2
) -> list[Verdict]:
    """Tries everything in so many processes side by side; `tell` hears of each verdict as it comes."""
    reading, writing = os.pipe()
    children = []
    for number in range(streams):
        child = os.fork()
        if child == 0:
            os.close(reading)
            for act in work[number::streams]:
                content = pickle.dumps(act(folder / f"stream-{number}"))
                os.write(writing, len(content).to_bytes(4, "big") + content)  # below PIPE_BUF it arrives in one piece
            os._exit(0)
        children.append(child)
    os.close(writing)
    verdicts = []
    with os.fdopen(reading, "rb") as stream:
        while size := stream.read(4):
            verdicts.append(pickle.loads(stream.read(int.from_bytes(size, "big"))))
            tell(verdicts[-1])
    for child in children:
        os.waitpid(child, 0)
    return verdicts
