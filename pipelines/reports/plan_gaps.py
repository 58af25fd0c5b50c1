"""Gaps in registers and lists that affect a published version.

Belongs here: years without targets, closed units without a successor, unknown handling units, and the sentence for
each. Does not belong here: where they are shown (`summary`, `status`).
"""

from typing import Any

import duckdb

from pipelines.common.i18n import say
from pipelines.common.sql import read_sql

SHOWN_UNITS = 3


def plan_gaps(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the gaps of an open version.

    Returns:
        Per gap its kind (`gap`), its facts, and the sentence that says what to enter where (`why`).
    """
    found = [
        {"gap": "no_targets", "plan_year": year, "values": values, "goals": goals,
         "why": say("plan_without_targets", year=year, values=f"{values:,}", goals=goals)}
        for year, values, goals in connection.execute(read_sql(__package__, "sql/years_without_targets")).fetchall()
    ]  # fmt: skip
    found += without_handler(connection)
    units = connection.execute(read_sql(__package__, "sql/units_without_successor")).fetchall()
    return found + [
        {"gap": "no_successor", "unit_code": code, "next_unit": heir, "dossiers": count,
         "why": say("unit_without_successor", unit=code, name=name, next=heir, count=f"{count:,}")}
        for code, name, heir, count in units
    ]  # fmt: skip


def without_handler(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return one gap for all dossiers with an unknown handling unit; an empty list if there are none."""
    units = connection.execute(read_sql(__package__, "sql/unknown_handling_units")).fetchall()
    if not units:
        return []
    count = sum(dossiers for _, dossiers in units)
    most = ", ".join(f"{code} ({dossiers:,})" for code, dossiers in units[:SHOWN_UNITS])
    return [{"gap": "no_handling_unit", "dossiers": count, "units": dict(units),
             "why": say("handling_units_unknown", count=f"{count:,}", units=most)}]  # fmt: skip
