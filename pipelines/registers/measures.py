"""The register of what is measured of every delivery: families, bounds, titles (`registers/vietnam/measures.yml`).

Belongs here: its shape, its checks, and the tables that dbt and the gate read. Does not belong here: how a measure is
counted (`dbt_project/macros/measures.sql`), nor what is held (`expectations/holds.sql`).
"""

from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl
import yaml
from pydantic import Field, ValidationError, model_validator

from pipelines.common.errors import TthcError
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence, Strict

Family = Literal["count", "share", "rare", "ratio", "mean"]
MEASURE = {
    "measure": pl.String, "family": pl.String, "tau0": pl.Float64, "least_rows": pl.Int64, "topic": pl.String,
    "first": pl.Int64,
}  # fmt: skip
# Deliveries that a daily source is compared with; others are compared with fewer.
MOST_COMPARED = 30
# What is borrowed from the family weighs as much as so many deliveries of one's own.
BORROWED = 20


class DeliveryLimits(Strict):
    """`alpha`: the chance that one honest measure is held; under `least_compared` earlier deliveries none is."""

    alpha: float = Field(gt=0, lt=0.01)
    least_compared: int = Field(ge=1)


class UnitLimits(DeliveryLimits):
    """The same for a unit's part; `dispersion` widens for what units scatter, `compared`: how many deliveries back."""

    dispersion: float = Field(ge=1)
    compared: int = Field(ge=1)


class FamilyLimits(Strict):
    """`tau0`: the wobble that is expected before history says better.

    Under `least_rows` rows that count a delivery is not compared.
    """

    tau0: float = Field(gt=0)
    least_rows: int = Field(default=0, ge=0)


class UnitMeasure(Strict):
    """What a measure is called, and what to do where it is unusual."""

    title: Sentence
    hint: Sentence


class Measure(UnitMeasure):
    """A measure of a delivery.

    Of unusual ones of a `topic` the one with the lowest `first` names the cause.
    """

    family: Family
    topic: str = Field(pattern=r"^[a-z]+$")
    first: int = Field(ge=1)


class Measures(Strict):
    """The whole register."""

    delivery: DeliveryLimits
    unit: UnitLimits
    families: dict[Family, FamilyLimits]
    measures: dict[str, Measure]
    units: dict[str, UnitMeasure]

    @model_validator(mode="after")
    def _every_family_is_known(self) -> "Measures":
        if lacking := sorted({one.family for one in self.measures.values()} - set(self.families)):
            raise ValueError(f"families: {', '.join(lacking)}")
        return self


@cache
def load_measures(country: Path) -> Measures:
    """Return the register.

    Raises:
        TthcError: If it is not well-formed; the error names what is not well-formed.
    """
    path = country / "measures.yml"
    try:
        return Measures.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise TthcError("holds_invalid", file=path.name, why=str(error)) from None


def measure_table(country: Path) -> pl.DataFrame:
    """Return one row per measure with its family, the family's wobble, and what it is grouped by."""
    known = load_measures(country)
    rows = [
        (code, one.family, known.families[one.family].tau0, known.families[one.family].least_rows, one.topic, one.first)
        for code, one in known.measures.items()
    ]
    return pl.DataFrame(rows, schema=MEASURE, orient="row")


def profile_bound_table(country: Path) -> pl.DataFrame:
    """Return one row per number of earlier deliveries with the t quantile that DuckDB cannot make.

    How many standard deviations off one honest measure is with the chance `alpha`.
    """
    from scipy.special import stdtrit

    known = load_measures(country)
    counts = list(range(MOST_COMPARED + 1))
    quantiles = [float(stdtrit(BORROWED + count, 1 - known.delivery.alpha / 2)) for count in counts]
    return pl.DataFrame({"compared": counts, "t": quantiles, "least_compared": known.delivery.least_compared})


def unit_bound_table(country: Path) -> pl.DataFrame:
    """Return one row: the normal quantile, the dispersion and how many deliveries a unit's part is compared with."""
    from scipy.special import ndtri

    unit = load_measures(country).unit
    bound = -float(ndtri(unit.alpha / 2))
    return pl.DataFrame({"bound": [bound], "dispersion": [unit.dispersion], "compared": [unit.compared],
                         "least_compared": [unit.least_compared]})  # fmt: skip
