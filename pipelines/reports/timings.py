"""Where the seconds of the last run went, stage by stage, as the run noted them in the ledger.

Belongs here: reading and printing them. Does not belong here: measuring (`nightly.stages`).
"""

import sqlite3
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.common.i18n import say
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import CARRYING, SECONDS, STAGES, runs


def read_timings(settings: Settings) -> dict[str, Any] | None:
    """Return the number of the last run (`run`), its outcome, and its `seconds` by stage in their usual order.

    Of a run that computed something also `carrying`, the code of the message on what it carried over.

    Returns:
        None if there is no run, it noted nothing, or the ledger cannot be read.
    """
    if not settings.ledger_file.exists():
        return None
    try:
        with open_ledger(settings.ledger_file) as ledger:
            last = runs(ledger, limit=1)
    except sqlite3.DatabaseError:
        return None
    noted = last[0].detail.get(SECONDS) if last else None
    if not noted:
        return None
    seconds = {stage: noted[stage] for stage in STAGES if stage in noted}
    carrying = {CARRYING: last[0].detail[CARRYING]} if CARRYING in last[0].detail else {}
    return {"run": last[0].sequence, "outcome": last[0].outcome, "seconds": seconds, **carrying}


def show_timings(console: Console, timings: dict[str, Any] | None) -> None:
    """Print the stages of a run, each with its seconds and its share of the whole run."""
    if timings is None:
        console.print(say("timings_none"))
        return
    whole = sum(timings["seconds"].values())
    title = say("timings_title", number=timings["run"], seconds=f"{whole:.1f}")
    table = Table(title=title, title_justify="left")
    for number, header in enumerate(say("timings_header").split("|")):
        table.add_column(header, justify="left" if number == 0 else "right")
    for stage, seconds in timings["seconds"].items():
        table.add_row(say(f"stage_{stage}"), f"{seconds:.1f}", f"{seconds / whole:.0%}" if whole else "")
    console.print(table)
    if CARRYING in timings:
        console.print(say(timings[CARRYING]))
