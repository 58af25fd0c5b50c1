"""The registers as the sample needs them: units, procedures, who handles what, and the calendar.

Belongs here: reading `registers/`. Does not belong here: how often anything happens.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.registers import load_province
from pipelines.sample.behaviour import LEVELS, Ints
from pipelines.workdays import WorkCalendar, load_calendar


@dataclass(frozen=True)
class Reference:
    """Registers of one province. Dossiers point to rows of `units` and `procedures` by position.

    `own_unit`: code of the department whose plan it is on the last day of the year that is drawn.
    """

    units: pl.DataFrame
    procedures: pl.DataFrame
    departments: dict[str, str]
    calendar: WorkCalendar
    own_unit: str

    @property
    def province_code(self) -> str:
        return self.units.filter(pl.col("Cap") == "tinh")["MaDonVi"][0]

    @cached_property
    def unit_level(self) -> Ints:
        """Per unit: position of its level in LEVELS, -1 for the province itself."""
        positions = {name: position for position, name in enumerate(LEVELS)}
        return np.array([positions.get(level, -1) for level in self.units["Cap"]])

    def units_of(self, level: str) -> Ints:
        """Positions of the units of a level."""
        return np.flatnonzero(self.unit_level == LEVELS.index(level))

    def procedures_of(self, level: str) -> Ints:
        """Positions of the procedures that a level (tinh, huyen, xa) handles."""
        handled = self.procedures["CapThucHien"].str.split(";").list.contains(level)
        return np.flatnonzero(handled.to_numpy())


def load_reference(registers: Path, province: str, year: int) -> Reference:
    """Reads `<registers>/<province>` and `<registers>/vietnam`; every value stays text, empty is null."""
    here, country = registers / province, registers / "vietnam"
    fields = _read(here / "field_departments.csv")
    return Reference(
        units=_read(here / "units.csv"),
        procedures=_read(country / "procedures.csv"),
        departments=dict(zip(fields["ten_linh_vuc"], fields["ma_so"], strict=True)),
        calendar=load_calendar(country / "working_calendar.csv"),
        own_unit=load_province(here).own_unit_on(dt.date(year, 12, 31)) or "",
    )


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)
