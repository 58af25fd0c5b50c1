"""Trying cases: each on a copy of the fixture, its night judged at once, then the next night, which must need no hand.

Belongs here: the order of one trial and the verdict. What the faults are is `cases`', what must hold `invariants`'.
"""

import contextlib
import os
import pickle
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.common.errors import EXIT_PUBLISHED
from tests.campaign.faults import injectors, invariants
from tests.campaign.faults.cases import DIES, GOES_ON, Case, Hurt
from tests.campaign.faults.fixture import Fixture
from tests.campaign.faults.forked_nights import Night, apart

SMALL_DISK = "size=220m"


@dataclass(frozen=True)
class Verdict:
    """What came of one case.

    How often its fault was inflicted, how often the night ended without publishing, and what was wrong in words, by
    kind; `trial`: the name under which it was to be tried; `code`: the commit judged.
    """

    family: str
    name: str
    injected: int = 1
    refused: int = 0
    quarantined: int = 0
    silently_wrong: tuple[str, ...] = ()
    rows_lost: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    seconds: float = 0.0
    trial: str = ""
    code: str = ""

    @property
    def troubles(self) -> tuple[str, ...]:
        return (*self.silently_wrong, *self.rows_lost, *self.violations)


@dataclass(frozen=True)
class Trial:
    """Something to try in a folder of its own."""

    family: str
    name: str
    act: Callable[[Path], Verdict]


def tried(fixture: Fixture, case: Case, seconds: float, folder: Path) -> Verdict:
    """Return one case on a fresh copy below the folder, through to the end of a night that must go well.

    Where a hurt night goes on to publish, the next is hurt on another fresh copy: on the same it would have nothing to
    do; and so is this one again if it should have died, for what came before may have spared it the step.

    Args:
        seconds: How long a night takes that is left alone.
    """
    with _disk(folder, small=case.small_disk) as place, fixture.warehouse(place) as warehouse:
        if case.damage:
            case.damage(warehouse)
        nights, troubles, is_fresh = [], [], True
        for hurt in case.hurts:
            night = _hurt(fixture, hurt, seconds, warehouse)
            if hurt.right == DIES and night.code == EXIT_PUBLISHED and not is_fresh:
                troubles += _settled(fixture, warehouse, night)
                fixture.renew(warehouse)
                night = _hurt(fixture, hurt, seconds, warehouse)
            nights.append(night)
            troubles += _at_once(fixture, case, hurt, warehouse, night)
            is_fresh = night.code == EXIT_PUBLISHED and hurt is not case.hurts[-1]
            if is_fresh:
                troubles += _settled(fixture, warehouse, night)
                fixture.renew(warehouse)
        settled = nights[-1]
        if settled.code != EXIT_PUBLISHED:
            settled = fixture.night(warehouse)
        troubles += _settled(fixture, warehouse, settled)
    return Verdict(
        case.family, case.name, injected=len(nights), refused=sum(night.code != EXIT_PUBLISHED for night in nights),
        silently_wrong=_of(troubles, "I4"), rows_lost=_of(troubles, "I3"),
        violations=tuple(t for t in troubles if not t.startswith(("I3", "I4"))),
        seconds=sum(night.seconds for night in {*nights, settled}),
    )  # fmt: skip


def _hurt(fixture: Fixture, hurt: Hurt, seconds: float, warehouse: Path) -> Night:
    kill_after = None if hurt.moment is None else hurt.moment * seconds
    night = fixture.night(warehouse, injector=hurt.injector, kill_after=kill_after)
    injectors.ballast_of(warehouse).unlink(missing_ok=True)
    return night


def _at_once(fixture: Fixture, case: Case, hurt: Hurt, warehouse: Path, night: Night) -> list[str]:
    """Return what is wrong before any repair; a published state that the case itself damaged is not counted."""
    found = apart(lambda: list(invariants.after_any_end(fixture, warehouse, night)))
    ours = case.damage is None or night.code == EXIT_PUBLISHED
    found = [trouble for trouble in found if ours or not trouble.startswith("I1")]
    if hurt.right == GOES_ON and night.code != EXIT_PUBLISHED:
        found.append(f"a night that should go on ended with {night.code}: {night.output[-400:]}")
    if hurt.right == DIES and night.code != -signal.SIGKILL:
        found.append(f"the fault never struck: {hurt.name}")
    return found


def _settled(fixture: Fixture, warehouse: Path, night: Night) -> list[str]:
    """Return what is wrong once a night has gone through."""
    found: list[str] = apart(lambda: list(invariants.after_recovery(fixture, warehouse, night)))
    return found


def _of(troubles: list[str], invariant: str) -> tuple[str, ...]:
    return tuple(trouble for trouble in troubles if trouble.startswith(invariant))


@contextlib.contextmanager
def _disk(folder: Path, *, small: bool) -> Iterator[Path]:
    """Open the folder itself, or a small disk of its own mounted on it (which takes root)."""
    folder.mkdir(parents=True, exist_ok=True)
    if small:
        subprocess.run(["mount", "-t", "tmpfs", "-o", SMALL_DISK, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        if small:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def in_streams(work: list[Trial], folder: Path, tell: Callable[[Verdict], None], streams: int = 2) -> list[Verdict]:
    """Try everything in so many processes side by side, each taking what is next; `tell` hears of each verdict."""
    reading, writing = os.pipe()
    to_do, numbers = os.pipe()
    os.write(numbers, b"".join(number.to_bytes(4, "big") for number in range(len(work))))
    os.close(numbers)
    children = []
    for stream in range(streams):
        child = os.fork()
        if child == 0:
            os.close(reading)
            while number := os.read(to_do, 4):
                content = pickle.dumps(_judged(work[int.from_bytes(number, "big")], folder / f"stream-{stream}"))
                os.write(writing, len(content).to_bytes(4, "big") + content)  # below PIPE_BUF it arrives in one piece
            os._exit(0)
        children.append(child)
    os.close(writing)
    verdicts = []
    with os.fdopen(reading, "rb") as answers:
        while size := answers.read(4):
            verdicts.append(pickle.loads(answers.read(int.from_bytes(size, "big"))))
            tell(verdicts[-1])
    for child in children:
        os.waitpid(child, 0)
    os.close(to_do)
    return verdicts


def _judged(trial: Trial, place: Path) -> Verdict:
    """Return a trial that broke down is a violation: it shows nothing."""
    try:
        verdict = trial.act(place)
    except Exception as error:
        verdict = Verdict(
            trial.family, trial.name, violations=(f"no verdict: {type(error).__name__}: {error}"[:1_000],)
        )
    return replace(verdict, trial=trial.name)
