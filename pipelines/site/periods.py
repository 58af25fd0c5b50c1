"""Periods: their names in two languages, and which of them pages show.

Belongs here: kinds of period codes, names, the choice of the headline period and of the months.
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
        """The kind: year, quarter, month, or report (of the plan: from 1 January to some days before it is due)."""
        return next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, self.code)), "report")

    def name(self, lang: str) -> str:
        """Return the name for a sentence, such as "năm 2024", "quý IV/2024", "tháng 12/2024"."""
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
        """The label below a point of a chart: number of the month, or quarter with its letter."""
        return self.code[5:].lstrip("0")

    def short(self, lang: str) -> str:
        """Return the name for a column heading."""
        year, part = self.code[:4], self.code[5:]
        if self.kind == "month":
            return f"{int(part)}/{year}" if lang == "vi" else f"{month_name(int(part), short=True)} {year}"
        return self.name(lang)


def headline(periods: list[Period]) -> Period | None:
    """Return the period that pages feature: the newest closed year or quarter, else the newest month or report.

    A year is preferred to a quarter that ends on the same day. None if no period is closed.
    """
    for kinds in (("year", "quarter"), ("month",), ("report",)):
        found = [period for period in periods if period.kind in kinds]
        if found:
            return max(found, key=lambda period: (period.last, period.kind == "year"))
    return None


def recent_months(periods: list[Period]) -> list[Period]:
    """Return the newest consecutive months, at most twelve, oldest first."""
    months = sorted((period for period in periods if period.kind == "month"), key=lambda period: period.last)
    start = max(
        (at + 1 for at, (earlier, later) in enumerate(pairwise(months)) if not _adjacent(earlier, later)), default=0
    )
    return months[start:][-MONTHS_SHOWN:]


def _adjacent(earlier: Period, later: Period) -> bool:
    year, month = int(earlier.code[:4]), int(earlier.code[5:])
    return later.code == (f"{year}-{month + 1:02}" if month < 12 else f"{year + 1}-01")


def quarters_of(periods: list[Period], year: str) -> list[Period]:
    """Return the closed quarters of a year, oldest first, then the year itself if it is closed."""
    found = [period for period in periods if period.code[:4] == year and period.kind in ("quarter", "year")]
    return sorted(found, key=lambda period: (period.kind == "year", period.last))
