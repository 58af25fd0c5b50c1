"""The faults by family, each as a case: what is done to a warehouse or its nights, and what then is right.

Belongs here: the list. How a case is tried and judged is `campaign`'s, how an accident is made is `injectors`' and
`damage`'s.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.campaign.faults import damage, injectors
from tests.campaign.faults.forked_nights import Injector

STAGES = ("landing", "parsing", "workspace", "transform", "candidate", "gate", "publish")
ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati")
# What a hurt night may do: be killed, go on to the right figures, or either end in words or go on. Nothing else.
DIES, GOES_ON, EITHER = "dies", "goes on", "either"
# Nights hurt on end in one warehouse before one is let go: a crash must be survived after a crash, too.
CHAIN = 8
# After these the new version is out, and a later night has nothing to switch: they come last in their chain.
SWITCHED = ("after replace in versions.switch", "before fsync in versions.switch", "after fsync in versions.switch")


@dataclass(frozen=True)
class Hurt:
    """What one night goes through, and what it may then do.

    `injector` strikes in the night's own process, or the night is killed from outside at a `moment`, as a share of the
    length of a night that is left alone.
    """

    name: str
    injector: Injector | None = None
    moment: float | None = None
    right: str = EITHER


@dataclass(frozen=True)
class Case:
    """Nights hurt one after another in one warehouse.

    `damage` is done to its files before the first.
    """

    family: str
    hurts: tuple[Hurt, ...]
    damage: Callable[[Path], object] | None = None
    small_disk: bool = False

    @property
    def name(self) -> str:
        """Unique within the family."""
        return "; ".join(hurt.name for hurt in self.hurts)


def _chains(
    family: str, hurts: Iterable[Hurt], size: int = CHAIN, *, small_disk: bool = False
) -> Iterator[Case]:  # fmt: skip
    chain: list[Hurt] = []
    for hurt in hurts:
        chain.append(hurt)
        if len(chain) == size or hurt.name in SWITCHED:
            yield Case(family, tuple(chain), small_disk=small_disk)
            chain = []
    if chain:
        yield Case(family, tuple(chain), small_disk=small_disk)


def _killed(name: str, injector: Injector) -> Hurt:
    return Hurt(name, injector, right=DIES)


def _unmoved(
    family: str, name: str, injector: Injector | None = None, damage: Callable[[Path], object] | None = None
) -> Case:
    return Case(family, (Hurt(name, injector, right=GOES_ON),), damage)


def killed_at_stages() -> Iterator[Case]:
    """Yield kill -9 as each named stage begins."""
    yield from _chains("kill -9 at a stage", (_killed(stage, injectors.at_stage(stage)) for stage in STAGES))


def killed_at_steps(steps: list[tuple[str, str]]) -> Iterator[Case]:
    """Yield kill -9 before and after each durable step (rename, fsync, unlink, link), by the function that takes it."""
    yield from _chains("kill -9 at a durable step", (
        _killed(f"{when} {name} in {site}", injectors.kill_at_step(site, name, when))
        for site, name in steps
        for when in ("before", "after")
    ))  # fmt: skip


def killed_at_random(count: int, seed: int, chain: int = 2 * CHAIN) -> Iterator[Case]:
    """Yield kill -9 at moments drawn evenly from a night's length."""
    drawn = random.Random(seed)
    moments = (drawn.uniform(0.001, 1) for _ in range(count))
    hurts = (Hurt(f"{moment:.1%}", moment=moment) for moment in moments)
    yield from _chains("kill -9 at a random moment", hurts, chain)


def children_and_signals(seconds: float) -> Iterator[Case]:
    """Yield dbt killed alone; SIGTERM."""
    yield from _chains("dbt killed alone", (
        Hurt(f"{share:.0%} of a night after it began", injectors.kill_dbt(share * seconds)) for share in (0.1, 0.3, 0.5)
    ))  # fmt: skip
    yield from _chains("SIGTERM", (
        Hurt(f"{share:.0%}", injectors.ask_to_stop(share * seconds)) for share in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
    ))  # fmt: skip


def no_room(steps: list[tuple[str, str]]) -> Iterator[Case]:
    """Yield nights without room: a full disk from each stage on and at each durable step, and exhausted limits.

    The limits are a quota at each size of file, memory and spill space.
    """
    yield from _chains("disk full", (
        Hurt(f"{leave:,} bytes left as {stage} begins", injectors.at_stage(stage, partial(injectors.fill_disk, leave)))
        for stage in STAGES
        for leave in (0, 200_000)
    ), small_disk=True)  # fmt: skip
    yield from _chains("disk full", (
        Hurt(f"no file over {size:,} bytes", injectors.file_size_limit(size))
        for size in (1_000, 20_000, 100_000, 500_000, 2_000_000, 6_000_000)
    ))  # fmt: skip
    yield from _chains("disk full", (
        Hurt(f"at {name} in {site}", injectors.no_room_at_step(site, name)) for site, name in steps
    ))  # fmt: skip
    yield from _chains("memory used up", (
        Hurt("15 MB for DuckDB", injectors.environment(TTHC_MEMORY_LIMIT="30MB")),
        Hurt("30 MB for DuckDB, no room to spill",
             injectors.environment(TTHC_MEMORY_LIMIT="60MB", TTHC_TEMP_LIMIT="1KB")),
    ))  # fmt: skip


def damaged_files(seed: int) -> Iterator[Case]:
    """Yield bytes flipped, cut off or gone in everything that lies on disk between two nights."""
    for name, act in damage.everything(seed):
        yield _unmoved("damaged or lost file", name, damage=act)


def clocks() -> Iterator[Case]:
    """Yield a wrong clock, and other time zones, change nothing."""
    yield _unmoved("clock and time zone", "clock 400 days back", injectors.clock_set_back(400))
    yield _unmoved("clock and time zone", "clock 10 years ahead", injectors.clock_set_back(-3_650))
    for zone in ZONES:
        yield _unmoved("clock and time zone", f"TZ={zone}", injectors.environment(TZ=zone))


def campaign(*, steps: list[tuple[str, str]], seconds: float, random_kills: int, seed: int) -> list[Case]:
    """Return every case of nights on one warehouse; `steps` and `seconds` are those of a night left alone."""
    return [
        *killed_at_stages(), *no_room(steps), *damaged_files(seed), *clocks(), *children_and_signals(seconds),
        *killed_at_steps(steps), *killed_at_random(random_kills, seed),
    ]  # fmt: skip


def few(seed: int, *, only_before_switch: bool) -> list[Case]:
    """Return what a quick part tries: one warehouse killed at random, and again when all is done but the switch.

    Args:
        seed: Of the random moment.
        only_before_switch: Leave the random moment out, as the test suite does.
    """
    (at_random,) = next(killed_at_random(1, seed)).hurts
    before_switch, _ = next(killed_at_steps([("versions.switch_current", "replace")])).hurts
    return [Case("kill -9", (before_switch,) if only_before_switch else (at_random, before_switch))]
