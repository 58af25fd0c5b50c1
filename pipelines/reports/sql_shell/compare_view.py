"""Show what differs between two versions: counts by table, figures with the biggest change first, rows of one table.

Shares are rounded here; files, CSV and JSON have them as they are. Does not belong here: comparing (`compare`).
"""

from rich.console import Console

from pipelines.common.i18n import say
from pipelines.reports.sql_shell.answers import Answer, Row
from pipelines.reports.sql_shell.compare import Comparison, TableChange
from pipelines.reports.sql_shell.screen import say_line, show, width_of
from pipelines.reports.sql_shell.tables import Page, render

TEXT, NUMBER = "VARCHAR", "BIGINT"
COUNT = "count"


def show_comparison(console: Console, found: Comparison, before: str, after: str, rows: int | None) -> None:
    """Print how many rows of each table differ, and which figures.

    Args:
        console: Where.
        found: The comparison.
        before: Name of the earlier version.
        after: Name of the later.
        rows: Figures that are listed; None is all.
    """
    say_line(console, say("sql_compared", before=before, after=after), style="bold")
    differing = [one for one in found.changes if not one.is_same]
    if differing:
        lines: list[Row] = [
            (one.table.name, one.rows, one.added, one.removed, one.changed if one.table.key else None,
             one.changed_columns if one.table.is_in_both else _only(one)) for one in differing
        ]  # fmt: skip
        _show(console, Page(say("sql_compared_header").split("|"), [TEXT, *[NUMBER] * 4, TEXT], lines))
    say_line(console, say("sql_same_tables", count=len(found.changes) - len(differing)))
    answer = found.figures()
    taken = answer.head(None if rows is None else rows + 1)
    if taken:
        lines = [_figure(dict(zip(answer.names, row, strict=True))) for row in taken[:rows]]
        say_line(console, say("sql_figures"), style="bold")
        _show(console, Page(say("sql_figures_header").split("|"), [*[TEXT] * 4, *[NUMBER] * 3], lines))
    if len(taken) > len(taken[:rows]):
        say_line(console, say("sql_more_different", rows=rows))


def show_rows(console: Console, answer: Answer, before: str, after: str, rows: int | None) -> None:
    """Print the rows of one table that differ."""
    say_line(console, say("sql_compared", before=before, after=after), style="bold")
    taken = answer.head(None if rows is None else rows + 1)
    if not taken:
        say_line(console, say("sql_same_rows"))
        return
    _show(console, Page(answer.names, answer.types, taken[:rows]))
    if len(taken) > len(taken[:rows]):
        say_line(console, say("sql_more_different", rows=rows))


def _only(change: TableChange) -> str:
    return say("sql_only_after" if change.table.is_after else "sql_only_before")


def _show(console: Console, page: Page) -> None:
    show(console, render(page, width_of(console, page)), width_of(console, page))


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
