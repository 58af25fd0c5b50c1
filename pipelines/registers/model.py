"""The registers of the province, its periods, indicators and targets.

Belongs here: reading these files, validating them and returning them as typed tables. Does not belong here: the working
calendar (`calendar`), anything particular to one province (its folder).
"""

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, TypeAdapter, model_validator

from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence, Strict
from pipelines.registers.csv_rows import RegisterRow, read_rows, table_of

# The data that an indicator is computed from: dossiers and feedback, the list of procedures, figures that units report,
# reports on the plan's tasks, our own publication.
Origin = Literal["transactions", "procedures", "reported", "tasks", "publication"]
# How it is computed: from its cases (dbt model `case_<code>__<rule>`), each of which counts on a day (`by_day`) or in a
# period (`by_period`); as units report it (`reported`); not at all, since no source has the data (`missing`); or by SQL
# of its own (`model`: dbt model `ind_<code>__<rule>`).
Computed = Literal["by_day", "by_period", "reported", "missing", "model"]
# What a case is about, which decides the handovers that apply to it.
CaseOf = Literal["dossier", "feedback"]


class ReformPlan(Strict):
    """The reform plan whose goals are measured."""

    title: str
    basis: str
    year: int


class Publisher(Strict):
    """The publisher of open data.

    Attributes:
        homepage: Its address; None if unknown.
        email: Its e-mail address; None if unknown.
        note: What is not confirmed by the publisher.
    """

    name: Sentence
    homepage: str | None = Field(pattern=r"^https?://\S+$")
    email: str | None = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    note: Sentence


class OwnUnit(Strict):
    """The department that makes the plan, with first and last day; `valid_to` None: until further notice."""

    code: str
    valid_from: dt.date
    valid_to: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Return True if it is the department that makes the plan on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class SampleSpan(Strict):
    """What the synthetic province shows where nobody says otherwise.

    Attributes:
        first: First business day; years are drawn as a whole from its year on.
        last: Last business day.
        dossiers: How many dossiers it has.
        list_foretells_ends: Whether the list of units tells the end of a unit before the unit has ended.
    """

    first: dt.date
    last: dt.date
    dossiers: int = Field(ge=1)
    list_foretells_ends: bool = False


class Province(Strict):
    """The province of the warehouse; `sample` None: no synthetic province is described."""

    code: str
    name: Sentence
    own_units: tuple[OwnUnit, ...] = Field(min_length=1)
    publisher: Publisher
    plan: ReformPlan
    sample: SampleSpan | None = None

    @model_validator(mode="after")
    def _one_own_unit_at_a_time(self) -> "Province":
        for earlier, later in pairwise(sorted(self.own_units, key=lambda unit: unit.valid_from)):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                raise ValueError(f"own_units: {earlier.code} and {later.code} hold on the same day")
        return self

    def own_unit_on(self, day: dt.date) -> str | None:
        """Return the code of the department that makes the plan on a day; None if none is entered."""
        return next((unit.code for unit in self.own_units if unit.holds(day)), None)


class Report(Strict):
    """A cumulative report period of the plan; `due` is the day (MM-DD) before which the report is due."""

    suffix: str
    due: str


class EditedPeriod(Strict):
    """A period set by hand."""

    code: str
    start: dt.date
    end: dt.date
    due: dt.date | None = None


class ScorePeriods(Strict):
    """Which periods up to the as-of day the score of Decision 766 is computed for, besides those of the year.

    `days` and `week_ends`: so many last days and Sundays before the as-of day, each from 1 January up to it; `weeks`:
    so many calendar weeks (Monday to Sunday), the running one among them.
    """

    days: int = Field(7, ge=0, le=31)
    week_ends: int = Field(12, ge=0, le=53)
    weeks: int = Field(5, ge=0, le=53)


class PeriodRules(Strict):
    """Rules from which the periods of a year follow."""

    first_year: int
    # A report period ends so many days before its report is due.
    days_before_due: int = Field(ge=1)
    reports: tuple[Report, ...]
    edited: tuple[EditedPeriod, ...] = ()
    score: ScorePeriods = ScorePeriods()

    def end_of(self, report: Report, year: int) -> dt.date:
        """Return the last day of a report period of a year, as the rule has it."""
        return dt.date.fromisoformat(f"{year}-{report.due}") - dt.timedelta(days=self.days_before_due)


