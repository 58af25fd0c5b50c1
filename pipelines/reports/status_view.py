"""Print the status (`tthc status`) as tables.

Belongs here: layout and wording. Does not belong here: collecting the data (`status`).
"""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.common.i18n import say
from pipelines.gate.results import UNCOMPARED
from pipelines.landing.discover import moment_at_home
from pipelines.reports.held_items import held_sentence, proposed_lines, publishable_rest
from pipelines.storage.open_data_state import held_back_sentence, is_held_back

COLOURS = {"published": "green", "unchanged": "green", "beside": "green", "received": "green", "refused": "red",
           "failed": "red", "interrupted": "red", "running": "yellow"}  # fmt: skip
DAYS_SHOWN, HELD_SHOWN, LEFT_SHOWN, HANDED_IN_SHOWN = 3, 20, 20, 5
DAYS_FROM = 3  # columns of the sources before it hold names and days, which stay whole


def show_status(console: Console, status: dict[str, Any], country: Path) -> None:
    """Print the current version, sources, gate, held items, overrides and runs."""
    _version(console, status)
    if status["ledger_damaged"]:
        console.print(say("status_ledger_damaged"), style="bold red", markup=False)
    _sources(console, status["sources"])
    _left(console, status["left_in_landing"])
    _gate(console, status, country)
    _runs(console, status["runs"])
    if status["runs"]:
        _ending(console, status["ending"], status["runs"][0]["sequence"])
    for due in status["reports_due"]:
        console.print(f"[yellow]{say('status_report_due', period=due['period_code'], day=due['report_due_date'])}[/]")
    _handed_in(console, status["reports_handed_in"])
    for gap in status["calendar"]:
        code = {"missing": "status_calendar_missing", "not_verified": "status_calendar_not_verified"}[gap["lacks"]]
        console.print(f"[yellow]{say(code, year=gap['year'])}[/]", soft_wrap=True)
    for gap in status["plan_gaps"]:
        console.print(gap["why"], style="yellow", markup=False, highlight=False, soft_wrap=True)
    if status["quality_page"]:
        console.print(say("status_quality", folder=status["quality_page"]), highlight=False, soft_wrap=True)


def _version(console: Console, status: dict[str, Any]) -> None:
    if status["version"] is None:
        console.print(f"[bold red]{say('status_nothing')}[/]")
        return
    console.print(say("status_version", version=status["version"], day=status["as_of"]), highlight=False)
    if status["synthetic"]:
        console.print(f"[bold yellow]{say('summary_synthetic')}[/]")
    age, limit = status["age_working_days"], status["stale_after_working_days"]
    if not status["is_stale"] and age is not None and age > limit:
        console.print(say("status_past_on_purpose", day=status["as_of"]), highlight=False, soft_wrap=True)
    elif status["is_stale"]:
        console.print(f"[bold red]{say('status_stale', age=age, limit=limit)}[/]", highlight=False)
        console.print(f"  {say('status_next')}: {say('next_stale', age=age)}", style="bold", markup=False,
                      highlight=False, soft_wrap=True)  # fmt: skip
    else:
        console.print(say("status_fresh", age=age, limit=limit), highlight=False)
    _open_data(console, status["open_data"])
    _editions(console, status["editions"])
    if status["damaged"] is not None:
        for name in status["damaged"]:
            console.print(say("status_damaged", file=name), style="bold red", markup=False, highlight=False)
        if not status["damaged"]:
            console.print(f"[green]{say('status_sound')}[/]")


