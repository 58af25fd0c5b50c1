"""The faults by family, each as a case: what is done to a warehouse or a night, and what then is right.

Belongs here: the list. How a case is tried and judged is `campaign`'s, how an accident is made is `blows`' and
`damage`'s.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults import blows, damage
from benchmarks.faults.forge import Blow
from benchmarks.faults.ground import Ground

STAGES = ("landing", "parsing", "workspace", "transform", "candidate", "gate", "publish")
ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati")
# What a hurt night may do: end without publishing, or go on to the right figures. Never anything else.
DIES, GOES_ON, EITHER = "dies", "goes on", "either"


@dataclass(frozen=True)
class Case:
    """One fault. `damage` is done to the warehouse before the night, `blow` in the night, `deliver` to its landing."""

    family: str
    name: str
    right: str
    blow: Blow | None = None
    damage: Callable[[Path], object] | None = None
    kill_after: tuple[float, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    on_small_disk: Callable[[Path], Blow] | None = None


def killed_at_stages() -> Iterator[Case]:
    """kill -9 as each named stage begins."""
    for stage in STAGES:
        yield Case("kill -9 at a stage", stage, DIES, blows.at_stage(stage))


def killed_at_steps(steps: list[tuple[str, str]]) -> Iterator[Case]:
    """kill -9 before and after each durable step (rename, fsync, unlink, link), by the function that takes it."""
    for site, name in steps:
        for when in ("before", "after"):
            yield Case("kill -9 at a durable step", f"{when} {name} in {site}", DIES,
                       blows.kill_at_step(site, name, when))  # fmt: skip


def killed_at_random(count: int, seconds: float, seed: int, chain: int = 3) -> Iterator[Case]:
    """kill -9 at moments drawn evenly from a night's length; `chain` nights on end are killed before one is let go."""
    drawn = random.Random(seed)
    for number in range(0, count, chain):
        moments = tuple(drawn.uniform(0.02, seconds) for _ in range(min(chain, count - number)))
        at = ", ".join(f"{moment:.1f}" for moment in moments)
        yield Case("kill -9 at a random moment", f"after {at} s", EITHER, kill_after=moments)


def children_and_signals(seconds: float) -> Iterator[Case]:
    """dbt killed alone; SIGTERM."""
    for share in (0.1, 0.3, 0.6):
        yield Case("dbt killed alone", f"{share * seconds:.1f} s after it began", EITHER,
                   blows.kill_dbt(share * seconds))  # fmt: skip
    for share in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95):
        yield Case("SIGTERM", f"after {share * seconds:.1f} s", EITHER, blows.ask_to_stop(share * seconds))


def no_room() -> Iterator[Case]:
    """The disk full from each stage on, a quota at each size of file, memory and spill space used up."""
    for stage in STAGES:
        for leave in (0, 200_000):

            def small(ballast: Path, stage: str = stage, leave: int = leave) -> Blow:
                return blows.at_stage(stage, lambda: blows.fill_disk(ballast, leave))

            yield Case("disk full", f"{leave:,} bytes left as {stage} begins", EITHER, on_small_disk=small)
    for size in (1_000, 20_000, 100_000, 500_000, 2_000_000, 6_000_000):
        yield Case("disk full", f"no file over {size:,} bytes", EITHER, blows.file_size_limit(size))
    yield Case("memory used up", "15 MB for DuckDB", EITHER, env={"TTHC_MEMORY_LIMIT": "15MB"})
    yield Case("memory used up", "30 MB for DuckDB, no room to spill", EITHER,
               env={"TTHC_MEMORY_LIMIT": "30MB", "TTHC_TEMP_LIMIT": "1KB"})  # fmt: skip


def damaged_files(seed: int) -> Iterator[Case]:
    """Bytes flipped, cut off or gone in everything that lies on disk between two nights."""
    for name, act in damage.everything(seed):
        yield Case("damaged or lost file", name, GOES_ON, damage=act)


def clocks() -> Iterator[Case]:
    """A wrong clock, and other time zones, change nothing."""
    yield Case("clock and time zone", "clock 400 days back", GOES_ON, blows.clock_set_back(400))
    yield Case("clock and time zone", "clock 10 years ahead", GOES_ON, blows.clock_set_back(-3_650))
    for zone in ZONES:
        yield Case("clock and time zone", f"TZ={zone}", GOES_ON, env={"TZ": zone})


def campaign(
    ground: Ground, *, steps: list[tuple[str, str]], seconds: float, random_kills: int, seed: int
) -> list[Case]:
    """Every case that is one night on one warehouse; `steps` and `seconds` are those of a night left alone."""
    return [
        *killed_at_stages(), *killed_at_steps(steps), *killed_at_random(random_kills, seconds, seed),
        *children_and_signals(seconds), *no_room(), *damaged_files(seed), *clocks(),
    ]  # fmt: skip
