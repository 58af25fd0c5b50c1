"""The register of measures of deliveries: families, limits, titles (`registers/vietnam/measures.yml`).

Belongs here: its model, its checks, and the tables that dbt and the gate read. Does not belong here: computing a
measure (`dbt_project/macros/measures.sql`), what is held (`expectations/holds.sql`).
"""

from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from pipelines.contracts.fields import Sentence, Strict
from pipelines.registers.yaml_register import read_register

Family = Literal["count", "share", "rare", "ratio", "mean"]
MEASURE = {
    "measure": pl.String, "family": pl.String, "tau0": pl.Float64, "least_rows": pl.Int64, "topic": pl.String,
    "first": pl.Int64,
}  # fmt: skip
# Deliveries that a daily source is compared with; others are compared with fewer.
MOST_COMPARED = 30
# The family's variance weighs as much as so many deliveries of the source itself.
BORROWED = 20


class DeliveryLimits(Strict):
    """Limits for measures of deliveries.

    Attributes:
        alpha: Probability that a correct measure is held.
        least_compared: With fewer earlier deliveries nothing is held.
    """

    alpha: float = Field(gt=0, lt=0.01)
    least_compared: int = Field(ge=1)


class UnitLimits(DeliveryLimits):
    """Limits for a unit's part of a delivery.

    Attributes:
        dispersion: Factor by which the limits are widened for the variation between deliveries of a unit.
        compared: Number of earlier deliveries that are compared.
    """

    dispersion: float = Field(ge=1)
    compared: int = Field(ge=1)


class FamilyLimits(Strict):
    """Limits for a family of measures.

    Attributes:
        tau0: Variation expected before there is a history.
        least_rows: A delivery with fewer relevant rows is not compared.
    """

    tau0: float = Field(gt=0)
    least_rows: int = Field(default=0, ge=0)


class UnitMeasure(Strict):
    """Title of a measure, and what to do if it is unusual."""

    title: Sentence
    hint: Sentence


class Measure(UnitMeasure):
    """A measure of a delivery; of the unusual ones of a `topic`, the one with the lowest `first` names the cause."""

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
        if lacking := sorted({measure.family for measure in self.measures.values()} - set(self.families)):
            raise ValueError(f"families: {', '.join(lacking)}")
        return self


@cache
def load_measures(country: Path) -> Measures:
    """Return the register.

    Raises:
        TthcError: If it is not well-formed; the error names the wrong key.
    """
    return read_register(country / "measures.yml", Measures)


def measure_table(country: Path) -> pl.DataFrame:
    """Return one row per measure with its family, the family's limits, and its topic."""
    known = load_measures(country)
    rows = [
        (
            code,
            measure.family,
            known.families[measure.family].tau0,
            known.families[measure.family].least_rows,
            measure.topic,
            measure.first,
        )
        for code, measure in known.measures.items()
    ]
    return pl.DataFrame(rows, schema=MEASURE, orient="row")


def profile_bound_table(country: Path) -> pl.DataFrame:
    """Return one row per number of earlier deliveries with its t quantile, which DuckDB cannot compute.

    A correct measure deviates by more than `t` standard deviations with probability `alpha`.
    """
    from scipy.special import stdtrit

    known = load_measures(country)
    counts = list(range(MOST_COMPARED + 1))
    quantiles = [float(stdtrit(BORROWED + count, 1 - known.delivery.alpha / 2)) for count in counts]
    return pl.DataFrame({"compared": counts, "t": quantiles, "least_compared": known.delivery.least_compared})


def unit_bound_table(country: Path) -> pl.DataFrame:
    """Return one row with the limits of units: normal quantile, dispersion, number of compared deliveries."""
    from scipy.special import ndtri

    unit = load_measures(country).unit
    bound = -float(ndtri(unit.alpha / 2))
    return pl.DataFrame({"bound": [bound], "dispersion": [unit.dispersion], "compared": [unit.compared],
                         "least_compared": [unit.least_compared]})  # fmt: skip
