"""Print lost points (`tthc explain --gain`) as tables in the terminal, as CSV or JSON.

Belongs here: layout and wording. Does not belong here: reading them (`gains`).
"""

import csv
import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from pipelines.common.i18n import language, say
from pipelines.reports.explain_view import show_cases
from pipelines.reports.gains import Gains

FIELDS = ["component", "max_points", "points", "points_lost", "cases_against", "cases_to_full", "points_per_case",
          "points_won", "can_still_rise"]  # fmt: skip


def show_gains(console: Console, found: Gains, output: str, *, everything: bool) -> None:
    """Print lost points in order of gain; of a single component its cases too.

    Args:
        console: Where tables are printed; CSV and JSON go to standard output.
        found: What is lost.
        output: `table`, `csv` or `json`.
        everything: True prints all cases, not the first 40.
    """
    if output == "csv":
        writer = csv.DictWriter(sys.stdout, FIELDS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(found.lost)
    elif output == "json":
        sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False, default=str, indent=1) + "\n")
    else:
        _show(console, found, everything=everything)


def _show(console: Console, found: Gains, *, everything: bool) -> None:
    who = found.subject.unit_code if found.subject.scope == "unit" else say("level_province")
    console.rule(say("gain_title", who=who), align="left")
    if found.total is not None:
        total = {name: f"{found.total[name]:.2f}" for name in ("known_points", "known_max")}
        console.print(say("gain_total", **total), highlight=False)
        if found.total["unit_rank"] is not None:
            rank = {name: found.total[name] for name in ("unit_rank", "units_ranked")}
            console.print(say("gain_rank", **rank), highlight=False)
    if not found.lost:
        console.print(say("gain_nothing"))
        return
    console.print(_table(found))
    console.print(say("gain_note"), style="dim")
    if found.explained is not None:
        show_cases(console, found.explained, everything=everything)


def _table(found: Gains) -> Table:
    won = say("gain_won_full") if found.cases is None else say("gain_won", cases=f"{found.cases:,}")
    table = Table()
    for number, header in enumerate([*say("gain_header").split("|"), won]):
        table.add_column(header, justify="left" if number == 1 else "right", overflow="fold")
    for row in found.lost:
        late = "" if row["can_still_rise"] else " *"
        table.add_row(
            row["component"], row[f"name_{language.get()}"] + late, f"{row['points']:.2f} / {row['max_points']:g}",
            f"{row['cases_against']:,}", f"{row['cases_to_full']:,}", f"+{row['points_won']:.2f}",
        )  # fmt: skip
    return table
