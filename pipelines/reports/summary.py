"""Summary printed at the end of a run: deliveries, rejections, checks, and the main figures.

Belongs here: reading a finished version (never the run's memory, so that it shows what readers see) and printing it,
and printing why the gate refused a candidate.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.common.i18n import language, say
from pipelines.common.sql import read_sql
from pipelines.gate.results import UNCOMPARED
from pipelines.publish.read_only import open_read_only
from pipelines.reports.held_items import approvals_needed, held_sentence, proposed_lines, publishable_rest
from pipelines.reports.levels import level_codes
from pipelines.reports.plan_gaps import plan_gaps
from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.manifest import read_manifest
from pipelines.storage.run_spec import RunSpec

REASONS = """
    select source, reason, sum(row_count) from marts.quarantine_summary group by all order by 3 desc, 1, 2 limit 5
"""
TASKS = "select count(*), count(*) filter (where is_overdue) from marts.plan_tasks"


def show_version(console: Console, folder: Path) -> None:
    """Print deliveries, rejections, figures and gaps of a version, given by its folder."""
    with open_read_only(folder / DATABASE_FILE, {}) as connection:
        _rows(console, connection.execute(read_sql(__package__, "sql/rows_by_source")).fetchall())
        for source, reason, count in connection.execute(REASONS).fetchall():
            console.print(say("summary_reason", source=source, reason=reason, count=f"{count:,}"), highlight=False)
        figures = connection.execute(read_sql(__package__, "sql/newest_figures")).fetchall()
        _figures(console, figures, level_codes(connection))
        goals = connection.execute(read_sql(__package__, "sql/scorecard")).fetchall()[0]
        _plan(console, goals, connection.execute(TASKS).fetchall()[0])
        for gap in plan_gaps(connection):
            console.print(gap["why"], style="yellow", markup=False, highlight=False, soft_wrap=True)


def show_manifest(console: Console, folder: Path) -> None:
    """Print how many checks passed, and whether the data are synthetic."""
    manifest = read_manifest(folder)
    checks = sum(table["expected"] for table in manifest["gate"]["tables"])
    console.print(say("summary_gate", checks=checks, tables=len(manifest["gate"]["tables"])), highlight=False)
    if manifest["synthetic"]:
        console.print(f"[bold yellow]{say('summary_synthetic')}[/]")


def _rows(console: Console, rows: list[tuple[Any, ...]]) -> None:
    table = Table(title=say("summary_rows_title"), title_justify="left")
    for number, header in enumerate(say("summary_rows_header").split("|")):
        table.add_column(header, justify="left" if number == 0 else "right")
    for source, *counts in rows:
        table.add_row(source, *(f"{count or 0:,}" for count in counts))
    console.print(table)


def _figures(console: Console, rows: list[tuple[Any, ...]], levels: Sequence[str]) -> None:
    """Print one line per indicator and one column per scope: the value, and the target that it meets or misses."""
    if not rows:
        return
    cells: dict[str, dict[str, str]] = {}
    for name_vi, name_en, _, scope, level, value, target, met in rows:
        mark = {None: "", True: " [green]✓[/]", False: " [red]✗[/]"}[met]
        goal = "" if target is None else f"\n[dim]≥ {target:.0%}[/]"
        column = "province" if scope == "province" else level
        name = name_vi if language.get() == "vi" else name_en
        cells.setdefault(name, {})[column] = ("–" if value is None else f"{value:.2%}") + mark + goal
    columns = [c for c in ("province", *levels) if any(c in row for row in cells.values())]
    table = Table(title=say("summary_figures_title", period=rows[0][2]), title_justify="left", show_lines=True)
    table.add_column(say("summary_indicator"))
    for column in columns:
        table.add_column(say(f"level_{column}"), justify="right")
    for name, row in cells.items():
        table.add_row(name, *(row.get(column, "") for column in columns))
    console.print(table)


def _plan(console: Console, goals: tuple[int, ...], tasks: tuple[int, ...]) -> None:
    """Print the standing of the plan's goals and tasks, in two lines."""
    names = ("goals", "met", "not_met", "tracked", "no_data")
    console.print(say("summary_goals", **dict(zip(names, goals, strict=True))), highlight=False)
    console.print(say("summary_tasks", tasks=tasks[0], overdue=tasks[1]), highlight=False)


def show_refusal(console: Console, settings: Settings) -> None:
    """Print which checks refused the candidate, and where it is kept."""
    verdict = json.loads(settings.verdict_file.read_text(encoding="utf-8"))
    run_spec = RunSpec.load(settings)
    for table in verdict["tables"]:
        _failed_checks(console, table, verdict.get("origins", {}))
    for item, proposed in proposed_lines(approvals_needed(verdict), run_spec.as_of):
        if item["hold"] == "register":
            _edited_register(console, item, verdict["effects"])
        elif sentence := held_sentence(item, settings.country_dir):
            console.print(f"  {sentence}", highlight=False, markup=False, soft_wrap=True)
        if proposed:
            console.print(say("held_approve", line=proposed), highlight=False, markup=False, soft_wrap=True)
    if rest := publishable_rest(verdict):
        console.print(rest, highlight=False, markup=False, soft_wrap=True)
    for code in verdict.get("uncompared", []):
        console.print(say(UNCOMPARED[code]), highlight=False, markup=False, soft_wrap=True)
    for problem in verdict["problems"]:
        console.print(say("refused_check", table="-", id="-", title=problem), highlight=False)
    console.print(say("refused_where", folder=settings.refused_dir / run_spec.version), highlight=False, soft_wrap=True)


def _failed_checks(console: Console, table: Mapping[str, Any], origins: Mapping[str, list[str]]) -> None:
    """Print the failed checks of a table, each with the delivered rows that caused it."""
    for check in table["checks"]:
        if not check["success"]:
            title = check[f"title_{language.get()}"]
            console.print(say("refused_check", table=table["table"], id=check["id"], title=title), highlight=False)
            for place in origins.get(f"{table['table']}.{check['id']}", []):
                console.print(say("refused_origin", place=place), highlight=False, markup=False, soft_wrap=True)
    for problem in table["problems"]:
        console.print(say("refused_check", table=table["table"], id="-", title=problem), highlight=False)


def _edited_register(console: Console, item: Mapping[str, Any], effects: list[Mapping[str, Any]]) -> None:
    """Print one held edit of a register: old and new value, and the figures that it moved most."""
    texts = {name: item[name] or "–" for name in ("register", "entry", "usual", "came", "value_hash")}
    console.print(say("refused_register", **texts), highlight=False, markup=False, soft_wrap=True)
    for effect in effects:
        if (effect["register"], effect["entry"]) == (item["register"], item["entry"]):
            text = say(
                "refused_effect", indicator=effect["indicator_code"], rule=effect["rule"], period=effect["period_code"],
                scope=effect["unit_level"] or effect["scope"], before=_figure(effect, "before"),
                now=_figure(effect, "now"),
            )  # fmt: skip
            console.print(text, highlight=False, markup=False, soft_wrap=True)


def _figure(effect: Mapping[str, Any], when: str) -> str:
    """Return a figure before or now, with a mark if it has a target."""
    value, met = effect[f"value_{when}"], effect[f"met_{when}"]
    mark = "" if met is None else " ✓" if met else " ✗"
    return "–" if value is None else f"{value:.4g}{mark}"
