"""Print an explanation (`tthc explain`) as tables in the terminal, as CSV of the codes, or as JSON.

Belongs here: layout and wording. Does not belong here: looking the explanation up (`explain`).
"""

import csv
import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from pipelines.common.i18n import catalogue, language, say
from pipelines.reports.explain import Explanation, Row

SHOWN = 40


def show_explanation(console: Console, found: Explanation, output: str, *, everything: bool) -> None:
    """Print an explanation.

    Args:
        console: Where tables are printed; CSV and JSON go to standard output.
        found: The explanation.
        output: `table`, `csv` or `json`.
        everything: True prints all codes and files, not the first 40 codes and one file per source.
    """
    if output == "csv":
        writer = csv.DictWriter(sys.stdout, ["case_code", "unit_code", "event_date", "reason"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(found.against)
        return
    if output == "json":
        sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False, default=str, indent=1) + "\n")
        return
    _definition(console, found)
    _figure(console, found)
    _deliveries(console, found, everything=everything)
    show_cases(console, found, everything=everything)


def _local(row: Row, name: str) -> str:
    return str(row[f"{name}_{language.get()}"])


def _line(console: Console, code: str, text: object) -> None:
    console.print(f"[bold]{say(code)}[/] ", end="")
    console.print(str(text), markup=False, highlight=False, soft_wrap=True)


def _definition(console: Console, found: Explanation) -> None:
    definition = found.definition
    console.rule(f"{definition['indicator_code']} · {definition['rule']}", align="left")
    _line(console, "explain_name", _local(definition, "name"))
    _line(console, "explain_numerator", _local(definition, "numerator"))
    _line(console, "explain_denominator", _local(definition, "denominator"))
    _line(console, "explain_rule", say(f"rule_{definition['rule']}"))
    _line(console, "explain_basis", definition["legal_basis"])
    _line(console, "explain_lead", definition["lead_unit"] or "–")


def _figure(console: Console, found: Explanation) -> None:
    period, subject, figure = found.period, found.subject, found.figure
    who = subject.unit_code if subject.scope == "unit" else say(f"level_{_level(found)}")
    state = say("explain_closed" if period["is_closed"] else "explain_running")
    _line(console, "explain_subject", who)
    days = f"{period['start_date']} – {period['cut_date']}"
    _line(console, "explain_period", f"{period['period_code']}: {days} ({state})")
    if figure is None:
        _line(console, "explain_value", say("explain_nothing"))
    elif figure["missing_source"]:
        _line(console, "explain_value", say("explain_missing", sources=figure["missing_source"]))
    else:
        _line(console, "explain_value", _value(found.definition, figure))
        if figure["unknown_count"]:
            _line(console, "explain_unknown", f"{figure['unknown_count']:,}")


def _level(found: Explanation) -> str:
    return "province" if found.subject.scope == "province" else found.subject.unit_level


def _value(definition: Row, figure: Row) -> str:
    if definition["value_unit"] == "count":
        return f"{figure['numerator']:,}"
    parts = f"{figure['numerator']:,} / {figure['denominator']:,}"
    if figure["value"] is None:
        return f"{parts} = –"
    goal = "" if figure["target"] is None else f" ({say('explain_target')} {figure['target']:.0%})"
    return f"{parts} = {figure['value']:.2%}{goal}"


def _deliveries(console: Console, found: Explanation, *, everything: bool) -> None:
    """Print one line per source with its newest file, or one line per file if `everything` is set."""
    if not found.deliveries:
        return
    table = Table(title=say("explain_deliveries"), title_justify="left")
    for header in say("explain_deliveries_header").split("|"):
        table.add_column(header, overflow="fold")
    by_source = {
        row["source"]: [file for file in found.deliveries if file["source"] == row["source"]]
        for row in found.deliveries
    }
    groups = [[row] for row in found.deliveries] if everything else by_source.values()
    for rows in groups:
        first, newest = rows[0], rows[-1]
        days = " – ".join(dict.fromkeys(str(row["business_day"]) for row in (first, newest)))
        used = sum(row["rows_used"] or 0 for row in rows)
        table.add_row(
            first["source"], str(len(rows)), days, f"{used:,}", f"{newest['file_name']} ({newest['sha256'][:12]})"
        )
    console.print(table)


def show_cases(console: Console, found: Explanation, *, everything: bool) -> None:
    """Print the cases that lower a figure, with the reason of each."""
    if not found.against:
        console.print(say("explain_none_against"))
        return
    title = say("explain_against", count=f"{len(found.against):,}")
    table = Table(title=title, title_justify="left", caption=say("explain_internal"), caption_justify="left")
    for header in say("explain_against_header").split("|"):
        table.add_column(header, overflow="fold")
    rows = found.against if everything else found.against[:SHOWN]
    for row in rows:
        table.add_row(row["case_code"] or "–", row["unit_code"], str(row["event_date"] or "–"), _reason(row))
    console.print(table)
    if len(rows) < len(found.against):
        console.print(say("explain_more", count=f"{len(found.against) - len(rows):,}"))


def _reason(row: Row) -> str:
    """Return the reason in words; a rating is printed as it is, a reported figure with its parts."""
    reason = row["reason"] or "–"
    if reason == "reported":
        return f"{row['numerator']:,} / {row['denominator']:,}"
    code = f"reason_{reason}"
    return say(code) if code in catalogue() else reason
