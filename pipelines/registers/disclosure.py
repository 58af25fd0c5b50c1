"""The disclosure rules: which figures are exact or protected, how they are protected, and how counts are related.

Belongs here: reading `registers/vietnam/disclosure.yml`, and the rounding that its numbers define. Does not belong
here: counting (`open_data.disclosure.counts`), attacks that use these relations (`open_data.disclosure.attack`).
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipelines.contracts.fields import Sentence, Strict
from pipelines.registers.publication import read_model

RULES_FILE = "disclosure.yml"
KEYS = 256  # cell keys run from 0 to 255
Kind = Literal["flow", "newest", "period"]


class RateRule(Strict):
    """Rounding of protected rates.

    Attributes:
        denominator: Least denominator of a rate that is shown.
        bounded_below: Denominator below which extreme rates are shown as bounds.
        low: Rate in per cent up to which it is shown as "at most".
        high: Rate in per cent from which it is shown as "at least".
        decimal_from: Denominator from which a decimal is shown.
    """

    denominator: int = Field(ge=1)
    bounded_below: int
    low: int
    high: int
    decimal_from: int


class Sensitive(Strict):
    """Sensitive procedures, which are only published for the province by year: by field, word of the name, or code."""

    fields: tuple[str, ...]
    words: tuple[str, ...]
    procedures: tuple[str, ...]


class Parts(Strict):
    """The measures that are numerator and denominator of a protected indicator."""

    code: str
    rule: str
    numerator: str
    denominator: str


class OfProvince(Strict):
    """An indicator that is published for the province alone."""

    code: str
    rule: str


class Exact(Strict):
    """Indicators that are published exactly, by origin or code, and why."""

    why: Sentence
    origins: tuple[str, ...]
    indicators: tuple[str, ...]


class Protected(Strict):
    """Indicators that are protected below the province, and why.

    Attributes:
        indicators: What is published of units and levels too, out of protected counts.
        province_only: What is published of the province alone; the other rule of the same code may be protected.
    """

    why: Sentence
    indicators: tuple[Parts, ...]
    province_only: tuple[OfProvince, ...] = ()

    @property
    def codes(self) -> list[str]:
        """Their codes, whatever the rule."""
        return sorted({indicator.code for indicator in self.indicators})


class DisclosureRules(Strict):
    """Rule SDC-1.

    Attributes:
        threshold: Least count that is shown.
        base: Counts are rounded to multiples of it.
        narrowest: Least width of the interval that can be inferred for a hidden count.
        thaw: Number of changed cases from which a protected table of a closed period is published anew.
        sensitive: Procedures that are published for the province by year only.
        measures: Per protected measure whether it adds up over time.
        within: Per measure the measure that lies within it.
    """

    name: str
    exact: Exact
    protected: Protected
    threshold: int = Field(ge=2)
    base: int = Field(ge=2)
    rate: RateRule
    narrowest: int = Field(ge=1)
    thaw: int = Field(ge=2)
    sensitive: Sensitive
    measures: dict[str, Kind]
    within: dict[str, str]

    @model_validator(mode="after")
    def _hangs_together(self) -> "DisclosureRules":
        unknown = sorted({*self.within, *self.within.values()} - set(self.measures))
        if unknown:
            raise ValueError(f"no such measure: {', '.join(unknown)}")
        if self.threshold % self.base or self.threshold < self.base * 2:
            raise ValueError("the threshold is a multiple of the base, twice it at least, or small counts would show")
        for indicator in self.protected.indicators:
            if self.within.get(indicator.denominator) != indicator.numerator:
                raise ValueError(
                    f"{indicator.code}/{indicator.rule}: its numerator is not known to lie within its denominator"
                )
        both = sorted(set(self.exact.indicators) & set(self.protected.codes))
        if both:
            raise ValueError(f"both exact and protected: {', '.join(both)}")
        return self

    def up_keys(self, remainder: int) -> int:
        """Return how many of the 256 keys round a count with this remainder up.

        The nearest whole number to `256 * remainder / base` leaves an expected error under 1/128 of a case, and none
        over all remainders together.
        """
        return (2 * KEYS * remainder + self.base) // (2 * self.base)

    def rounded(self, count: int, key: int) -> int:
        """Return a count of at least the threshold, rounded by its cell key (0 to 255)."""
        remainder = count % self.base
        return count - remainder + (self.base if key < self.up_keys(remainder) else 0)


def load_rules(country: Path) -> DisclosureRules:
    """Return the disclosure rules.

    Raises:
        TthcError: If it is not well-formed; the error names the wrong key.
    """
    return read_model(country / RULES_FILE, DisclosureRules)
