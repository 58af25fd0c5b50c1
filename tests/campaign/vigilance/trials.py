"""Trials: one falsified delivery, or the honest nights of one province, each with what came of it.

Here: how a trial runs and what is noted of it, one JSON line each, so that a campaign can go on where it stopped. Not
here: which trials there are, tables.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.sample.deliveries import Cadence
from tests.campaign.vigilance.bench import Bench, Unusual
from tests.campaign.vigilance.falsify import Night, falsified
from tests.campaign.vigilance.kinds import Kind
from tests.campaign.vigilance.province import Delivery, Parsed, drawn_days, parsed, parsed_day

# A trial's night must have a past: so many deliveries.
LEAST_BEFORE = {"monthly": 6, "daily": 30}
QUARTER = dt.date(2024, 2, 5), dt.date(2024, 5, 5)


@dataclass(frozen=True)
class Province:
    """One honest province: its size, seed and cadence, and all that it delivers, day by day."""

    dossiers: int
    seed: int
    cadence: Cadence
    days: dict[str, Delivery]
    history: list[Parsed]

    @property
    def units(self) -> pl.DataFrame:
        """The list of units as it came first."""
        return self.days[min(self.days)]["don_vi"][0].texts

    def judged_days(self) -> list[str]:
        """Return days that have enough before them to be compared."""
        return sorted(self.days)[LEAST_BEFORE[self.cadence] :]

    def before(self, source: str, day: str) -> Delivery:
        """Return the newest earlier delivery of a source."""
        earlier = max(one for one in self.days if one < day and source in self.days[one])
        return {source: self.days[earlier][source]}


@dataclass(frozen=True)
class Trial:
    """One falsified delivery.

    Attributes:
        rows: What the source delivered that day before it was falsified.
        spoke: What holds the night (measure, and its stratum) and does not hold the honest one, what is furthest
            off first.
        refused: The code with which the parser takes nothing of the file, null if it takes it.
        named: Whether any of what spoke names the right cause.
    """

    kind: str
    size: float
    dossiers: int
    cadence: str
    seed: int
    day: str
    rows: int
    noticed: bool
    named: bool
    spoke: tuple[str, ...]
    refused: str | None


@dataclass(frozen=True)
class Honest:
    """The nights of one honest province that had something to be compared with, and what stood out of them.

    Attributes:
        margins: By family how many measures were compared, how far the furthest lay (1: on its bound), how many
            stood out.
    """

    dossiers: int
    cadence: str
    seed: int
    nights: int
    measures: int
    margins: dict[str, tuple[int, float, int]]
    unusual: tuple[tuple[str, str, str, str, str, float], ...]

    @property
    def false_nights(self) -> int:
        """Nights on which something stood out."""
        return len({one[1] for one in self.unusual})


def province(dossiers: int, seed: int, cadence: Cadence) -> Province:
    """Draw a province and parse all that it delivers."""
    first, last = QUARTER if cadence == "daily" else (None, None)
    days = drawn_days(dossiers, seed, cadence, first, last)
    history = [one for day, delivery in days.items() for one in parsed_day(day, delivery)]
    return Province(dossiers, seed, cadence, days, history)


def honest(bench: Bench, of: Province) -> Honest:
    """Judge every night of an honest province."""
    bench.load(of.history)
    found = [(one.source, str(one.business_day), one.measure, one.stratum, one.unit_code, round(one.score, 3))
             for one in bench.judge_all()]  # fmt: skip
    compared = bench.compared()
    return Honest(of.dossiers, of.cadence, of.seed, len(compared), sum(compared.values()),
                  bench.margins(), tuple(found))  # fmt: skip


def trial(bench: Bench, of: Province, day: str, name: str, kind: Kind, size: float, calm: list[Unusual]) -> Trial:
    """Falsify one delivery and judge it.

    Args:
        calm: What stood out of the honest one.
    """
    setting = (of.dossiers, of.cadence, of.seed, day)
    chance = np.random.default_rng([of.seed, int(day.replace("-", "")), round(size * 1000), *name.encode()])
    lists = of.before("thu_tuc", day)
    night = Night(of.days[day], of.before(kind.source, day), kind.source, chance, size, of.units, lists)
    rows = night.rows.height
    try:
        false = falsified(night, kind.how, kind.extra)
        tonight = _parsed_anew(of, day, false)
    except FileRefused as refusal:
        return Trial(name, size, *setting, rows, noticed=True, named=True, spoke=(), refused=refusal.code)
    known = set(calm)
    found = [one for one in bench.judge(day, tonight, trial=(name, size)) if one not in known]
    spoke = causes(found)
    return Trial(name, size, *setting, rows, bool(found), any(_names(kind, one) for one in spoke), spoke, None)


def _names(kind: Kind, spoke: str) -> bool:
    """Whether something that stood out is one of the kind's causes, of any stratum where the kind tells none."""
    return any(spoke == cause or spoke.startswith(f"{cause}:") for cause in kind.cause)


def _parsed_anew(of: Province, day: str, false: Delivery) -> list[Parsed]:
    """Return what the lake gets of a falsified delivery: only what was struck is parsed again."""
    honest_files = of.days[day]
    struck = {source for source, files in false.items() if files is not honest_files.get(source)}
    kept = [one for one in of.history if one.day == day and one.source not in struck]
    return [*kept, *(parsed(source, day, file) for source in sorted(struck) for file in false[source])]


def causes(found: list[Unusual]) -> tuple[str, ...]:
    """Return what leads, as measure and stratum, the furthest off first."""
    leading = sorted((one for one in found if one.leads), key=lambda one: -one.score)
    return tuple(dict.fromkeys(f"{one.measure}:{one.stratum}" if one.stratum else one.measure for one in leading))


def noted(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what a campaign has found so far; a line that a kill cut off is left out."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def note(path: Path, found: Trial | Honest) -> None:
    """Add one line to what was found."""
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"what": type(found).__name__, **asdict(found)}, ensure_ascii=False) + "\n")