def _open_data(console: Console, open_data: dict[str, Any] | None) -> None:
    """Print the state of the version's open data; versions of earlier code have none."""
    if open_data is None:
        return
    if is_held_back(open_data):
        text = held_back_sentence(open_data)
        console.print(text, style="bold yellow", markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(say(f"status_open_data_{open_data['state']}"))


def _editions(console: Console, editions: dict[str, Any]) -> None:
    """Print the number of editions, and the damaged ones."""
    if not editions["count"]:
        return
    console.print(say("status_editions", count=editions["count"], newest=editions["newest"]), highlight=False)
    for name in editions["damaged"]:
        text = say("status_edition_damaged", edition=name, folder=editions["folder"])
        console.print(text, style="bold red", markup=False, highlight=False, soft_wrap=True)


def _sources(console: Console, sources: list[dict[str, Any]]) -> None:
    table = Table(title=say("status_sources"), title_justify="left")
    for number, header in enumerate(say("status_sources_header").split("|")):
        table.add_column(
            header, justify="left" if number in (0, 6) else "right", no_wrap=number < DAYS_FROM, overflow="fold"
        )
    for source in sources:
        missing = source["missing_days"]
        shown = ", ".join(missing[:DAYS_SHOWN]) + (f" … ({len(missing)})" if len(missing) > DAYS_SHOWN else "")
        late = f" [bold red]{say('status_late')}[/]" if source["is_late"] else ""
        table.add_row(
            source["source"], source["newest_received"] or "–", source["newest_day"] or "–",
            str(source["delivered_days"]), _number(source["usual_gap"]), _number(source["silence"]) + late, shown,
        )  # fmt: skip
    console.print(table)


def _left(console: Console, left: list[dict[str, str]]) -> None:
    """Print the files that the last run left in landing, and what to do."""
    for file in left[:LEFT_SHOWN]:
        console.print(f"  {file['why']}", markup=False, highlight=False, soft_wrap=True)
    if len(left) > LEFT_SHOWN:
        console.print(f"  … ({len(left)})")


def _gate(console: Console, status: dict[str, Any], country: Path) -> None:
    gate = status["gate"]
    if gate is None:
        return
    texts = {name: gate[name] for name in ("passed", "expected", "tables")}
    compared = gate["compared_with"] or say("status_compared_none")
    colour = "green" if gate["success"] else "bold red"
    console.print(f"[{colour}]{say('status_gate', **texts, compared=compared)}[/]", highlight=False, soft_wrap=True)
    for code in gate["uncompared"]:
        console.print(f"  {say(UNCOMPARED[code])}", markup=False, highlight=False, soft_wrap=True)
    for failed in [*gate["failed"], *gate["problems"]]:
        console.print(f"  ✗ {failed}", markup=False, highlight=False)
    until = status["runs"][0]["as_of"] if status["runs"] else None
    for item, proposed in proposed_lines(status["held"][:HELD_SHOWN], until):
        keys = ("source", "business_day", "measure", "unit_code", "indicator_code", "rule", "period_code", "scope",
                "unit_level", "register", "entry")  # fmt: skip
        subject = " ".join(str(item[key]) for key in keys if item.get(key) is not None)
        code = item["override_code"]
        line = say("status_held_by", hold=item["hold"], subject=subject, override=code) if code else say(
            "status_held", hold=item["hold"], subject=subject
        )  # fmt: skip
        console.print(f"  {line}", markup=False, highlight=False)
        if sentence := held_sentence(item, country):
            console.print(f"    {sentence}", markup=False, highlight=False, soft_wrap=True)
        if proposed:
            console.print(say("held_approve", line=proposed), markup=False, highlight=False, soft_wrap=True)
    if rest := publishable_rest({**gate, "held": status["held"]}):
        console.print(f"  {rest}", markup=False, highlight=False, soft_wrap=True)
    if len(status["held"]) > HELD_SHOWN:
        console.print("  …")
    for override in status["overrides"]:
        texts = {name: override[name] for name in ("approved_by", "approved_on", "valid_until", "reason")}
        line = say(f"status_override_{override['state']}", override=override["override_code"], **texts)
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)


def _runs(console: Console, runs: list[dict[str, Any]]) -> None:
    table = Table(title=say("status_runs"), title_justify="left")
    for header in say("status_runs_header").split("|"):
        table.add_column(header, no_wrap=True)
    for run in runs:
        outcome = f"[{COLOURS.get(run['outcome'], 'default')}]{say('status_run_' + run['outcome'])}[/]"
        table.add_row(str(run["sequence"]), moment_at_home(run["began"]), outcome, run["version"] or "–")
    console.print(table)


def _ending(console: Console, ending: dict[str, Any] | None, number: int) -> None:
    """Print why the newest run ended as it did, and what to do next, unless all is well."""
    if ending is None or ending["is_good"]:
        return
    title = f"{say('status_run', number=number)}: {say('status_run_' + ending['outcome'])}"
    console.print(title, style="bold red", highlight=False)
    if ending["why"]:
        console.print(f"  {ending['why']}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"  {say('status_next')}: {ending['next_step']}", style="bold", markup=False, highlight=False,
                  soft_wrap=True)  # fmt: skip


def _handed_in(console: Console, reports: list[dict[str, Any]]) -> None:
    """Print the reports that were handed in, the newest ones last; one whose record is damaged is named as such."""
    for report in reports[-HANDED_IN_SHOWN:]:
        if report["number"] is None:
            console.print(say("status_handed_in_damaged", period=report["period"]), style="bold red", markup=False)
        else:
            line = say("status_handed_in", **(report | {"day": report["locked_at"][:10]}))
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
