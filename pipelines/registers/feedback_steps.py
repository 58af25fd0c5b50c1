"""The register of deadlines for steps of feedback (`registers/vietnam/feedback_steps.csv`, Decision 766).

Belongs here: its model and the table that dbt reads. Does not belong here: which step an item has taken (the models).
"""

from pathlib import Path
from typing import Literal, get_args

import polars as pl
from pydantic import Field

from pipelines.common.errors import TthcError
from pipelines.registers.csv_rows import RegisterRow, read_rows, table_of

FEEDBACK_STEPS_FILE = "feedback_steps.csv"
StepName = Literal["refused", "asked", "answered", "published"]


class FeedbackStep(RegisterRow):
    """One step and within how many working days it has to be taken; `wording` is for readers."""

    step: StepName
    working_days: int = Field(ge=0)
    wording: str


def feedback_step_table(country: Path) -> pl.DataFrame:
    """Return one row per step.

    Raises:
        TthcError: If the register is not well-formed, or a step is missing or there twice.
    """
    rows = read_rows(country / FEEDBACK_STEPS_FILE, FeedbackStep)
    if sorted(row.step for row in rows) != sorted(get_args(StepName)):
        why = f"steps: each of {', '.join(get_args(StepName))} once"
        raise TthcError("holds_invalid", file=FEEDBACK_STEPS_FILE, why=why)
    return table_of(rows, FeedbackStep)
