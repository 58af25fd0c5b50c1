"""Rules of Decision 766/QĐ-TTg for turning fractions into points: groups and components with their maxima.

Belongs here: the model of `registers/vietnam/decision_766.yml` and its checks. Does not belong here: points (the
models).
"""

import datetime as dt
from pathlib import Path

import polars as pl
from pydantic import Field, TypeAdapter, model_validator

from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence, Strict


class Component(Strict):
    """One component of a group: its most points, the fraction at which they are reached, and its indicator."""

    code: str
    name: Sentence
    max_points: float = Field(gt=0)
    full_at: float = Field(1.0, gt=0, le=1)
    points_if_empty: float | None = None
    api: str | None = None
    indicator: str | None = None
    rule: str | None = None
    factor: str | None = None
    missing: str | None = None

    @model_validator(mode="after")
    def _fed_or_missing(self) -> "Component":
        if (self.indicator is None) == (self.missing is None) or (self.indicator is None) != (self.rule is None):
            raise ValueError(f"{self.code}: give either indicator and rule, or what is missing")
        if self.factor is not None and self.indicator is None:
            raise ValueError(f"{self.code}: a factor needs an indicator that it multiplies")
        return self


class Group(Strict):
    """One of the six groups of the decision."""

    code: str
    name: Sentence
    max_points: float = Field(gt=0)
    # The rules hold for periods that end from this day to that (null: until further notice).
    valid_from: dt.date
    valid_to: dt.date | None = None
    components: tuple[Component, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> "Group":
        if sum(component.max_points for component in self.components) != self.max_points:
            raise ValueError(f"{self.code}: the components' points do not add up to the group's")
        return self


SCORE_RULE = {
    "component": pl.String, "group_code": pl.String, "name_vi": pl.String, "name_en": pl.String,
    "max_points": pl.Float64, "full_at": pl.Float64, "points_if_empty": pl.Float64, "indicator_code": pl.String,
    "api": pl.String, "rule": pl.String, "factor_indicator_code": pl.String, "missing": pl.String,
    "valid_from": pl.Date, "valid_to": pl.Date,
}  # fmt: skip


def load_groups(country: Path) -> list[Group]:
    """Return the groups in the order of the decision.

    Raises:
        pydantic.ValidationError: If the file is not well-formed; the error names the wrong key.
    """
    text = (country / "decision_766.yml").read_text(encoding="utf-8")
    return TypeAdapter(list[Group]).validate_python(read_yaml(text))


def score_rule_table(country: Path) -> pl.DataFrame:
    """Return one row per component and span of validity; a factor is an indicator under the component's rule."""
    rows = [
        (c.code, group.code, c.name.vi, c.name.en, c.max_points, c.full_at, c.points_if_empty, c.indicator, c.api,
         c.rule, c.factor, c.missing, group.valid_from, group.valid_to)
        for group in load_groups(country)
        for c in group.components
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCORE_RULE, orient="row")
