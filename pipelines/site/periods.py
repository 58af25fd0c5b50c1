"""Periods as pages name them, and which of them a page speaks of.

Belongs here: kinds of period codes, their names in two languages, the choice of the headline and of the months.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from pipelines.common.formats import month_name
from pipelines.site.numbers import date

KINDS = {"year": r"\d{4}", "quarter": r"\d{4}-Q[1-4]", "month": r"\d{4}-\d{2}"}
MONTHS_SHOWN = 12
ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class Period:
    """A closed period of the vintage: its code and its first and last day (ISO)."""

    code: str
    first: str
    last: str

    @property
    def kind(self) -> str:
        """year, quarter, month, or report (a period of the plan's own, from 1 January to the day before it is due)."""
        return next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, self.code)), "report")

    def name(self, lang: str) -> str:
        """Return the name as it stands in a sentence: "năm 2024", "quý IV/2024", "tháng 12/2024"."""
        year, part = self.code[:4], self.code[5:]
        if self.kind == "year":
            return f"năm {year}" if lang == "vi" else year
        if self.kind == "quarter":
            return f"quý {ROMAN[int(part[1]) - 1]}/{year}" if lang == "vi" else f"{part} {year}"
        if self.kind == "month":
            return f"tháng {int(part)}/{year}" if lang == "vi" else f"{month_name(int(part))} {year}"
        return f"từ đầu năm đến {date(self.last, lang)}" if lang == "vi" else f"1 January to {date(self.last, lang)}"

    @property
    def tick(self) -> str:
        """As it stands below a point of a chart: the number of the month, of the quarter with its letter."""
        return self.code[5:].lstrip("0")

    def short(self, lang: str) -> str:
        """Return the name as it stands in the head of a column."""
        year, part = self.code[:4], self.code[5:]
        if self.kind == "month":
            return f"{int(part)}/{year}" if lang == "vi" else f"{month_name(int(part), short=True)} {year}"
        return self.name(lang)


def headline(periods: list[Period]) -> Period | None:
    """Return the period that answers "is my office on time?": the newest closed year or quarter, else the newest month.

    Where a year and a quarter end on the same day it is the year. None if nothing is closed.
    """
    for kinds in (("year", "quarter"), ("month",), ("report",)):
        found = [period for period in periods if period.kind in kinds]
        if found:
            return max(found, key=lambda period: (period.last, period.kind == "year"))
    return None


def recent_months(periods: list[Period]) -> list[Period]:
    """Return the newest months, at most twelve, oldest first.

    Without gaps, so that a line between two is one month long.
    """
    months = sorted((period for period in periods if period.kind == "month"), key=lambda period: period.last)
    start = max((at + 1 for at, (one, other) in enumerate(pairwise(months)) if not _adjacent(one, other)), default=0)
    return months[start:][-MONTHS_SHOWN:]


def _adjacent(one: Period, other: Period) -> bool:
    year, month = int(one.code[:4]), int(one.code[5:])
    return other.code == (f"{year}-{month + 1:02}" if month < 12 else f"{year + 1}-01")


def quarters_of(periods: list[Period], year: str) -> list[Period]:
    """Return the closed quarters of a year, oldest first, and the year itself where it is closed."""
    found = [period for period in periods if period.code[:4] == year and period.kind in ("quarter", "year")]
    return sorted(found, key=lambda period: (period.kind == "year", period.last))
