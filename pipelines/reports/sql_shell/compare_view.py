"""Show what differs between two versions: counts by table, figures with the biggest change first, rows of one table.

Shares are rounded here; files, CSV and JSON have them as they are. Does not belong here: comparing (`compare`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from pipelines.common.i18n import say
from pipelines.reports.sql_shell.answers import Answer, Row
from pipelines.reports.sql_shell.pairs import TableChange
from pipelines.reports.sql_shell.screen import say_line, show_table
from pipelines.reports.sql_shell.tables import Page

TEXT, NUMBER = "VARCHAR", "BIGINT"
COUNT = "count"
COLUMNS_NAMED = 5


@dataclass(frozen=True)
class Taken:
    """The first rows of an answer, and whether there are more."""

    page: Page
    more: bool


def take(answer: Answer, count: int | None) -> Taken:
    """Return the first rows of an answer; all where no count is given."""
    rows = answer.head(None if count is None else count + 1)
    return Taken(Page(answer.names, answer.types, rows[:count]), count is not None and len(rows) > count)


def show_comparison(console: Console, changes: Sequence[TableChange], figures: Taken, before: str, after: str) -> None:
    """Print how many rows of each table differ, and which figures.

    Args:
        console: Where.
        changes: How each table differs.
        figures: Figures that differ.
        before: Name of the earlier version.
        after: Name of the later.
    """
    say_line(console, say("sql_compared", before=before, after=after), style="bold")
    differing = [one for one in changes if not one.is_same]
    if differing:
        lines: list[Row] = [
            (one.table.name, one.rows, one.added, one.removed, one.changed if one.table.key else None,
             _columns(one)) for one in differing
        ]  # fmt: skip
        show_table(console, Page(say("sql_compared_header").split("|"), [TEXT, *[NUMBER] * 4, TEXT], lines))
    say_line(console, say("sql_same_tables", count=len(changes) - len(differing)))
    if figures.page.rows:
        lines = [_figure(dict(zip(figures.page.names, row, strict=True))) for row in figures.page.rows]
        say_line(console, say("sql_figures"), style="bold")
        show_table(console, Page(say("sql_figures_header").split("|"), [*[TEXT] * 4, *[NUMBER] * 3], lines))
    _say_more(console, figures)


def show_rows(console: Console, taken: Taken, before: str, after: str) -> None:
    """Print the rows of one table that differ."""
    say_line(console, say("sql_compared", before=before, after=after), style="bold")
    if not taken.page.rows:
        say_line(console, say("sql_same_rows"))
        return
    show_table(console, taken.page)
    _say_more(console, taken)


def _say_more(console: Console, taken: Taken) -> None:
    if taken.more:
        say_line(console, say("sql_more_different", rows=len(taken.page.rows)))


def _columns(change: TableChange) -> str:
    """Return the columns that changed most, or which version alone has the table."""
    if not change.table.is_in_both:
        return say("sql_only_after" if change.table.is_after else "sql_only_before")
    named = change.changed_columns.split(", ")
    return ", ".join(named[:COLUMNS_NAMED]) + (f", … +{len(named) - COLUMNS_NAMED}" if named[COLUMNS_NAMED:] else "")


def _figure(row: dict[str, object]) -> Row:
    is_count = row["value_unit"] == COUNT
    difference = row["difference"]
    return (
        row["indicator"] or row["indicator_code"], row["rule"], row["period_code"], row["unit"] or row["unit_level"],
        _value(row, "before", is_count=is_count), _value(row, "after", is_count=is_count),
        None if not isinstance(difference, float) else f"{difference:+g}" if is_count else f"{100 * difference:+.2f}",
    )  # fmt: skip


def _value(row: dict[str, object], when: str, *, is_count: bool) -> str | None:
    value, over, under = (row[f"{name}_{when}"] for name in ("value", "numerator", "denominator"))
    if not isinstance(value, float):
        return None
    return f"{value:g}" if is_count else f"{value:.2%} ({over}/{under})"
