"""Levels of offices (`registers/vietnam/levels.yml`): their order, which one is the province, what each handles.

Belongs here: reading the register. Does not belong here: what a page or form calls them (its catalogue of words), which
offices there are (`don_vi`).
"""

from pathlib import Path

import polars as pl
from pydantic import Field, model_validator

from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence, Strict

LEVELS_FILE = "levels.yml"
# In registers: every level and the province.
EVERY_LEVEL = "*"


class Level(Strict):
    """One level of offices.

    Attributes:
        code: Its code in `don_vi`.
        name: What one office of it is called; `plural`: what all of them are.
        is_root: Whether it is the province itself.
        procedures: The level of procedures that its offices handle; None if they handle none of their own.
    """

    code: str = Field(pattern=r"^[a-z]+$")
    name: Sentence
    plural: Sentence
    is_root: bool = False
    procedures: str | None = None


class Levels(Strict):
    """All levels, the highest first."""

    levels: tuple[Level, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _one_root_and_no_code_twice(self) -> "Levels":
        if [level.is_root for level in self.levels].count(True) != 1 or not self.levels[0].is_root:
            raise ValueError("levels: the first level, and no other, is the root")
        if len(set(self.codes)) != len(self.levels):
            raise ValueError("levels: a code occurs twice")
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all levels, the highest first."""
        return tuple(level.code for level in self.levels)

    @property
    def root(self) -> str:
        """Code of the province's own level."""
        return self.levels[0].code

    @property
    def offices(self) -> tuple[str, ...]:
        """Codes of the levels below the province."""
        return self.codes[1:]

    @property
    def of_procedures(self) -> dict[str, str]:
        """The level of offices that handles procedures of a level, by the latter."""
        return {level.procedures: level.code for level in self.levels if level.procedures is not None}


def load_levels(country: Path) -> Levels:
    """Return the country's levels of offices.

    Raises:
        pydantic.ValidationError: If the file is not well-formed; the error names the wrong key.
    """
    return Levels.model_validate(read_yaml((country / LEVELS_FILE).read_text(encoding="utf-8")))


def level_table(country: Path) -> pl.DataFrame:
    """Return one row per level, the highest first, with the columns of `dim_level`."""
    rows = [
        {
            "level_code": level.code,
            "level_rank": rank,
            "name_vi": level.name.vi,
            "name_en": level.name.en,
            "plural_vi": level.plural.vi,
            "plural_en": level.plural.en,
            "is_root": level.is_root,
            "procedure_level": level.procedures,
        }
        for rank, level in enumerate(load_levels(country).levels)
    ]
    return pl.DataFrame(rows, schema_overrides={"procedure_level": pl.String})
