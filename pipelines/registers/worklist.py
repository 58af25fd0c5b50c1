"""The register of the worklist: limits, and what to do first about an open dossier (`registers/vietnam/worklist.yml`).

Belongs here: its model, its checks, and the tables that dbt reads. Does not belong here: how a dossier stands (the
models), lists and letters (`reports.worklist`).
"""

from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from pipelines.contracts.fields import Sentence, Strict
from pipelines.registers.yaml_register import read_register

WORKLIST_FILE = "worklist.yml"
Category = Literal["overdue", "due_today", "due_soon", "waiting_long", "paused", "no_due_date", "in_time"]
Portal = Literal["agrees", "not_there", "finished_there", "overdue_there", "other_status", "other_due"]
LIMIT = {
    "soon_days": pl.Int64, "waiting_days": pl.Int64, "risk_days": pl.Int64, "least_compared": pl.Int64,
    "high_risk": pl.Float64,
}  # fmt: skip
ACTION = {
    "priority": pl.Int64, "action": pl.String, "name_vi": pl.String, "name_en": pl.String,
    "category": pl.String, "portal": pl.String, "has_letter": pl.Boolean, "is_high_risk": pl.Boolean,
}  # fmt: skip


class Condition(Strict):
    """When an action is the one to take; what is null does not matter."""

    category: tuple[Category, ...] | None = Field(None, min_length=1)
    portal: tuple[Portal, ...] | None = Field(None, min_length=1)
    has_letter: bool | None = None
    is_high_risk: bool | None = None


class Action(Sentence):
    """Something to do about a dossier."""

    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    when: Condition


class Letter(Strict):
    """The reminder letter: working days to explain, and how many dossiers it names."""

    explain_days: int = Field(ge=1)
    dossiers: int = Field(ge=1)


class Risk(Strict):
    """Which dossiers are compared: of so many days, at least so many; from what share on it is high."""

    days: int = Field(ge=1)
    least_compared: int = Field(ge=1)
    high: float = Field(gt=0, le=1)


class Worklist(Strict):
    """The whole register."""

    soon_days: int = Field(ge=1)
    waiting_days: int = Field(ge=1)
    letter: Letter
    risk: Risk
    actions: tuple[Action, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _some_action_always_fits(self) -> "Worklist":
        codes = [action.code for action in self.actions]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise ValueError(f"actions: {', '.join(sorted(twice))} stands there twice")
        if self.actions[-1].when != Condition():
            raise ValueError("actions: the last one must fit always (when: {})")
        return self


@cache
def load_worklist(country: Path) -> Worklist:
    """Return the register.

    Raises:
        TthcError: If it is not well-formed; the error names the wrong key.
    """
    return read_register(country / WORKLIST_FILE, Worklist)


def work_limit_table(country: Path) -> pl.DataFrame:
    """Return one row with the limits."""
    known = load_worklist(country)
    row = (known.soon_days, known.waiting_days, known.risk.days, known.risk.least_compared, known.risk.high)
    return pl.DataFrame([row], schema=LIMIT, orient="row")


def work_action_table(country: Path) -> pl.DataFrame:
    """Return one row per action and combination of what it asks for, in order from `priority` 1.

    What does not matter to an action is null.
    """
    rows = [
        (
            priority,
            action.code,
            action.vi,
            action.en,
            category,
            portal,
            action.when.has_letter,
            action.when.is_high_risk,
        )
        for priority, action in enumerate(load_worklist(country).actions, start=1)
        for category in action.when.category or (None,)
        for portal in action.when.portal or (None,)
    ]
    return pl.DataFrame(rows, schema=ACTION, orient="row")
