"""The province's reform plan: its goals, and the tasks of its annex.

Belongs here: reading and validating `registers/<province>/goals.csv` and `tasks.csv`, which quote the plan. Does not
belong here: figures (the models).
"""

import datetime as dt
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import model_validator

from pipelines.registers.csv_rows import RegisterRow, read_rows, table_of


class Goal(RegisterRow):
    """One goal of the plan for one level; `unit_level` `*` is the province as a whole, `lead_unit` None: not known."""

    plan_year: int
    goal_code: str
    section: str
    wording: str
    indicator_code: str | None
    unit_level: str
    lead_unit: str | None


class Task(RegisterRow):
    """One task of the plan's annex; a standing task has no deadline, a conditional one starts when others act."""

    plan_year: int
    task_code: str
    annex_number: str
    goal: str
    task: str
    product: str
    lead_unit: str
    supporting_unit: str | None
    deadline_text: str | None
    deadline_kind: Literal["deadline", "standing", "conditional", "none"]
    deadline_date: dt.date | None

    @model_validator(mode="after")
    def _a_deadline_has_a_day(self) -> "Task":
        if (self.deadline_kind == "deadline") != (self.deadline_date is not None):
            raise ValueError("deadline_date is given for kind deadline, and only there")
        if (self.deadline_kind == "none") != (self.deadline_text is None):
            raise ValueError("deadline_text is empty for kind none, and only there")
        return self


def load_goals(folder: Path) -> list[Goal]:
    """Return the goals of a province's plan, in the order of the plan.

    Raises:
        TthcError: If it is not well-formed.
    """
    return read_rows(folder / "goals.csv", Goal)


def load_tasks(folder: Path) -> list[Task]:
    """Return the tasks of the plan's annex, in its order.

    Raises:
        TthcError: If it is not well-formed.
    """
    return read_rows(folder / "tasks.csv", Task)


def goal_table(folder: Path) -> pl.DataFrame:
    """Return one row per goal and level."""
    return table_of(load_goals(folder), Goal)


def task_table(folder: Path) -> pl.DataFrame:
    """Return one row per task of the annex."""
    return table_of(load_tasks(folder), Task)
