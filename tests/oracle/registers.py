"""What the oracle knows of the province besides the rows: the plan's tasks, its reported goals, its own unit.

Here: the registers once more, read plainly, and the shape of rows that a province of its own may have in them. Not
here: the working calendar (working_days), periods, the plan's own targets (values).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

REGISTERS = Path(__file__).resolve().parents[2] / "registers"


# "the department's own unit"
OWN_UNIT = "H19.11"


def own_unit(day: date) -> str:
    """Rule: "(`own_unit`, with validity dates)", on a day."""
    return OWN_UNIT if day >= date(2022, 1, 1) else ""


# "From figures that units report (`so_lieu`)"; open_datasets is counted by ourselves, so no unit reports it.
REPORTED = (
    "simplification_share", "declared_info_cut", "internal_procedures_reviewed", "legal_documents_reviewed",
    "units_inspected", "findings_remedied", "online_workfiles", "leader_signatures", "staff_e_records",
    "e_documents", "databases_connected", "staff_trained", "digital_plan_done", "community_teams",
    "internal_procedures_submitted", "staff_document_system", "staff_digital_signatures", "desks_evaluated",
    "ministry_systems_synced",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """A row of the plan's annex: kind is deadline, standing, conditional or none."""

    plan_year: int
    code: str
    kind: str
    deadline: date | None = None


@dataclass(frozen=True)
class UnitChange:
    """A row of the register of changes.

    From a day on, one unit's work is another's, or nobody's; of several that take over from one, one may be the main
    one.
    """

    old: str
    new: str | None
    changed_on: date
    is_main: bool = False


@dataclass(frozen=True)
class Edition:
    """Open data that came out: the last day they tell of (null: no period had closed), and how many tables they are."""

    closed_until: date | None
    datasets: int


@dataclass(frozen=True)
class Target:
    """A target of rule `plan` in whole percent, for one level or (`*`) all.

    It is for periods that end from its first day to its last; without a last day it goes on.
    """

    indicator_code: str
    unit_level: str
    percent: int
    first: date
    last: date | None


@cache
def plan_tasks() -> tuple[Task, ...]:
    """Return the register of tasks."""
    with (REGISTERS / "dong-nai" / "tasks.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Task(
                int(row["plan_year"]),
                row["task_code"],
                row["deadline_kind"],
                date.fromisoformat(row["deadline_date"]) if row["deadline_date"] else None,
            )
            for row in csv.DictReader(stream)
        )


@cache
def unit_changes() -> tuple[UnitChange, ...]:
    """Return the register of changes of units."""
    with (REGISTERS / "dong-nai" / "unit_changes.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            UnitChange(
                row["old_unit_code"],
                row["new_unit_code"] or None,
                date.fromisoformat(row["changed_on"]),
                row["is_main"] == "1",
            )
            for row in csv.DictReader(stream)
        )


def plan_of(code: str, reported: date, tasks: Sequence[Task]) -> int:
    """Return which plan a report on a task belongs to.

    The newest that has the task, of the report's year at the latest; one that comes before all of them belongs to the
    first.
    """
    years = sorted(task.plan_year for task in tasks if task.code == code)
    by_then = [year for year in years if year <= reported.year]
    return by_then[-1] if by_then else years[0]