class Indicator(Strict):
    """One indicator under one rule."""

    code: str
    rule: Literal["plan", "766"]
    name: Sentence
    numerator: Sentence
    denominator: Sentence
    origin: Origin
    computed: Computed = Field(
        description="out of cases `by_day` or `by_period`, as `reported` by units, by a `model` of its own; `missing`: "
        "no source has what it needs"
    )
    case_of: CaseOf = Field("dossier", description="what each case is about, where it counts `by_day`")
    needs: tuple[str, ...]
    unit: Literal["ratio", "count"]
    direction: Literal["up", "down"]
    # The numerator has no day of its own: late entries can raise the figure of a closed period.
    matures: bool = False
    legal_basis: str
    valid_from: dt.date
    valid_to: dt.date | None = None

    @model_validator(mode="after")
    def _computed_from_what_there_is(self) -> "Indicator":
        if (self.computed == "reported") != (self.origin == "reported"):
            raise ValueError(f"{self.code}: computed {self.computed}, origin {self.origin}")
        # A need with a point is a field that no source has.
        if self.computed == "missing" and not any("." in need for need in self.needs):
            raise ValueError(f"{self.code}: computed {self.computed}, needs {', '.join(self.needs)}")
        return self


class Target(RegisterRow):
    """A target of an indicator; `unit_level` `*` means every level and the province."""

    indicator_code: str
    rule: Literal["plan", "766"]
    unit_level: str
    valid_from: dt.date
    valid_to: dt.date | None
    target: float = Field(gt=0, le=1)
    plan_line: str


def load_province(folder: Path) -> Province:
    """Return the province of a register folder.

    Raises:
        pydantic.ValidationError: If the file is not well-formed; the error names the wrong key.
    """
    return Province.model_validate(read_yaml((folder / "province.yml").read_text(encoding="utf-8")))


def load_indicators(country: Path) -> list[Indicator]:
    """Return all indicators in the order of the register."""
    text = (country / "indicators.yml").read_text(encoding="utf-8")
    return TypeAdapter(list[Indicator]).validate_python(read_yaml(text))


def load_period_rules(folder: Path) -> PeriodRules:
    """Return the rules of the province's periods."""
    return PeriodRules.model_validate(read_yaml((folder / "periods.yml").read_text(encoding="utf-8")))


def _last_day(year: int, month: int) -> dt.date:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def _year_periods(year: int, rules: PeriodRules) -> list[tuple[str, str, dt.date, dt.date, dt.date | None]]:
    first = dt.date(year, 1, 1)
    months = [(f"{year}-{m:02d}", "month", dt.date(year, m, 1), _last_day(year, m), None) for m in range(1, 13)]
    quarters = [
        (f"{year}-Q{q}", "quarter", dt.date(year, 3 * q - 2, 1), _last_day(year, 3 * q), None) for q in range(1, 5)
    ]
    reports = []
    for report in rules.reports:
        due = dt.date.fromisoformat(f"{year}-{report.due}")
        reports.append((f"{year}-{report.suffix}", "report", first, rules.end_of(report, year), due))
    return [*months, *quarters, (str(year), "year", first, _last_day(year, 12), None), *reports]


def period_table(rules: PeriodRules, as_of: dt.date) -> pl.DataFrame:
    """Return one row per period that has begun by `as_of`.

    The columns are period_code, period_type, start_date, end_date, report_due_date (null if no report is due).
    """
    years = range(min(rules.first_year, as_of.year), as_of.year + 1)
    rows = {row[0]: row for year in years for row in _year_periods(year, rules)}
    for edited in rules.edited:
        kind = rows[edited.code][1] if edited.code in rows else "report"
        rows[edited.code] = (edited.code, kind, edited.start, edited.end, edited.due)
    begun = [row for row in rows.values() if row[2] <= as_of]
    schema = {"period_code": pl.String, "period_type": pl.String, "start_date": pl.Date,
              "end_date": pl.Date, "report_due_date": pl.Date}  # fmt: skip
    return pl.DataFrame(begun, schema=schema, orient="row")


def target_table(folder: Path) -> pl.DataFrame:
    """Return one row per indicator, rule, level and span of validity."""
    return table_of(read_rows(folder / "targets.csv", Target), Target)


def need_table(country: Path) -> pl.DataFrame:
    """Return one row per indicator, rule and source that it needs."""
    rows = [
        {"indicator_code": i.code, "rule": i.rule, "source": source}
        for i in load_indicators(country)
        for source in i.needs
    ]
    # Several definitions of one indicator, one after the other, may need the same source.
    return pl.DataFrame(rows).unique(maintain_order=True)


def indicator_table(country: Path) -> pl.DataFrame:
    """Return one row per indicator, rule and span of validity."""
    rows = [
        {
            "indicator_code": i.code, "rule": i.rule, "name_vi": i.name.vi, "name_en": i.name.en,
            "numerator_vi": i.numerator.vi, "denominator_vi": i.denominator.vi,
            "numerator_en": i.numerator.en, "denominator_en": i.denominator.en,
            "value_unit": i.unit, "direction": i.direction, "matures": i.matures, "legal_basis": i.legal_basis,
            "valid_from": i.valid_from, "valid_to": i.valid_to, "origin": i.origin,
            "computed": i.computed, "case_of": i.case_of,
        }
        for i in load_indicators(country)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"valid_to": pl.Date})
