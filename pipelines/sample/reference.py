"""Units, procedures, departments, plan and calendar, read from `registers/` for the sample.

Belongs here: reading registers. Does not belong here: rates and shares (`behaviour`), which unit takes the place of
which (`successors`).
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.common.errors import TthcError
from pipelines.registers.calendar import CALENDAR_FILE, WorkCalendar, load_calendar
from pipelines.registers.levels import Levels, load_levels
from pipelines.registers.model import PeriodRules, Province, load_period_rules, load_province
from pipelines.registers.plan import Task, load_tasks
from pipelines.sample.behaviour import LEVELS, Flags, Ints
from pipelines.sample.clock import NEVER
from pipelines.sample.span import Span

LONG_AGO = -NEVER


@dataclass(frozen=True)
class Reference:
    """Registers of one province, and the years that are drawn.

    Dossiers point to rows of `units` and `procedures` by position.

    Attributes:
        departments: Department codes by name of field: one for each province of the list of units.
        successors: By code of a closed unit, the code of its successor, of several the main one; units without a
            successor are absent.
    """

    span: Span
    province: Province
    levels: Levels
    units: pl.DataFrame
    procedures: pl.DataFrame
    departments: dict[str, list[str]]
    calendar: WorkCalendar
    periods: PeriodRules
    tasks: list[Task]
    successors: dict[str, str]

    @property
    def province_code(self) -> str:
        return self.province.code

    @property
    def own_unit(self) -> str | None:
        """Code of the department that makes the plan, on the last day that is drawn; None if none is entered."""
        return self.province.own_unit_on(dt.date(self.span.last_year, 12, 31))

    @cached_property
    def position(self) -> dict[str, int]:
        """Position of each unit by code."""
        return {code: at for at, code in enumerate(self.units["MaDonVi"])}

    @cached_property
    def root(self) -> int:
        """Position of the province itself."""
        return self.position[self.province_code]

    @cached_property
    def unit_level(self) -> Ints:
        """Per unit: position of its level in LEVELS, -1 for a province itself."""
        positions = {name: position for position, name in enumerate(LEVELS)}
        return np.array([positions.get(level, -1) for level in self.units["Cap"]])

    @cached_property
    def parent(self) -> Ints:
        """Per unit: position of the unit above; -1 for a province."""
        return np.array([self.position.get(code, -1) for code in self.units["MaDonViCha"].fill_null("")])

    @cached_property
    def tree(self) -> Ints:
        """Per unit: position of the province at the top of it."""
        above = np.arange(len(self.parent))
        while (self.parent[above] >= 0).any():
            above = np.where(self.parent[above] >= 0, self.parent[above], above)
        return above

    @cached_property
    def first_day(self) -> Ints:
        """Per unit: its first day, counted from 1970; LONG_AGO where it is not known."""
        return _days(self.units["HieuLucTu"], int(LONG_AGO))

    @cached_property
    def last_day(self) -> Ints:
        """Per unit: its last day, counted from 1970; NEVER where it goes on."""
        return _days(self.units["HieuLucDen"], int(NEVER))

    def living(self, day: int) -> Flags:
        """Return, per unit, whether there is one on a day."""
        there: Flags = (self.first_day <= day) & (day <= self.last_day)
        return there

    def units_of(self, level: str) -> Ints:
        """Return positions of the units of a level that there are on the first day."""
        return np.flatnonzero((self.unit_level == LEVELS.index(level)) & self.living(self.span.start))

    def procedure_levels(self, day: int, passed: dict[str, str]) -> pl.Series:
        """Return the levels that handle each procedure on a day, as text joined by `;`.

        Args:
            day: The day.
            passed: By level of procedures, the level that handles them where there are no offices of their own.
        """
        there = set(self.units.filter(pl.Series(self.living(day)))["Cap"])
        gone = [of for of, office in self.levels.of_procedures.items() if office not in there]
        if not gone:
            return self.procedures["CapThucHien"]
        taking = {level: passed.get(level, level) for level in gone}
        order = list(self.levels.of_procedures)
        texts = [
            ";".join(sorted({taking.get(level, level) for level in text.split(";")}, key=order.index))
            for text in self.procedures["CapThucHien"]
        ]
        return pl.Series("CapThucHien", texts)


def load_reference(registers: Path, province: str, span: Span | None = None) -> Reference:
    """Return the registers of a province; every value stays text, an empty cell is null.

    Args:
        registers: The folder of registers.
        province: The province's folder in it.
        span: The years that are drawn; None takes those that the province's register says.

    Raises:
        TthcError: If nobody says which years, or the calendar lacks one of them or of their neighbours.
    """
    here, country = registers / province, registers / "vietnam"
    fields, changes = _read(here / "field_departments.csv"), _read(here / "unit_changes.csv")
    known, calendar = load_province(here), load_calendar(country / CALENDAR_FILE)
    if span is None:
        if known.sample is None:
            raise TthcError("sample_years_missing", province=province)
        span = Span(known.sample.first.year, known.sample.last.year)
    # Dossiers come from the year before, and are due in the year after.
    for year in range(span.first_year - 1, span.last_year + 2):
        if year not in calendar.years:
            raise TthcError("sample_no_calendar", year=year, first=span.first_year, last=span.last_year)
    departments: dict[str, list[str]] = {}
    for field, code in fields.select("ten_linh_vuc", "ma_so").rows():
        departments.setdefault(field, []).append(code)
    return Reference(
        span=span,
        province=known,
        levels=load_levels(country),
        units=_read(here / "units.csv"),
        procedures=_read(country / "procedures.csv"),
        departments=departments,
        calendar=calendar,
        periods=load_period_rules(here),
        tasks=load_tasks(here),
        successors=dict(
            changes.drop_nulls("new_unit_code").sort("is_main").select("old_unit_code", "new_unit_code").rows()
        ),
    )


def _days(texts: pl.Series, unknown: int) -> Ints:
    days = texts.str.to_date("%Y%m%d", strict=True).to_physical()
    return days.cast(pl.Int64).fill_null(unknown).to_numpy()


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)
