"""When the synthetic province delivers: month by month or day by day, what is entered late, what is delivered again.

Belongs here: the business days of deliveries, and chance about late entries and first editions. Does not belong here:
which rows a delivery holds (drawn.py, child_tables.py), files.
"""

import datetime as dt
from typing import Literal

import numpy as np
import polars as pl

from pipelines.sample.arrivals import Arrivals
from pipelines.sample.behaviour import Behaviour, Ints, stream
from pipelines.sample.clock import DAY, end_of

Cadence = Literal["monthly", "daily"]
ONLINE = 2


def delivery_days(year: int, cadence: Cadence, first: dt.date | None, last: dt.date | None) -> tuple[str, ...]:
    """Return the business days (ISO) on which something is delivered, from `first` to `last`, both counted.

    Null is the year's first or last day. Monthly: the ends of months in between, and `last` itself. Daily: every day,
    since online dossiers come on free days too. Raise ValueError if the days lie in another year or in the wrong order.
    """
    first, last = first or dt.date(year, 1, 1), last or dt.date(year, 12, 31)
    if not dt.date(year, 1, 1) <= first <= last <= dt.date(year, 12, 31):
        raise ValueError(f"deliveries go from a day of {year} to the same or a later one")
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    if cadence == "monthly":
        days = [day for day in days if (day + dt.timedelta(days=1)).day == 1 or day == last]
    return tuple(day.isoformat() for day in days)


def draw_entry_times(arrivals: Arrivals, seed: int, behaviour: Behaviour, as_of: int) -> Ints:
    """Return when each dossier was entered into the system: at once, or some days later for a few that came on paper.

    Never after the as-of moment, so that at the end of the deliveries everything has come.
    """
    late, chance = behaviour["entered_late"], stream(seed, "late entries")
    days = np.minimum(1 + chance.exponential(late["days"], len(arrivals)), late["most"])
    is_late = (chance.random(len(arrivals)) < late["share"]) & (arrivals.channel != ONLINE)
    entered = arrivals.submitted + np.where(is_late, (days * DAY).astype(int), 0)
    return np.where(entered <= as_of, entered, arrivals.submitted)


def first_edition(seed: int, behaviour: Behaviour, source: str, day: str, table: pl.DataFrame) -> pl.DataFrame | None:
    """Return what was delivered first where the file comes again with the next delivery; null if it stands at once.

    Of `ho_so` it tells some due dates not yet; of other sources it lacks some rows.
    """
    again, chance = behaviour["delivered_again"], stream(seed, f"delivered again {source} {day}")
    if source not in again["sources"] or chance.random() >= again["share"] or table.height < again["least"]:
        return None
    missing = chance.choice(table.height, max(1, round(again["rows"] * table.height)), replace=False)
    chosen = pl.int_range(table.height, eager=True).is_in(missing)
    if source == "ho_so":
        told = pl.when(~chosen).then(pl.col("NgayHenTra"))
        return table.with_columns(told.alias("NgayHenTra"))
    return table.filter(~chosen)


def index_of(ends: Ints, days: list[str]) -> Ints:
    """Return with which delivery, by position, things of these days come; len(ends) where none follows."""
    return np.searchsorted(ends, np.array([end_of(day) for day in days]))
