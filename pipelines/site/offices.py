"""Contents of the page of an office, a level or the province.

Belongs here: which figures are shown and compared, their order, and the verdict on the target. Does not belong here:
texts and markup.
"""

from dataclasses import dataclass
from functools import cached_property

from pipelines.site.figures import Figure, Row
from pipelines.site.periods import Period
from pipelines.site.vintage_reader import LEVEL, PROVINCE, OfficeUnit, PageSubject, Sheet, VintageReader

COUNTS = ("nhan_tong", "nhan_truc_tuyen", "nhan_truc_tiep", "ky_truoc_chuyen", "giai_quyet_tong",
          "giai_quyet_truoc_han", "giai_quyet_dung_han", "giai_quyet_qua_han", "dang_tong", "dang_trong_han",
          "dang_qua_han")  # fmt: skip
# Verdicts for a missing rate, by its flag; the register has the full text of each flag.
NO_RATE = {"c": "hidden", "s": "hidden", "m": "few", "o": "nothing", "z": "nothing"}


@dataclass(frozen=True)
class Answer:
    """A subject's row of an indicator, and its verdict.

    `verdict` is met, not_met (both may also be known of a hidden figure), unclear, tracked (no target), hidden, few,
    nothing (nothing to count) or absent (no figure).
    """

    row: Row | None

    @cached_property
    def rate(self) -> Figure | None:
        return self.row.figure("ty_le") if self.row else None

    @cached_property
    def target(self) -> Figure | None:
        return self.row.figure("muc_tieu") if self.row and self.row["muc_tieu"] else None

    @property
    def parts_add_up(self) -> bool:
        """True if both counts are shown and the part is not above the whole (each is rounded by itself)."""
        if self.row is None or not self.row["tu_so"] or not self.row["mau_so"]:
            return False
        return int(self.row["tu_so"]) <= int(self.row["mau_so"])

    @cached_property
    def verdict(self) -> str:
        if self.rate is None or self.row is None:
            return "absent"
        if self.target is not None and self.row["dat"]:
            return {"1": "met", "0": "not_met"}[self.row["dat"]]
        if not self.rate.text:
            return NO_RATE.get(self.rate.flag, "absent")
        return "tracked" if self.target is None else "unclear"


@dataclass(frozen=True)
class Trend:
    """An indicator by month."""

    code: str
    points: list[tuple[Period, Row | None]]

    @property
    def target(self) -> Figure | None:
        """The target of the newest month that has one."""
        return next((found for _, row in reversed(self.points) if (found := Answer(row).target)), None)

    @property
    def is_drawable(self) -> bool:
        """True if at least half of the months have a number; fewer would be dots without a line."""
        return 2 * sum(1 for _, row in self.points if row and row["ty_le"]) >= max(4, len(self.points))


@dataclass(frozen=True)
class Overview:
    """The figures on the page of one subject.

    Attributes:
        subject: The subject.
        answer: The leading indicator.
        time: The row of handling times; None if too few dossiers were finished.
        compared: Other subjects with their leading indicator.
        trends: Indicators by month.
        indicators: All indicators under the main rule.
        others: All indicators under the other rule.
        form: Form II.06a: per count its rows by period.
    """

    subject: PageSubject
    answer: Answer
    time: Row | None
    compared: list[tuple[PageSubject, Answer]]
    trends: list[Trend]
    indicators: list[tuple[str, Answer]]
    others: list[tuple[str, Answer]]
    form: list[tuple[str, list[Row | None]]]


def overview(vintage: VintageReader, subject: PageSubject) -> Overview:
    """Return the figures of a subject in the headline period and by month."""
    sheet = vintage.sheet(subject)
    return Overview(
        subject=subject,
        answer=answer(vintage, subject),
        time=sheet.times.get(vintage.headline.code) if vintage.headline else None,
        compared=[(other, answer(vintage, other)) for other in _beside(vintage, subject)],
        trends=[_trend(vintage, sheet, code) for code in vintage.choice.trends],
        indicators=_indicators(vintage, sheet, vintage.choice.rule),
        others=_indicators(vintage, sheet, vintage.choice.other_rule),
        form=_form(vintage, sheet),
    )


def answer(vintage: VintageReader, subject: PageSubject, code: str | None = None) -> Answer:
    """Return an indicator of a subject in the headline period; None for `code` is the leading indicator."""
    if vintage.headline is None:
        return Answer(None)
    return Answer(
        vintage.sheet(subject).indicator(code or vintage.choice.lead, vintage.choice.rule, vintage.headline.code)
    )


def ranked(
    vintage: VintageReader, units: list[OfficeUnit], *, worst_first: bool = False
) -> list[tuple[OfficeUnit, list[Answer]]]:
    """Return offices with their compared indicators, the best leading figure first, hidden ones last.

    Args:
        vintage: The vintage.
        units: The offices.
        worst_first: True sorts the worst figure first.
    """
    found = [(unit, [answer(vintage, unit.subject, code) for code in vintage.choice.compared]) for unit in units]

    def place(entry: tuple[OfficeUnit, list[Answer]]) -> tuple[bool, float, str, str]:
        unit, answers = entry
        value = answers[0].rate.value if answers[0].rate else None
        return (value is None, (value or 0) if worst_first else -(value or 0), unit.name, unit.code)

    return sorted(found, key=place)


def active_units(units: list[OfficeUnit]) -> list[OfficeUnit]:
    """Return the units that were not closed by the last day of the data."""
    return [unit for unit in units if not unit.has_ended]


def closed_units(units: list[OfficeUnit]) -> list[tuple[str, list[OfficeUnit]]]:
    """Return the closed units by year of closing, the newest year first."""
    years = sorted({unit.valid_to[:4] for unit in units if unit.has_ended}, reverse=True)
    return [(year, [unit for unit in units if unit.has_ended and unit.valid_to[:4] == year]) for year in years]


def _beside(vintage: VintageReader, subject: PageSubject) -> list[PageSubject]:
    """Return the subjects of a comparison: the subject itself, its level, the province."""
    if subject.scope == PROVINCE:
        return [subject, *(vintage.level_subject(level) for level in vintage.living_levels)]
    own = [subject] if subject.scope == LEVEL else [subject, vintage.level_subject(subject.level)]
    return list(dict.fromkeys([*own, vintage.whole]))


def _trend(vintage: VintageReader, sheet: Sheet, code: str) -> Trend:
    return Trend(code, [(month, sheet.indicator(code, vintage.choice.rule, month.code)) for month in vintage.months])


def _indicators(vintage: VintageReader, sheet: Sheet, rule: str) -> list[tuple[str, Answer]]:
    """Return the indicators with a number, or with a number that is hidden."""
    period = vintage.headline.code if vintage.headline else ""
    rows = ((code, sheet.indicator(code, rule, period)) for code, one in vintage.catalogue if one == rule)
    return [(code, Answer(row)) for code, row in rows if row and (row["tu_so"] or row["co"] in ("c", "s", "m"))]


def _form(vintage: VintageReader, sheet: Sheet) -> list[tuple[str, list[Row | None]]]:
    """Return form II.06a transposed: one line per count, one row of the table per period."""
    rows = [sheet.handling.get(period.code) for period in vintage.form_periods]
    return [(count, rows) for count in COUNTS] if any(rows) else []
