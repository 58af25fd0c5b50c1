"""Units, procedures, departments and calendar, read from `registers/` for the sample.

Belongs here: reading registers. Does not belong here: rates and shares (`behaviour`).
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.registers.calendar import CALENDAR_FILE, WorkCalendar, load_calendar
from pipelines.registers.model import load_province
from pipelines.sample.behaviour import LEVELS, Ints
from pipelines.sample.clock import NEVER


@dataclass(frozen=True)
class Reference:
    """Registers of one province.

    Dossiers point to rows of `units` and `procedures` by position.

    Attributes:
        departments: Department code by name of field.
        own_unit: Code of the department that makes the plan, on the last day of the drawn year.
        successors: By code of a closed unit, the code of its successor, of several the main one; units without a
            successor are absent.
    """

    units: pl.DataFrame
    procedures: pl.DataFrame
    departments: dict[str, str]
    calendar: WorkCalendar
    own_unit: str
    successors: dict[str, str]

    @property
    def province_code(self) -> str:
        return str(self.units.filter(pl.col("Cap") == "tinh")["MaDonVi"][0])

    @cached_property
    def unit_level(self) -> Ints:
        """Per unit: position of its level in LEVELS, -1 for the province itself."""
        positions = {name: position for position, name in enumerate(LEVELS)}
        return np.array([positions.get(level, -1) for level in self.units["Cap"]])

    @cached_property
    def last_day(self) -> Ints:
        """Per unit: its last day, counted from 1970; NEVER where it goes on."""
        days = self.units["HieuLucDen"].str.to_date("%Y%m%d", strict=True).to_physical()
        return days.cast(pl.Int64).fill_null(NEVER).to_numpy()

    def successors_on(self, unit: Ints, day: Ints) -> Ints:
        """Return, for each unit and day, the position of the unit itself, or of its successor once it has closed."""
        codes = self.units["MaDonVi"].to_list()
        position = {code: at for at, code in enumerate(codes)}
        after = np.array([position.get(self.successors.get(code, code), at) for at, code in enumerate(codes)])
        return np.where(day > self.last_day[unit], after[unit], unit)

    def units_of(self, level: str) -> Ints:
        """Return positions of the units of a level."""
        return np.flatnonzero(self.unit_level == LEVELS.index(level))

    def procedures_of(self, level: str) -> Ints:
        """Return positions of the procedures that a level (tinh, huyen, xa) handles."""
        handled = self.procedures["CapThucHien"].str.split(";").list.contains(level)
        return np.flatnonzero(handled.to_numpy())


def load_reference(registers: Path, province: str, year: int) -> Reference:
    """Return the registers of a province; every value stays text, an empty cell is null."""
    here, country = registers / province, registers / "vietnam"
    fields, changes = _read(here / "field_departments.csv"), _read(here / "unit_changes.csv")
    return Reference(
        units=_read(here / "units.csv"),
        procedures=_read(country / "procedures.csv"),
        departments=dict(zip(fields["ten_linh_vuc"], fields["ma_so"], strict=True)),
        calendar=load_calendar(country / CALENDAR_FILE),
        own_unit=load_province(here).own_unit_on(dt.date(year, 12, 31)) or "",
        successors=dict(
            changes.drop_nulls("new_unit_code").sort("is_main").select("old_unit_code", "new_unit_code").rows()
        ),
    )


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)
