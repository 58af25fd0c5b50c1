"""Where a report differs from the one that was handed in.

Belongs here: the figures that a lock keeps, and comparing two sets of them. Does not belong here: files (`lock`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.officers.facts import ReportFacts
from pipelines.reports.officers.form import COLUMNS, FormRow, column_number
from pipelines.reports.officers.words import NOTHING, level_name, number_text, signed_text, word

# Kept figures: by sheet, key of a row, the row's name and its figures.
Figures = dict[str, dict[str, dict[str, Any]]]
FORMS = ("sheet_by_unit", "sheet_by_field")


@dataclass(frozen=True)
class LockedReport:
    """A report that was handed in.

    Attributes:
        number: The how manieth of its period.
        line: Version, day and number in one sentence.
        figures: What it said.
    """

    number: int
    line: str
    figures: Figures


@dataclass(frozen=True)
class Change:
    """One figure that is not what was handed in; `then` and `now` None: no such row."""

    sheet: str
    row: str
    column: str
    then: str
    now: str
    difference: str

    @property
    def cells(self) -> list[str]:
        """Its cells in the table of differences."""
        return [self.sheet, self.row, self.column, self.then, self.now, self.difference]


def figures_of_report(by_unit: Sequence[FormRow], by_field: Sequence[FormRow], facts: ReportFacts) -> Figures:
    """Return the figures that a lock keeps: both forms, goals and tasks."""
    forms = {
        sheet: {row.key: {"name": _row_name(row), **dict(zip(COLUMNS, row.figures, strict=True))} for row in rows}
        for sheet, rows in zip(FORMS, (by_unit, by_field), strict=True)
    }
    goals = {
        goal["goal_code"]: {"name": goal["wording"], **{part: goal[part] for part in ("numerator", "denominator",
                                                                                     "standing")}}
        for goal in facts.goals
    }  # fmt: skip
    tasks = {
        task["task_code"]: {"name": task["task"], "standing": task["standing"], "share_done": task["share_done"]}
        for task in facts.tasks
    }
    return {**forms, "sheet_goals": goals, "sheet_tasks": tasks}


def changes_between(then: Figures, now: Figures) -> list[Change]:
    """Return every figure that differs, sheet by sheet in the order of today's rows."""
    return [change for sheet in now for change in _changes(sheet, then.get(sheet, {}), now[sheet])]


def _changes(sheet: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for key in [*now, *(key for key in then if key not in now)]:
        before, after = then.get(key, {}), now.get(key, {})
        name = after.get("name") or before.get("name") or key
        for column in [column for column in (after or before) if column != "name"]:
            old, new = before.get(column), after.get(column)
            # A row of zeros may be absent.
            if old == new or (sheet in FORMS and (old or 0) == (new or 0)):
                continue
            counted = sheet in FORMS or column in ("numerator", "denominator", "share_done")
            moved = signed_text((new or 0) - (old or 0)) if counted else ""
            yield Change(
                word(sheet), name, _column_name(sheet, column), _shown(column, old), _shown(column, new), moved
            )


def _row_name(row: FormRow) -> str:
    if row.kind == "total":
        return word("total")
    if row.kind == "level":
        return level_name(row.level)
    return f"{row.name} ({level_name(row.level)})" if row.kind == "field" else row.name


def _column_name(sheet: str, column: str) -> str:
    if sheet in FORMS:
        return f"({column_number(column)}) {form_column_name(column)}"
    return word(f"head_{column}")


def form_column_name(column: str) -> str:
    """Return group and name of a column of the form: Đã giải quyết, quá hạn."""
    group = "received" if column == "carried_over" else column.partition("_")[0]
    own = "header_total" if column.endswith("_total") else f"header_{column}"
    return f"{word(f'header_{group}')}: {word(own).lower()}"


def _shown(column: str, value: Any) -> str:
    if value is None:
        return NOTHING
    if column == "standing":
        return word(f"standing_{value}")
    return number_text(int(value))
