"""The periods figures are computed for: the register's rule once more, and what a period holds.

Not here: any figure, and the register file itself.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """A row of the register of periods, seen from an as-of day."""

    code: str
    kind: str
    start: date
    end: date
    as_of: date
    report_due: date | None = None

    @property
    def cut(self) -> date:
        """Rule: "**Cut** = min(P.end, as-of day)"."""
        return min(self.end, self.as_of)

    @property
    def is_closed(self) -> bool:
        """Rule: "`is_closed` = P.end ≤ as-of day"."""
        return self.end <= self.as_of

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in the period; what comes after the as-of day has not happened yet."""
        return day is not None and self.start <= day <= self.cut


def score_periods(as_of: date, first_year: int = 2024) -> list[Period]:
    """Return the periods of the score besides those of the year.

    "the last 7 days and the last 12 Sundays before the as-of day, each from 1 January up to it; the last 5 calendar
    weeks, the running one among them".
    """
    days = {as_of - timedelta(days=n) for n in range(1, 8)}
    sundays = [as_of - timedelta(days=n) for n in range(1, 85) if (as_of - timedelta(days=n)).weekday() == 6]
    found = [Period(f"{day}-LK", "to_date", date(day.year, 1, 1), day, as_of) for day in sorted({*days, *sundays})]
    monday = as_of - timedelta(days=as_of.weekday())
    for n in range(5):
        start = monday - timedelta(days=7 * n)
        year, week, _ = start.isocalendar()
        found.append(Period(f"{year}-W{week:02}", "week", start, start + timedelta(days=6), as_of))
    return [period for period in found if period.end.year >= first_year]


def periods(as_of: date, first_year: int = 2024) -> list[Period]:
    """Return periods from `first_year` that have begun by the as-of day; a later one says nothing yet."""
    found = []
    for year in range(first_year, as_of.year + 1):
        first = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
        eve = [day - timedelta(days=1) for day in first]
        # "Calendar months `2024-01`, quarters `2024-Q1`, year `2024`"
        for m in range(12):
            found.append(Period(f"{year}-{m + 1:02}", "month", first[m], eve[m + 1], as_of))
        for q in range(4):
            found.append(Period(f"{year}-Q{q + 1}", "quarter", first[3 * q], eve[3 * q + 3], as_of))
        found.append(Period(f"{year}", "year", first[0], eve[12], as_of))
        # "cumulative report periods, which start on 1 January (…) and end two days before the report is due (…):
        # `2024-BC-Q1` (to 11/03), `2024-BC-6T` (11/06), `2024-BC-9T` (11/09), `2024-BC-NAM` (06/11)"
        for name, month, day in (("Q1", 3, 11), ("6T", 6, 11), ("9T", 9, 11), ("NAM", 11, 6)):
            end = date(year, month, day)
            due = end + timedelta(days=2)
            found.append(Period(f"{year}-BC-{name}", "report", first[0], end, as_of, due))
    return [period for period in found if period.start <= as_of]
