"""The sheets of a report on the plan: goals with their figures of the period, tasks of the annex.

Belongs here: their columns and cells. Does not belong here: the other sheets (`workbook`).
"""

from typing import Any

from pipelines.reports.officers.facts import ReportFacts, Row
from pipelines.reports.officers.sheets import Column, Sheets, Shown
from pipelines.reports.officers.words import level_name, word


def write_goals(sheets: Sheets, facts: ReportFacts) -> None:
    """Add the sheet of the plan's goals with their figures of the period."""
    columns = [
        Column(word("head_section"), 14), Column(word("head_goal"), 60), Column(word("head_level"), 14),
        Column(word("head_lead"), 22), Column(word("head_numerator"), 11, "number"),
        Column(word("head_denominator"), 11, "number"), Column(word("head_value"), 10, "share"),
        Column(word("head_target"), 10, "share"), Column(word("head_previous"), 10, "share"),
        Column(word("head_change"), 10, "change"), Column(word("head_standing"), 15), Column(word("head_note"), 22),
    ]  # fmt: skip
    rows = [
        [goal["section"], goal["wording"], level_name(goal["unit_level"]), goal["lead_unit"], goal["numerator"],
         goal["denominator"], *(_as_measured(goal, part) for part in ("value", "target", "previous_value", "change")),
         word(f"standing_{goal['standing']}"), _goal_note(goal)]
        for goal in facts.goals
    ]  # fmt: skip
    sheets.table(word("sheet_goals"), word("title_goals"), [word("note_goals")], columns, rows)


def _as_measured(goal: Row, part: str) -> Any:
    """Return a figure of a goal as a cell: goals that count things have numbers where others have shares."""
    return Shown(goal[part], "number") if goal["is_count"] else goal[part]


def _goal_note(goal: Row) -> str | None:
    if goal["missing_source"] is not None:
        return word("missing_source", source=goal["missing_source"])
    return word("provisional") if goal["is_provisional"] else None


def write_tasks(sheets: Sheets, facts: ReportFacts) -> None:
    """Add the sheet of the annex's tasks as reported by the cut."""
    columns = [
        Column(word("head_task_code"), 12, "code"), Column(word("head_task"), 60), Column(word("head_product"), 30),
        Column(word("head_lead"), 22), Column(word("head_support"), 22), Column(word("head_deadline"), 16),
        Column(word("head_reported_on"), 12, "day"), Column(word("head_standing"), 16),
        Column(word("head_share_done"), 8, "number"), Column(word("head_note"), 12),
    ]  # fmt: skip
    rows = [
        [task["task_code"], task["task"], task["product"], task["lead_unit"], task["supporting_unit"],
         task["deadline_text"], task["newest_report_date"], word(f"standing_{task['standing']}"), task["share_done"],
         word("overdue") if task["is_overdue"] else None]
        for task in facts.tasks
    ]  # fmt: skip
    sheets.table(word("sheet_tasks"), word("title_tasks"), [word("note_tasks")], columns, rows)
