"""Periods of Decision 766's score that move with the as-of day: last days, week ends, weeks.

The national portal shows a score from 1 January to a day; people compare it with the day and the week before. Belongs
here: which periods those are. Does not belong here: months, quarters, years, report periods (`model`), their cut (the
model `dim_score_period`).
"""

import datetime as dt

import polars as pl

from pipelines.registers.model import PeriodRules

SCHEMA = {"period_code": pl.String, "period_type": pl.String, "start_date": pl.Date, "end_date": pl.Date}
WEEK = dt.timedelta(days=7)


def score_period_table(rules: PeriodRules, as_of: dt.date) -> pl.DataFrame:
    """Return one row per period of the score besides those of the year, the newest first.

    `to_date`: from 1 January to a day before the as-of day, code `<day>-LK` (lũy kế); `week`: Monday to Sunday, by the
    number of ISO 8601. Periods that end before the first year of the rules are left out.
    """
    first, asked = dt.date(rules.first_year, 1, 1), rules.score
    sunday = as_of - dt.timedelta(days=as_of.isoweekday())  # the last one before the as-of day
    days = {as_of - dt.timedelta(days=n) for n in range(1, asked.days + 1)}
    days |= {sunday - n * WEEK for n in range(asked.week_ends)}
    rows = [(f"{day}-LK", "to_date", dt.date(day.year, 1, 1), day) for day in sorted(days, reverse=True)]
    for n in range(asked.weeks):
        end = sunday + WEEK - n * WEEK
        year, week, _ = end.isocalendar()
        rows.append((f"{year}-W{week:02d}", "week", end - dt.timedelta(days=6), end))
    return pl.DataFrame([row for row in rows if row[3] >= first], schema=SCHEMA, orient="row")
