"""Who has reported what and when, as a table of units by periods.

Belongs here: the cells of that table. Does not belong here: where they come from (`sql/reported`).
"""

import datetime as dt
from collections.abc import Sequence

from pipelines.reports.officers.facts import Row
from pipelines.reports.officers.sheets import Column
from pipelines.reports.officers.words import NOTHING, day_text, word


def periods_of(reported: Sequence[Row]) -> list[str]:
    """Return the codes of the periods, in their order."""
    return list(dict.fromkeys(row["period_code"] for row in sorted(reported, key=lambda row: row["end_date"])))


def reported_columns(reported: Sequence[Row]) -> list[Column]:
    """Return the columns: what, who, and one per period."""
    return [Column(word("head_kind"), 22), Column(word("head_unit_code"), 14, "code"), Column(word("head_unit"), 40),
            *(Column(code, 26) for code in periods_of(reported))]  # fmt: skip


def reported_rows(reported: Sequence[Row]) -> list[list[str | None]]:
    """Return one row per unit that has reported figures, and per lead unit that has reported progress."""
    cells: dict[tuple[str, str | None, str], dict[str, str]] = {}
    for row in reported:
        who = (row["kind"], row["unit_code"], row["unit_name"])
        cells.setdefault(who, {})[row["period_code"]] = cell_of(row)
    periods = periods_of(reported)
    return [[word(f"kind_{kind}"), code, name, *(own.get(period, NOTHING) for period in periods)]
            for (kind, code, name), own in cells.items()]  # fmt: skip


def cell_of(row: Row) -> str:
    """Return how much was reported, when first, whether after the day on which it was due, and when corrected."""
    if row["kind"] == "tasks":
        return f"{word('tasks_of', count=row['report_count'], all=row['expected_count'])}; " + day_text(
            row["reported_on"]
        )
    parts = [word("figures_of", count=row["report_count"]), day_text(row["first_reported_on"])]
    due: dt.date | None = row["report_due_date"]
    if due is not None and row["first_reported_on"] >= due:
        parts[-1] += f" ({word('after_due')})"
    if row["reported_on"] > row["first_reported_on"]:
        parts.append(word("corrected_on", day=day_text(row["reported_on"])))
    return "; ".join(parts)
