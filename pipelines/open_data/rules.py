"""The disclosure rules: who is protected how, what is counted, and how counts hang together.

Belongs here: reading `registers/vietnam/disclosure.yml`, and the rounding that its numbers define. Does not belong
here: the SQL that counts (`cells`), the attack that uses the structure (`attack`).
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipelines.contract_fields import Strict
from pipelines.open_data.register import read_model

KEYS = 256  # cell keys run from 0 to 255
Kind = Literal["flow", "stock", "opening", "late", "newest", "period"]


class RateRule(Strict):
    """When a rate is shown, and how finely."""

    denominator: int = Field(ge=1)
    bounded_below: int
    low: int
    high: int
    decimal_from: int


class Sensitive(Strict):
    """Procedures that are published for the province by year only: by field, by a word of their name, by code."""

    fields: tuple[str, ...]
    words: tuple[str, ...]
    procedures: tuple[str, ...]


class Identity(Strict):
    """A measure that is the sum of others, for every subject and period."""

    whole: str
    parts: tuple[str, ...] = Field(min_length=2)


class Parts(Strict):
    """The measures that an indicator is made of. `own`: of the planning department's own dossiers only."""

    code: str
    rule: str
    numerator: str
    denominator: str
    own: bool = False


class Rules(Strict):
    """Rule SDC-1 with everything that it needs to know."""

    name: str
    threshold: int = Field(ge=2)
    base: int = Field(ge=2)
    rate: RateRule
    narrowest: int = Field(ge=1)
    personal_origins: tuple[str, ...]
    sensitive: Sensitive
    measures: dict[str, Kind]
    identities: tuple[Identity, ...]
    within: dict[str, tuple[str, ...]]
    together: tuple[tuple[str, ...], ...]
    give_up_last: tuple[str, ...]
    indicators: tuple[Parts, ...]

    @model_validator(mode="after")
    def _hangs_together(self) -> "Rules":
        named = {m for one in self.identities for m in (one.whole, *one.parts)}
        named |= set(self.within) | {part for parts in self.within.values() for part in parts}
        named |= {m for one in self.indicators for m in (one.numerator, one.denominator)}
        named |= {m for family in self.together for m in family} | set(self.give_up_last)
        unknown = sorted(named - set(self.measures))
        if unknown:
            raise ValueError(f"no such measure: {', '.join(unknown)}")
        if self.threshold % self.base or self.threshold < self.base * 2:
            raise ValueError("the threshold is a multiple of the base, twice it at least, or small counts would show")
        related = [{one.whole, *one.parts} for one in self.identities]
        related += [{whole, part} for whole, parts in self.within.items() for part in parts]
        for relation in related:
            if not any(relation <= set(family) for family in self.together):
                raise ValueError(f"never attacked together: {', '.join(sorted(relation))}")
        for one in self.indicators:
            if one.denominator not in self._wholes_of(one.numerator):
                raise ValueError(f"{one.code}/{one.rule}: its numerator is not known to lie within its denominator")
        return self

    def _wholes_of(self, measure: str) -> set[str]:
        """Every measure that holds all cases of this one."""
        above = {whole for whole, parts in self.within.items() if measure in parts}
        above |= {one.whole for one in self.identities if measure in one.parts}
        own_parts = {part for one in self.identities if one.whole == measure for part in one.parts}
        above |= {one.whole for one in self.identities if own_parts and own_parts < set(one.parts)}
        return above.union(*(self._wholes_of(one) for one in above))

    def up_keys(self, remainder: int) -> int:
        """How many of the 256 keys round a count with this remainder up. No whole number of them is exactly
        `remainder / base`; the nearest one leaves an expected error under 1/128 of a case, and none over all
        remainders together."""
        return (2 * KEYS * remainder + self.base) // (2 * self.base)

    def rounded(self, count: int, key: int) -> int:
        """A count of at least the threshold, rounded by its cell key (0 to 255)."""
        remainder = count % self.base
        return count - remainder + (self.base if key < self.up_keys(remainder) else 0)


def load_rules(country: Path) -> Rules:
    """The disclosure rules. Raises TthcError that names the wrong key."""
    return read_model(country / "disclosure.yml", Rules)
