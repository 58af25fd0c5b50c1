"""Print nights, status and figures of several provinces.

Belongs here: layout and wording. Does not belong here: collecting what is printed (`night_ends`, `status`,
`rollup_version`).
"""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.common.i18n import say
from pipelines.country.night_ends import ProvinceNight
from pipelines.country.rollup_version import RollupOutcome, figures_left_out
from pipelines.country.sources import added
from pipelines.settings import Settings

COLOURS = {"published": "green", "unchanged": "green", "beside": "green", "received": "green", "running": "yellow",
           "locked": "yellow"}  # fmt: skip
OWN_OUTCOMES = ("locked", "not_started")  # that no run in a ledger has
SECONDS, AGE = 3, 2  # columns of numbers


def show_nights(console: Console, nights: Sequence[ProvinceNight]) -> None:
    """Print how each night ended, and what to do where one did not go well."""
    table = _table("country_nights_title", "country_nights_header", number=SECONDS)
    for night in nights:
        words = f"night_{night.outcome}" if night.outcome in OWN_OUTCOMES else f"status_run_{night.outcome}"
        seconds, why = f"{night.seconds:.0f}", escape(night.why or "")
        table.add_row(night.code, _coloured(night.outcome, say(words)), night.version or "–", seconds, why)
    console.print(table)
    for night in nights:
        if night.exit_code:
            _say_next(console, night.code, night.next_step)


def show_statuses(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """Print one line per province, and what to do where one wants attention (`status.read_statuses`)."""
    table = _table("country_status_title", "country_status_header", number=AGE)
    for row in rows:
        ending, age = row["ending"], row["age_working_days"]
        newest = "–" if ending is None else _coloured(ending["outcome"], say(f"status_run_{ending['outcome']}"))
        synthetic = f" [yellow]({say('country_synthetic')})[/]" if row["synthetic"] else ""
        stale = f" [bold red]{say('country_stale')}[/]" if row["is_stale"] else ""
        shown = "–" if age is None else str(age)
        table.add_row(row["code"], (row["version"] or "–") + synthetic, shown + stale, newest, row["open_data"] or "–")
    console.print(table)
    for row in rows:
        ending = row["ending"]
        trouble = row["error"] or (ending["next_step"] if ending and not ending["is_good"] else None)
        if trouble:
            _say_next(console, row["code"], trouble)


def show_country(console: Console, national: dict[str, Any] | None) -> None:
    """Print which version of the country is published and who is not in it (`rollup_version.read_country`)."""
    if national is None:
        console.print(say("country_no_version"), soft_wrap=True)
        return
    console.print(say("country_version", version=national["version"], count=len(national["added"])), highlight=False)
    for one in national["left_out"]:
        _say_left_out(console, one["code"], one["why_not"])


def show_rollup(console: Console, settings: Settings, outcome: RollupOutcome) -> None:
    """Print who is in the figures of the country and who is not, which figures are not, and what is published.

    Args:
        console: Where it is printed.
        settings: Those of the country.
        outcome: How the roll-up ended.
    """
    inside = added(outcome.sources)
    newest = max(source.closed_until or "" for source in inside)
    for source in outcome.sources:
        if source.why_not is not None:
            _say_left_out(console, source.code, source.why_not)
            continue
        older = newest if (source.closed_until or "") < newest else None
        text = say("rollup_in", province=source.code, until=source.closed_until, newest=older)
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    for code, why, figures in figures_left_out(settings):
        text = say("rollup_part", province=code, figures=f"{figures:,}", why=say(f"rollup_not_{why}"))
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if (states := len({source.software for source in inside})) > 1:
        console.print(say("rollup_other_software", count=states), style="yellow", highlight=False, soft_wrap=True)
    if all(source.synthetic for source in inside):
        console.print(f"[bold yellow]{say('summary_synthetic')}[/]")
    words = "rollup_published" if outcome.changed else "rollup_same"
    console.print(say(words, version=outcome.version, folder=settings.current_link), highlight=False, soft_wrap=True)


def _table(title: str, header: str, number: int) -> Table:
    """Return an empty table with the headers of a message; columns up to that of a number stay in one line."""
    table = Table(title=say(title), title_justify="left")
    for at, name in enumerate(say(header).split("|")):
        table.add_column(name, justify="right" if at == number else "left", no_wrap=at <= number, overflow="fold")
    return table


def _coloured(outcome: str, text: str) -> str:
    return f"[{COLOURS.get(outcome, 'red')}]{text}[/]"


def _say_next(console: Console, code: str, step: str) -> None:
    text = say("country_next", province=code, next_step=step)
    console.print(text, style="bold", markup=False, highlight=False, soft_wrap=True)


def _say_left_out(console: Console, code: str, why: str) -> None:
    text = say("rollup_out", province=code, why=say(f"rollup_not_{why}"))
    console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
