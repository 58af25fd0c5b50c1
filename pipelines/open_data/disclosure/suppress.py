"""Suppression and rounding of protected counts (rule SDC-1).

Belongs here: the rule as SQL, and the bounds that follow from the rule alone. Figures of frozen tables (`cell_history`)
are taken as published. Exact counts and keys stay in the scratch database. Does not belong here: inferences from
several figures (`run_attacks`).
"""

import duckdb

from pipelines.common.sql import read_sql
from pipelines.open_data.disclosure.attack import NO_LIMIT
from pipelines.registers.disclosure import KEYS, DisclosureRules

Connection = duckdb.DuckDBPyConnection

PARTS = "create or replace table protected_parts (code text, rule text, numerator text, denominator text)"


def create_rule_tables(connection: Connection, rules: DisclosureRules) -> None:
    """Create tables `within`, `protected_parts` and `measure_of` of the rules, and the macros of `bound_macros`.

    `within` maps a measure to the one within it, `protected_parts` an indicator to its measures, `measure_of` each part
    (indicator or table) to its scopes and measures.
    """
    parts = [
        [indicator.code, indicator.rule, indicator.numerator, indicator.denominator]
        for indicator in rules.protected.indicators
    ]
    connection.execute(PARTS)
    connection.executemany("insert into protected_parts values (?, ?, ?, ?)", parts)
    connection.execute("create or replace table within (whole varchar, inside varchar)")
    connection.executemany("insert into within values (?, ?)", [[*pair] for pair in rules.within.items()])
    rows = [
        [indicator.code, "unit", m]
        for indicator in rules.protected.indicators
        for m in (indicator.denominator, indicator.numerator)
    ]
    rows += [["linh-vuc", "field", m] for m in ("received", "received_online", "resolved", "resolved_in_time")]
    rows += [["thu-tuc", "procedure", "received"]]
    rows += [["phan-anh", "channel", m] for m in ("feedback_sent", "feedback_due", "feedback_in_time")]
    connection.execute("create or replace table measure_of (part varchar, scope varchar, measure varchar)")
    connection.executemany("insert into measure_of values (?, ?, ?)", rows)
    connection.execute(bound_macros(rules))


def bound_macros(rules: DisclosureRules) -> str:
    """Return SQL macros `shown_low` and `shown_high`: the least and greatest count behind a shown or hidden figure."""
    limits = {"threshold": rules.threshold, "base": rules.base, "no_limit": int(NO_LIMIT)}
    return read_sql(__package__, "sql/bound_macros", **limits)


def create_cell_tables(connection: Connection, rules: DisclosureRules, channels: list[str]) -> None:
    """Create tables `measured` (all protected counts of today), `cell_now` (those that are published) and `hidden_too`.

    The columns of `cell_now` are part, measure, scope, unit_code, unit_level, period_code, cell (its name), n (count),
    k (sum of case keys), is_void.

    Args:
        connection: The scratch database with `case_in`, `subject`, `period`, `procedure` and `field_level`.
        rules: The disclosure rules.
        channels: Codes of the channels of feedback.
    """
    create_rule_tables(connection, rules)
    connection.execute(read_sql(__package__, "sql/measured"))
    connection.execute(read_sql(__package__, "sql/cell_now"), {"channels": channels})
    connection.execute("create or replace table hidden_too (cell varchar primary key)")


def rounded_sql(rules: DisclosureRules, count: str = "n", key: str = "k") -> str:
    """Return SQL that rounds a count by its key: up for as many of the 256 keys as the rules say, else down."""
    ups = " ".join(f"when {r} then {rules.up_keys(r)}" for r in range(1, rules.base))
    up = f"{key} % {KEYS} < case {count} % {rules.base} {ups} else 0 end"
    return f"({count} - {count} % {rules.base} + if({up}, {rules.base}, 0))"


def create_figure_table(connection: Connection, rules: DisclosureRules) -> None:
    """Create table `figure` from `cell`, `hidden_too` and `known`.

    Per cell: the shown value (null if hidden, with the reason), its bounds (low, high), and the bounds that would
    remain if it were hidden for the sake of others (free_low, free_high).
    """
    rounded = rounded_sql(rules, "c.n", "c.k_out")
    limits = {"threshold": rules.threshold, "no_limit": int(NO_LIMIT)}
    connection.execute(read_sql(__package__, "sql/figure", rounded=rounded), limits)


def suppress_secondary(connection: Connection, rules: DisclosureRules, cells: list[str]) -> None:
    """Hide further cells, or no longer flag hidden ones as small, so that other cells cannot be inferred."""
    connection.execute("insert into hidden_too select distinct unnest(?) on conflict do nothing", [cells])
    create_figure_table(connection, rules)
