"""Limits of holds and their overrides, read and validated.

A hold stops a candidate until a named person has approved what is unusual. Belongs here: the models of `holds.yml` and
`overrides.csv`, and both as tables for dbt and the gate. Does not belong here: what is held (models and
`expectations/holds.sql`).
"""

import datetime as dt
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from pipelines.common.errors import TthcError
from pipelines.contracts.fields import Strict
from pipelines.registers.csv_rows import RegisterRow, read_rows, table_of
from pipelines.registers.yaml_register import read_register

# `register` is a column of overrides.csv; it may shadow a method of pydantic's classes.
warnings.filterwarnings("ignore", message='Field name "register" in "Override"', category=UserWarning)
Hold = Literal[
    "volume", "empty", "freshness", "restatement", "jump", "drift", "creep", "removal", "register", "profile", "unit"
]
# Columns that identify the subject of each kind of hold; the other subject columns are empty.
SUBJECTS: dict[str, frozenset[str]] = {
    "volume": frozenset({"source", "business_day"}),
    "empty": frozenset({"source", "business_day"}),
    "restatement": frozenset({"source", "business_day"}),
    "jump": frozenset({"source", "business_day"}),
    "freshness": frozenset({"source"}),
    "drift": frozenset({"indicator_code", "rule", "scope", "unit_level"}),
    "creep": frozenset({"indicator_code", "rule", "scope", "unit_level"}),
    # unit_code `*`: the province as a whole.
    "removal": frozenset({"business_day", "unit_code"}),
    "register": frozenset({"register", "entry", "value_hash"}),
    "profile": frozenset({"source", "business_day", "measure"}),
    "unit": frozenset({"source", "business_day", "measure", "unit_code"}),
}
SUBJECT = (
    "source", "business_day", "indicator_code", "rule", "scope", "unit_level", "measure", "unit_code", "register",
    "entry", "value_hash",
)  # fmt: skip
# Holds that compare with the past; their override may declare that a new level begins.
LEVELLED = frozenset({"volume", "profile", "unit"})


class SourceLimits(Strict):
    """Limits of one source; see the comments of `holds.yml`."""

    empty_without_history: bool
    freshness_factor: float = Field(ge=1)
    freshness_noise: float = Field(ge=0)
    least_silence: int = Field(ge=1)
    least_delivered_days: int = Field(ge=2)
    restatement_loss: float = Field(ge=0, lt=1)


class DriftLimits(Strict):
    """Limits of drift: how far a figure of a closed period may move.

    Attributes:
        value: Most change of the value.
        denominator: Most change of the denominator, as a share of the earlier one.
        least_denominator: Figures whose denominators both lie below it are not compared.
    """

    value: float = Field(gt=0, lt=1)
    denominator: float = Field(gt=0)
    least_denominator: int = Field(ge=1)


class JumpLimits(Strict):
    """Limits of a jump of the as-of day, in working days.

    Attributes:
        factor: A step over so many usual gaps of `ho_so` is a jump, if it is also over `least_step`.
        least_step: Steps up to it are never a jump.
        least_delivered_days: With fewer delivered days no gap is usual, and the two limits below apply.
        unknown_step: A step over it is then a jump, unless `unknown_rows` allows it.
        unknown_rows: A day with at least one `unknown_rows`-th of the usual rows is no jump.
    """

    factor: float = Field(ge=1)
    least_step: int = Field(ge=1)
    least_delivered_days: int = Field(ge=2)
    unknown_step: int = Field(ge=1)
    unknown_rows: float = Field(ge=1)


class RemovalLimits(Strict):
    """Limits of removals: when removed dossiers are late too often.

    Attributes:
        threshold: Held if the CUSUM of log-likelihood ratios passes it.
        odds: Alternative hypothesis: odds of being late as a multiple of those of all dossiers.
    """

    threshold: float = Field(gt=0)
    odds: float = Field(gt=1)


class StatusLimits(Strict):
    """The number of working days after which the published version is stale."""

    stale_working_days: int = Field(ge=1)


class Holds(Strict):
    """All limits of a province; `sources` has the limits of single sources that differ from the defaults."""

    defaults: SourceLimits
    sources: dict[str, dict[str, float | bool]] = Field(default_factory=dict)
    drift: DriftLimits
    jump: JumpLimits
    removal: RemovalLimits
    status: StatusLimits

    def of(self, source: str) -> SourceLimits:
        """Return the limits of a source.

        Raises:
            pydantic.ValidationError: If its own limits are not well-formed.
        """
        return SourceLimits.model_validate(self.defaults.model_dump() | self.sources.get(source, {}))

    @model_validator(mode="after")
    def _every_source_is_sound(self) -> "Holds":
        for source in self.sources:
            self.of(source)
        return self


class Override(RegisterRow):
    """The approval of one held item by a named person, until a business day."""

    override_code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    hold: Hold
    source: str | None
    business_day: dt.date | None
    indicator_code: str | None
    rule: Literal["plan", "766"] | None
    scope: Literal["*", "level", "province"] | None
    unit_level: str | None
    measure: str | None = None
    unit_code: str | None = None
    register: str | None = None
    entry: str | None = None
    # Hash of the approved value, as in the verdict: another edit of the same cell is not covered.
    value_hash: str | None = Field(None, pattern=r"^[0-9a-f]{16}$")
    # once (empty): this delivery alone. level: a new level begins, and later deliveries are not compared with earlier
    # ones.
    effect: Literal["once", "level"] | None = None
    approved_by: str
    approved_on: dt.date
    valid_until: dt.date
    reason: str = Field(min_length=10)

    @model_validator(mode="after")
    def _names_its_subject(self) -> "Override":
        given = {name for name in SUBJECT if getattr(self, name) is not None}
        if given != SUBJECTS[self.hold]:
            raise ValueError(f"hold {self.hold} is about {', '.join(n for n in SUBJECT if n in SUBJECTS[self.hold])}")
        if self.effect == "level" and self.hold not in LEVELLED:
            raise ValueError(f"hold {self.hold} has no level")
        return self


def load_holds(folder: Path, sources: Iterable[str] = ()) -> Holds:
    """Return the limits of a province.

    Args:
        folder: Folder of the province's registers.
        sources: Known sources; if given, holds.yml may name no other.

    Raises:
        TthcError: If the file is not well-formed or names an unknown source.
    """
    path = folder / "holds.yml"
    holds = read_register(path, Holds)
    if sources and (unknown := sorted(set(holds.sources) - set(sources))):
        raise TthcError("holds_invalid", file=path.name, why=f"sources: {', '.join(unknown)}")
    return holds


def load_overrides(folder: Path) -> list[Override]:
    """Return the overrides of a province, expired ones included.

    Raises:
        TthcError: If the register is not well-formed; the error names the row.
    """
    overrides = read_rows(folder / "overrides.csv", Override)
    for code, count in Counter(override.override_code for override in overrides).items():
        if count > 1:
            raise TthcError("register_twice", register="override", of=code)
    return overrides


def hold_limit_table(folder: Path, sources: Iterable[str]) -> pl.DataFrame:
    """Return one row per source with its limits.

    Raises:
        TthcError: If a limit is for a source that no contract names.
    """
    known = sorted(sources)
    holds = load_holds(folder, known)
    return pl.DataFrame([{"source": source, **holds.of(source).model_dump()} for source in known])


def override_table(overrides: Iterable[Override]) -> pl.DataFrame:
    """Return one row per override."""
    return table_of(overrides, Override)
