"""The synthetic year that a comparison runs on: all files but the newest day's, and those of the newest day.

Belongs here: writing them once, and linking them into landing folders. Does not belong here: what they say (`sample`).
"""

import datetime as dt
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.sample.behaviour import Behaviour, load_behaviour
from pipelines.sample.deliveries import delivery_days
from pipelines.sample.extracts import Writer
from pipelines.sample.province import Progress, deliver, draw_province
from pipelines.sample.reference import load_reference
from pipelines.settings import Settings

SEED = 2024
# One delivery with all before it, then day by day, so that the gate knows what a day looks like; the new day is a
# working day on which no period ends. The last day of the sample is none of these: it brings all that is still to come,
# which the gate rightly holds.
FIRST_DAY, LOADED_UNTIL, NEW_DAY = dt.date(2024, 11, 30), dt.date(2024, 12, 29), dt.date(2024, 12, 30)
LAST_DAY = dt.date(2024, 12, 31)
# No province has more dossiers in a year. What a larger comparison has above it stands for earlier years: it lies in
# the first nine months, and what is delivered day by day is as much as in a year of this size. Else the gate would
# rightly ask about days on which ten times as much came as anywhere.
REAL_YEAR, FULL_MONTHS = 1_000_000, 9


@dataclass(frozen=True)
class Year:
    """The files of one synthetic year.

    Attributes:
        loaded: A landing folder with the deliveries from `FIRST_DAY` to `LOADED_UNTIL`.
        new: One with the delivery of `NEW_DAY` alone.
        rows: Delivered rows by source, both folders together.
    """

    dossiers: int
    loaded: Path
    new: Path
    rows: Counter[str]

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


class _UntilNewDay(Writer):
    """Writes what comes until the new day, and counts no more."""

    def csv(self, source: str, day: str, table: pl.DataFrame, night: str | None = None) -> None:
        if day <= NEW_DAY.isoformat():
            super().csv(source, day, table, night)

    def message(self, day: str, unit: str, dossiers: pl.DataFrame, children: dict[str, pl.DataFrame]) -> None:
        if day <= NEW_DAY.isoformat():
            super().message(day, unit, dossiers, children)


def with_real_days(behaviour: Behaviour, dossiers: int) -> Behaviour:
    """Return a behaviour in which the last months have no more dossiers than in a year of REAL_YEAR."""
    years = dossiers / REAL_YEAR
    if years <= 1:
        return behaviour
    volume = behaviour["volume"]
    full, last = volume["months"][:FULL_MONTHS], volume["months"][FULL_MONTHS:]
    # The sample begins two months before the year.
    together, of_last = sum(full) + sum(last) + sum(last[-2:]), sum(last) + sum(last[-2:])
    share = sum(full) / (years * together - of_last)
    feedback = behaviour["feedback"]
    least = feedback["per_1000_dossiers"] * REAL_YEAR // 1000
    return {
        **behaviour,
        "volume": {**volume, "months": [*full, *(weight * share for weight in last)]},
        "feedback": {**feedback, "least": least, "per_1000_dossiers": 0},  # it is spread evenly over the year
    }


def write_year(folder: Path, dossiers: int, settings: Settings, progress: Progress | None = None) -> Year:
    """Write the files of a year below an empty folder."""
    behaviour = with_real_days(load_behaviour(), dossiers)
    reference = load_reference(settings.registers_dir, settings.province)
    days = delivery_days(reference.span, "daily", FIRST_DAY, LAST_DAY)
    year = Year(dossiers, folder / "loaded", folder / "new", Counter())
    writer = _UntilNewDay(year.loaded, rows=year.rows)
    deliver(draw_province(dossiers, SEED, behaviour, reference, days), writer, progress=progress)
    for newest in sorted(year.loaded.glob(f"*/{NEW_DAY}")):
        target = year.new / newest.relative_to(year.loaded)
        target.parent.mkdir(parents=True)
        newest.rename(target)
    return year


def link_into(landing: Path, files: Path) -> None:
    """Put all files of a folder into a landing folder, without copying a byte where the disk allows."""
    shutil.copytree(files, landing, copy_function=_link, dirs_exist_ok=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
