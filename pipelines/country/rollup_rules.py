"""The register of what is added up to figures of the country (`registers/vietnam/rollup.yml`).

Belongs here: its model and its checks. Does not belong here: adding up (`rollup`).
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipelines.contracts.fields import Sentence, Strict
from pipelines.registers.publication import PublicationRegister, read_model

FIGURES, FORM = "chi-tieu", "tinh-hinh-giai-quyet"


class AddedTable(Strict):
    """A table of open data that is added up: its rows of some scopes, its counts and their new names."""

    name: Literal["chi-tieu", "tinh-hinh-giai-quyet"]
    scopes: tuple[Literal["province", "level"], ...] = Field(min_length=1)
    counts: dict[str, str] = Field(min_length=1)


class NotAdded(Strict):
    """Tables that are not added up, and why."""

    tables: tuple[str, ...] = Field(min_length=1)
    why: Sentence


class LeftOut(Strict):
    """An indicator that is not added up, and why."""

    code: str
    rule: Literal["plan", "766"]
    why: Sentence


class RollupRules(Strict):
    """The whole register."""

    tables: tuple[AddedTable, ...]
    not_added: tuple[NotAdded, ...]
    period_types: tuple[Literal["thang", "quy", "nam"], ...] = Field(min_length=1)
    left_out: tuple[LeftOut, ...] = ()

    @model_validator(mode="after")
    def _both_tables_stand_there(self) -> "RollupRules":
        if [table.name for table in self.tables] != [FIGURES, FORM]:
            raise ValueError(f"tables: {FIGURES} and {FORM}, each once")
        return self

    def table(self, name: str) -> AddedTable:
        """Return the table of that name."""
        return next(table for table in self.tables if table.name == name)


def load_rollup_rules(country: Path, register: PublicationRegister) -> RollupRules:
    """Return the register.

    Args:
        country: Folder of the registers of the country.
        register: What provinces publish: each of its tables is added up or said not to be.

    Raises:
        TthcError: If it is not well-formed, or a published table stands in no list or in two; the error names it.
    """
    from pipelines.common.errors import TthcError

    rules = read_model(country / "rollup.yml", RollupRules)
    named = [table.name for table in rules.tables] + [name for one in rules.not_added for name in one.tables]
    published = {table.name for table in register.tables}
    wrong = sorted({name for name in named if named.count(name) > 1} | published ^ set(named))
    if wrong:
        raise TthcError("register_invalid", file="rollup.yml", why=f"tables, not_added: {', '.join(wrong)}")
    return rules
