"""Read a vintage for the site: its tables, periods and offices, and the featured indicators (choice.yml).

Belongs here: finding the figures of an office, a level or the province. Does not belong here: pages, languages.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Strict
from pipelines.site.figures import OpenDataFolder, Row, SheetRows
from pipelines.site.periods import Period, headline, quarters_of, recent_months

# Published words for a scope (`pham_vi`): one office, all of a level, the whole province.
UNIT, LEVEL, PROVINCE = "don-vi", "cap", "tinh"


class Choice(Strict):
    """The content of choice.yml: which indicator leads, and which are drawn, compared, mapped and listed first."""

    lead: str
    rule: str
    other_rule: str
    trends: tuple[str, ...]
    compared: tuple[str, ...]
    mapped: tuple[str, ...]
    first: tuple[str, ...]


@dataclass(frozen=True)
class PageSubject:
    """The subject of figures: one office (`don-vi`), all offices of a level (`cap`), or all (`tinh`)."""

    scope: str
    unit_code: str
    level: str


@dataclass(frozen=True)
class OfficeUnit:
    """An office of don-vi.csv; days are ISO, '' if unknown.

    Attributes:
        has_ended: True if it was closed before the last day of the data.
        children: Its subordinate offices, by name.
        marks: Texts that distinguish it from other offices of the same name.
    """

    code: str
    name: str
    level: str
    parent: str
    valid_from: str
    valid_to: str
    has_ended: bool = False
    children: list["OfficeUnit"] = field(default_factory=list, compare=False)
    marks: list[str] = field(default_factory=list, compare=False)

    @property
    def bare(self) -> str:
        """The name without the prefix "UBND"."""
        bare = self.name.removeprefix("UBND ")
        return bare[:1].upper() + bare[1:]

    @property
    def mark(self) -> str:
        """The suffix that distinguishes offices of one name, such as " (–2025)"; '' if the name is unique."""
        return "".join(f" ({mark})" for mark in self.marks)

    @property
    def short(self) -> str:
        """The name for lists."""
        return self.bare + self.mark

    @property
    def full(self) -> str:
        """The official name, distinguished from others of that name."""
        return self.name + self.mark

    @property
    def years(self) -> str:
        """The years in which it existed, such as "–2025" or "2025–"; '' if unknown."""
        return f"{self.valid_from[:4]}–{self.valid_to[:4]}" if self.valid_from or self.valid_to else ""

    @property
    def subject(self) -> PageSubject:
        return PageSubject(UNIT, self.code, self.level)


@dataclass(frozen=True)
class Sheet:
    """The figures of one subject: rows of indicators by indicator, rule and period, other rows by period."""

    indicators: dict[tuple[str, str, str], Row]
    handling: dict[str, Row]
    times: dict[str, Row]

    def indicator(self, code: str, rule: str, period: str) -> Row | None:
        """Return the row of an indicator in a period, None if the vintage has none."""
        return self.indicators.get((code, rule, period))


class VintageReader:
    """The tables of a vintage, prepared for pages.

    Args:
        folder: The folder of the vintage.
        level_codes: Codes of the levels, the highest first, which is the province itself.

    Raises:
        TthcError: If a table that the site needs is missing.
    """

    def __init__(self, folder: Path, level_codes: Sequence[str]) -> None:
        self.data = OpenDataFolder(folder)
        self.level_codes = tuple(level_codes)
        text = (Path(__file__).parent / "choice.yml").read_text(encoding="utf-8")
        self.choice = Choice.model_validate(read_yaml(text))
        self.periods = [Period(row["ky"], row["tu_ngay"], row["den_ngay"]) for row in self.data.rows("ky")]
        self.headline = headline(self.periods)
        self.months = recent_months(self.periods)
        self._sheets: dict[PageSubject, Sheet] = {}

    @cached_property
    def form_periods(self) -> list[Period]:
        """The closed quarters of the headline's year, and the year itself; without any, the newest three months."""
        if self.headline is None:
            return []
        return quarters_of(self.periods, self.headline.code[:4]) or self.months[-3:]

    @cached_property
    def units(self) -> dict[str, OfficeUnit]:
        """Every office, by code."""
        units = {
            row["ma_don_vi"]: OfficeUnit(row["ma_don_vi"], row["ten_don_vi"], row["cap"], row["ma_don_vi_cha"],
                                   row["hieu_luc_tu"], row["hieu_luc_den"], "" < row["hieu_luc_den"] < self.day)
            for row in self.data.rows("don-vi")
        }  # fmt: skip
        _tell_apart(units)
        for unit in sorted(units.values(), key=lambda unit: (unit.name, unit.code)):
            if unit.parent in units:
                units[unit.parent].children.append(unit)
        return units

    @cached_property
    def day(self) -> str:
        """The last day of the data (ISO); '' if no period is closed."""
        return max((period.last for period in self.periods), default="")

    @cached_property
    def years_without_targets(self) -> list[str]:
        """Years after the first plan with a closed period but without any target, since their plan is not entered yet.

        Empty if the vintage has no goals at all.
        """
        goals = self.data.rows("muc-tieu-ke-hoach")
        with_targets = {row["nam"] for row in goals if row["muc_tieu"]}
        first = min((row["nam"] for row in goals), default="9999")
        years = {period.code[:4] for period in self.periods} - with_targets
        return sorted(year for year in years if year > first)

    @cached_property
    def province(self) -> OfficeUnit:
        """The province's own entry; a province that became part of it has ended."""
        roots = [unit for unit in self.units.values() if unit.level == self.level_codes[0]]
        return min(roots, key=lambda unit: (unit.valid_to != "", unit.code))

    @cached_property
    def levels(self) -> dict[str, list[OfficeUnit]]:
        """The offices of each level, in the order of the district and then of the name."""
        offices = sorted(self.units.values(), key=lambda unit: (unit.parent, unit.name, unit.code))
        found = {level: [unit for unit in offices if unit.level == level] for level in self.level_codes[1:]}
        return {level: units for level, units in found.items() if units}

    @cached_property
    def living_levels(self) -> list[str]:
        """The levels that still have offices."""
        return [level for level, units in self.levels.items() if not all(unit.has_ended for unit in units)]

    @cached_property
    def catalogue(self) -> dict[tuple[str, str], Row]:
        """danh-muc-chi-tieu.csv by indicator and rule; those of choice.yml first."""
        order = {code: at for at, code in enumerate(self.choice.first)}
        rows = sorted(self.data.rows("danh-muc-chi-tieu"), key=lambda row: order.get(row["ma_chi_tieu"], len(order)))
        return {(row["ma_chi_tieu"], row["cach_tinh"]): row for row in rows}

    def level_subject(self, level: str) -> PageSubject:
        """Return the subject of all offices of a level; for the province's own level, of all offices."""
        return PageSubject(PROVINCE if level == self.level_codes[0] else LEVEL, self.province.code, level)

    @property
    def whole(self) -> PageSubject:
        """The subject of all offices."""
        return self.level_subject(self.level_codes[0])

    def above(self, unit: OfficeUnit) -> OfficeUnit | None:
        """Return the office above; None for those that stand right below the province, and where it is not known."""
        found = self.units.get(unit.parent)
        return None if found is None or found.code == self.province.code else found

    def sheet(self, subject: PageSubject) -> Sheet:
        """Return a subject's figures in the periods that pages show."""
        if subject not in self._sheets:
            key = (subject.scope, subject.unit_code, subject.level)
            indicators = {(row["ma_chi_tieu"], row["cach_tinh"], row["ky"]): row for row in self._indicators.at(*key)}
            handling, times = ({row["ky"]: row for row in rows.at(*key)} for rows in (self._handling, self._times))
            self._sheets[subject] = Sheet(indicators, handling, times)
        return self._sheets[subject]

    @cached_property
    def _indicators(self) -> SheetRows:
        return self._shown("chi-tieu", [*self.months, *([self.headline] if self.headline else [])])

    @cached_property
    def _handling(self) -> SheetRows:
        return self._shown("tinh-hinh-giai-quyet", self.form_periods)

    @cached_property
    def _times(self) -> SheetRows:
        return self._shown("thoi-gian-giai-quyet", [self.headline] if self.headline else [])

    def _shown(self, table: str, periods: list[Period]) -> SheetRows:
        """Return the rows of a table in these periods; only they become Python objects, since tables grow with time."""
        frame = self.data.frame(table)
        if not frame.width:
            return SheetRows(table, frame, ())
        frame = frame.filter(pl.col("ky").is_in({period.code for period in periods}))
        return SheetRows(table, frame, ("pham_vi", "ma_don_vi", "cap"))


def _tell_apart(units: dict[str, OfficeUnit]) -> None:
    """Mark offices of the same name with the first of years, parent office, code that distinguishes all of them."""
    named: dict[str, list[OfficeUnit]] = {}
    for unit in units.values():
        named.setdefault(unit.bare, []).append(unit)

    def above(unit: OfficeUnit) -> str:
        return units[unit.parent].bare if unit.parent in units else ""

    ways: tuple[Callable[[OfficeUnit], str], ...] = (lambda unit: unit.years, above, lambda unit: unit.code)
    for same in (same for same in named.values() if len(same) > 1):
        marks = next(found for way in ways if all(found := [way(u) for u in same]) and len({*found}) == len(same))
        for unit, mark in zip(same, marks, strict=True):
            unit.marks.append(mark)
