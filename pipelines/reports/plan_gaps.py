"""What registers and lists do not say yet and a published version needs.

A plan for its year, who follows a unit that ended, which unit a dossier's handling unit is.

Belongs here: finding such gaps in a version, and the sentence for each. Where they are shown is the run summary's and
`tthc status`'s.
"""

from typing import Any

import duckdb

from pipelines.common.i18n import say

# Years after the first plan that have values and not one target under rule `plan`.
WITHOUT_TARGETS = """
    with years as (
        select year(p.end_date) as plan_year, count(v.value) as value_count, count(v.target) as target_count
        from marts.indicator_values v join marts.dim_period p using (period_code)
        where v.rule = 'plan'
        group by plan_year
    )
    select plan_year, value_count, (select count(*) from marts.plan_scorecard g where g.plan_year = y.plan_year)
    from years y
    where value_count > 0 and target_count = 0
      and plan_year > (select min(plan_year) from marts.plan_scorecard)
    order by plan_year
"""
# Dossiers that a unit which ended left open and that went to the unit above, as the register names no successor.
WITHOUT_SUCCESSOR = """
    with passed as (
        select unit_code, cut_to,
               lead(unit_code) over (partition by dossier_code order by cut_from) as next_unit
        from marts.fct_handovers
    )
    select p.unit_code, u.unit_name, p.next_unit, count(*)
    from passed p
    join marts.dim_unit u on p.unit_code = u.unit_code
    cross join marts.dim_run r
    where p.cut_to <= r.as_of and p.next_unit in (u.parent_unit_code, r.province_code)
      and not coalesce(list_contains(string_split(u.replaced_by, ';'), p.next_unit), false)
    group by all
    order by p.unit_code
"""
# Dossiers that name a handling unit which the list of units does not have, by the unit that they count for instead.
WITHOUT_HANDLER = """
    select receiving_unit_code, count(*) as dossiers
    from marts.fct_timeliness where handling_unit_unknown
    group by receiving_unit_code
    order by dossiers desc, receiving_unit_code
"""
SHOWN_UNITS = 3


def plan_gaps(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the gaps of an open version, each with the sentence that says what to enter where."""
    found = [
        {"gap": "no_targets", "plan_year": year, "values": values, "goals": goals,
         "why": say("plan_without_targets", year=year, values=f"{values:,}", goals=goals)}
        for year, values, goals in connection.execute(WITHOUT_TARGETS).fetchall()
    ]  # fmt: skip
    found += without_handler(connection)
    return found + [
        {"gap": "no_successor", "unit_code": code, "next_unit": heir, "dossiers": count,
         "why": say("unit_without_successor", unit=code, name=name, next=heir, count=f"{count:,}")}
        for code, name, heir, count in connection.execute(WITHOUT_SUCCESSOR).fetchall()
    ]  # fmt: skip


def without_handler(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return one gap over all units whose dossiers name an unknown handling unit; none if there is none."""
    units = connection.execute(WITHOUT_HANDLER).fetchall()
    if not units:
        return []
    count = sum(dossiers for _, dossiers in units)
    most = ", ".join(f"{code} ({dossiers:,})" for code, dossiers in units[:SHOWN_UNITS])
    return [{"gap": "no_handling_unit", "dossiers": count, "units": dict(units),
             "why": say("handling_units_unknown", count=f"{count:,}", units=most)}]  # fmt: skip
