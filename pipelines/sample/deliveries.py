"""Delivery schedule of the synthetic province: monthly or daily, late entries, files that are delivered again.

Belongs here: the business days of deliveries, late entries, first editions of restated files. Does not belong here:
which rows a delivery holds (`province_draws`, `child_tables`), files.
"""

import datetime as dt
from typing import Literal

import numpy as np
import polars as pl

from pipelines.common.errors import UsageFault
from pipelines.sample.arrivals import Arrivals
from pipelines.sample.behaviour import Behaviour, Ints, stream
from pipelines.sample.clock import DAY, end_of
from pipelines.sample.span import Span

Cadence = Literal["monthly", "daily"]
ONLINE = 2


def delivery_days(span: Span, cadence: Cadence, first: dt.date | None, last: dt.date | None) -> tuple[str, ...]:
    """Return the business days (ISO) of deliveries, from `first` to `last`, both included.

    Args:
        span: The years that are drawn.
        cadence: `monthly`: ends of months, and `last` itself; `daily`: every day, since online dossiers come on free
            days too.
        first: First day; None is the first of these years.
        last: Last day; None is the last of these years.

    Raises:
        UsageFault: If a day lies in no such year or the days are in the wrong order.
    """
    begin, end = dt.date(span.first_year, 1, 1), dt.date(span.last_year, 12, 31)
    first, last = first or begin, last or end
    if not begin <= first <= last <= end:
        raise UsageFault("sample_days", first=begin, last=end)
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    if cadence == "monthly":
        days = [day for day in days if (day + dt.timedelta(days=1)).day == 1 or day == last]
    return tuple(day.isoformat() for day in days)


def draw_entry_times(arrivals: Arrivals, seed: int, behaviour: Behaviour, as_of: int) -> Ints:
    """Return when each dossier was entered into the system: at submission, or days later for a few paper dossiers.

    Never after the as-of moment, so that the last delivery is complete.
    """
    late, rng = behaviour["entered_late"], stream(seed, "late entries")
    days = np.minimum(1 + rng.exponential(late["days"], len(arrivals)), late["most"])
    is_late = (rng.random(len(arrivals)) < late["share"]) & (arrivals.channel != ONLINE)
    entered = arrivals.submitted + np.where(is_late, (days * DAY).astype(int), 0)
    return np.where(entered <= as_of, entered, arrivals.submitted)


def first_edition(seed: int, behaviour: Behaviour, source: str, day: str, table: pl.DataFrame) -> pl.DataFrame | None:
    """Return the first, incomplete edition of a file that is restated with the next delivery; None if it is not.

    In `ho_so` the incomplete edition lacks some due dates, in other sources some rows.
    """
    again, rng = behaviour["delivered_again"], stream(seed, f"delivered again {source} {day}")
    if source not in again["sources"] or rng.random() >= again["share"] or table.height < again["least"]:
        return None
    missing = rng.choice(table.height, max(1, round(again["rows"] * table.height)), replace=False)
    chosen = pl.int_range(table.height, eager=True).is_in(missing)
    if source == "ho_so":
        due_dates = pl.when(~chosen).then(pl.col("NgayHenTra"))
        return table.with_columns(due_dates.alias("NgayHenTra"))
    return table.filter(~chosen)


def index_of(ends: Ints, days: list[str]) -> Ints:
    """Return, for each day (ISO), the position of the first delivery at or after it; len(ends) if there is none."""
    return np.searchsorted(ends, np.array([end_of(day) for day in days]))
