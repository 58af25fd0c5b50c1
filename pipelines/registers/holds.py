"""What holds a candidate back until somebody named has looked: limits and overrides, read and validated.

Belongs here: the shape of `holds.yml` and `overrides.csv`, and both as tables for dbt and the gate. Does not belong
here: what is held (models and `expectations/holds.sql` say so), nor what comes of it.
"""

import datetime as dt
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import polars as pl
import yaml
from pydantic import Field, ValidationError, model_validator

from pipelines.common.errors import TthcError
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Strict
from pipelines.registers.csv_rows import RegisterRow, read_rows, table_of

# What a register is called is a column of overrides.csv; that pydantic's classes have a method of the name matters not.
warnings.filterwarnings("ignore", message='Field name "register" in "Override"', category=UserWarning)
EVERY = "*"
Hold = Literal[
    "volume", "empty", "freshness", "restatement", "jump", "drift", "creep", "removal", "register", "profile", "unit"
]
# What the subject of each kind of hold is; the other columns of the subject stay empty.
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
# Whose approval may say that a new level begins: what is compared with its own past.
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
    """How far a figure of a closed period may move.

    Its value, its denominator as a share of the earlier one; figures whose denominators both lie under
    `least_denominator` are not compared.
    """

    value: float = Field(gt=0, lt=1)
    denominator: float = Field(gt=0)
    least_denominator: int = Field(ge=1)


class JumpLimits(Strict):
    """How far the as-of day may go in one step, in working days.

    Over `factor` usual gaps of `ho_so` and over `least_step` is a jump. Before `least_delivered_days` days came no gap
    is usual: then a step over `unknown_step` is one, unless the day brought a share of the usual rows, one
    `unknown_rows`-th at least.
    """

    factor: float = Field(ge=1)
    least_step: int = Field(ge=1)
    least_delivered_days: int = Field(ge=2)
    unknown_step: int = Field(ge=1)
    unknown_rows: float = Field(ge=1)


class RemovalLimits(Strict):
    """When removed dossiers are late too often.

    The CUSUM of log-likelihood ratios, for odds of being late that are `odds` times those of all dossiers, passes
    `threshold`.
    """

    threshold: float = Field(gt=0)
    odds: float = Field(gt=1)


class StatusLimits(Strict):
    """After how many working days the published version is stale."""

    stale_working_days: int = Field(ge=1)


class Holds(Strict):
    """All limits of a province; `sources` holds what is particular to a source, the rest of it is the default's."""

    defaults: SourceLimits
    sources: dict[str, dict[str, float | bool]] = Field(default_factory=dict)
    drift: DriftLimits
    jump: JumpLimits
    removal: RemovalLimits
    status: StatusLimits

    def of(self, source: str) -> SourceLimits:
        """Return the limits of a source.

        Raise pydantic.ValidationError where its own ones are not well-formed.
        """
        return SourceLimits.model_validate(self.defaults.model_dump() | self.sources.get(source, {}))

    @model_validator(mode="after")
    def _every_source_is_sound(self) -> "Holds":
        for source in self.sources:
            self.of(source)
        return self


class Override(RegisterRow):
    """Somebody named takes responsibility for one held thing, until a business day."""

    override_code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    hold: Hold
    source: str | None
    business_day: dt.date | None
    indicator_code: str | None
    rule: Literal["plan", "766"] | None
    scope: Literal["*", "level", "province"] | None
    unit_level: Literal["*", "tinh", "so", "huyen", "xa"] | None
    measure: str | None = None
    unit_code: str | None = None
    register: str | None = None
    entry: str | None = None
    # Of the value that was approved, as the verdict gives it: another edit of the same cell is not covered.
    value_hash: str | None = Field(None, pattern=r"^[0-9a-f]{16}$")
    # once (empty): this delivery alone. level: a new level begins here, and what came before is compared no more.
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
    """Return the limits of a province; with `sources` given, each named one must be among them.

    Raises:
        TthcError: If the file is not well-formed or names an unknown source.
    """
    path = folder / "holds.yml"
    try:
        holds = Holds.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise TthcError("holds_invalid", file=path.name, why=str(error)) from None
    if sources and (unknown := sorted(set(holds.sources) - set(sources))):
        raise TthcError("holds_invalid", file=path.name, why=f"sources: {', '.join(unknown)}")
    return holds


def load_overrides(folder: Path) -> list[Override]:
    """Return the overrides of a province, expired ones included.

    Raises:
        TthcError: If it is not well-formed; the error names the row.
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
