"""From protected cases to figures that may be shown: hidden, or rounded by their key.

Belongs here: rule SDC-1 itself, as SQL, and what anybody knows of a figure from the rule alone. A figure of a table
that stays as it was published (`cell_history`) is taken as it was. Exact counts and keys stay in the scratch database.
"""

import duckdb

from pipelines.open_data.disclosure.attack import NO_LIMIT
from pipelines.registers.disclosure import KEYS, DisclosureRules

Connection = duckdb.DuckDBPyConnection

MEASURED = """
    create or replace table measured as
    with
        by_place as (
            select whole, scope, unit_code, unit_level, period_code, count(*) as n, sum(key) as k,
                count(*) filter (counts) as inner_n, coalesce(sum(key) filter (counts), 0) as inner_k
            from case_in
            group by all
        ),
        counted as (
            select * from by_place
            union all
            select whole, 'level', (select province_code from tthc.marts.dim_run), unit_level, period_code,
                sum(n), sum(k), sum(inner_n), sum(inner_k)
            from by_place where scope = 'unit'
            group by whole, unit_level, period_code
        )
    select whole as measure, scope, unit_code, unit_level, period_code, n::bigint as n, k::bigint as k from counted
    union all
    select inside, scope, unit_code, unit_level, period_code, inner_n::bigint, inner_k::bigint
    from counted join within using (whole)
"""
# Every cell that is published, those that hold nothing with 0; void: a procedure that was not offered, and not used.
CELLS = """
    create or replace table cell_now as
    with
        wanted as (
            select m.part, m.measure, s.scope, s.unit_code, s.unit_level, s.period_code
            from measure_of m join subject s on s.scope in ('unit', 'level') where m.scope = 'unit'
            union all
            select m.part, m.measure, m.scope, f.field, f.unit_level, p.period_code
            from measure_of m, field_level f, period p where m.scope = 'field' and p.period_type = 'month'
            union all
            select m.part, m.measure, m.scope, f.procedure_code, 'tinh', p.period_code
            from measure_of m, procedure f, period p where m.scope = 'procedure' and p.period_type = 'year'
            union all
            select m.part, m.measure, m.scope, c.channel, 'tinh', p.period_code
            from measure_of m, (select unnest($channels) as channel) c, period p
            where m.scope = 'channel' and p.period_type = 'quarter'
        )
    select w.*, concat_ws('|', measure, scope, unit_code, unit_level, p.start_date::date, p.end_date::date) as cell,
        coalesce(n, 0) as n, coalesce(k, 0) as k,
        scope = 'procedure' and coalesce(n, 0) = 0 and not (
            coalesce(f.effective_from <= p.end_date, true) and coalesce(f.effective_to >= p.start_date, true)
        ) as is_void
    from wanted w
    join period p using (period_code)
    left join measured using (measure, scope, unit_code, unit_level, period_code)
    left join procedure f on w.scope = 'procedure' and w.unit_code = f.procedure_code
"""
# Bounds: what is known of the count of today. Of a table that stays, up to `moved` cases may have come or gone since.
FIGURES = """
    create or replace table figure as
    with
        decided as (
            select
                c.cell, c.n, c.n_out, c.k_out, c.is_frozen, c.moved, h.cell is not null as is_hidden_too,
                case when c.is_frozen then c.old_value
                    when not c.is_void and h.cell is null and c.n >= {threshold} then {rounded} end as value,
                case when c.is_frozen then c.old_reason when c.is_void then 'z' when h.cell is not null then 's'
                    when c.n < {threshold} then 'c' end as reason
            from cell c left join hidden_too h using (cell)
            qualify row_number() over (partition by c.cell order by c.is_frozen desc, c.period_code) = 1
        ),
        bounded as (
            select d.*, shown_low(d.value, d.reason) as own_low, shown_high(d.value, d.reason) as own_high,
                coalesce(k.low, 0) as known_low, coalesce(k.high, {no_limit}) as known_high
            from decided d
            left join known k on (k.cell, k.n, k.k) = (d.cell, d.n_out, d.k_out) and not d.is_frozen
        )
    select
        cell, n, n_out, k_out, is_frozen, is_hidden_too, value, reason, value is null and reason <> 'z' as is_hidden,
        greatest(own_low - moved, known_low, 0) as low,
        least(own_high + moved, known_high) as high,
        if(is_frozen or reason is not distinct from 'z', low, known_low) as free_low,
        if(is_frozen or reason is not distinct from 'z', high, known_high) as free_high,
        (low, high) <> (free_low, free_high) as can_be_hidden
    from bounded
"""
PARTS = "create or replace table protected_parts (code text, rule text, numerator text, denominator text)"
MACROS = """
    create or replace macro shown_low(value, reason) as
        case when value is not null then greatest({threshold}, value - {base} + 1) else 0 end;
    create or replace macro shown_high(value, reason) as case
        when value is not null then value + {base} - 1
        when reason = 'c' then {threshold} - 1
        when reason = 'z' then 0
        else {no_limit} end;
"""


def create_rule_tables(connection: Connection, rules: DisclosureRules) -> None:
    """Make the rules' tables `within`, `protected_parts` and `measure_of`, and two macros.

    `measure_of` says what is counted for each part. The macros `shown_low` and `shown_high` give the least and the
    greatest count that a shown or hidden figure can stand for.
    """
    parts = [[one.code, one.rule, one.numerator, one.denominator] for one in rules.protected.indicators]
    connection.execute(PARTS)
    connection.executemany("insert into protected_parts values (?, ?, ?, ?)", parts)
    connection.execute("create or replace table within (whole varchar, inside varchar)")
    connection.executemany("insert into within values (?, ?)", [[*pair] for pair in rules.within.items()])
    rows = [[one.code, "unit", m] for one in rules.protected.indicators for m in (one.denominator, one.numerator)]
    rows += [["linh-vuc", "field", m] for m in ("received", "received_online", "resolved", "resolved_in_time")]
    rows += [["thu-tuc", "procedure", "received"]]
    rows += [["phan-anh", "channel", m] for m in ("feedback_sent", "feedback_due", "feedback_in_time")]
    connection.execute("create or replace table measure_of (part varchar, scope varchar, measure varchar)")
    connection.executemany("insert into measure_of values (?, ?, ?)", rows)
    connection.execute(bound_macros(rules))


def bound_macros(rules: DisclosureRules) -> str:
    """Return SQL macros `shown_low` and `shown_high`."""
    return MACROS.format(threshold=rules.threshold, base=rules.base, no_limit=int(NO_LIMIT))


def create_cell_tables(connection: Connection, rules: DisclosureRules, channels: list[str]) -> None:
    """Make tables `measured`, every protected count of today, and `cell_now`, those that are published.

    The columns of `cell_now` are part, measure, scope, unit_code, unit_level, period_code, cell, n, k, is_void.
    """
    create_rule_tables(connection, rules)
    connection.execute(MEASURED)
    connection.execute(CELLS, {"channels": channels})
    connection.execute("create or replace table hidden_too (cell varchar primary key)")


def rounded_sql(rules: DisclosureRules, count: str = "n", key: str = "k") -> str:
    """Return SQL that rounds a count by its key, up for as many of the 256 keys as the rules say."""
    ups = " ".join(f"when {r} then {rules.up_keys(r)}" for r in range(1, rules.base))
    up = f"{key} % {KEYS} < case {count} % {rules.base} {ups} else 0 end"
    return f"({count} - {count} % {rules.base} + if({up}, {rules.base}, 0))"


def create_figure_table(connection: Connection, rules: DisclosureRules) -> None:
    """Make table `figure`.

    Per cell what is shown of it (null if it is hidden, with the reason), what is known of it (low, high) and what would
    be known of it were it hidden for the sake of others (free_low, free_high).
    """
    rounded = rounded_sql(rules, "c.n", "c.k_out")
    connection.execute(FIGURES.format(threshold=rules.threshold, rounded=rounded, no_limit=int(NO_LIMIT)))


def suppress_secondary(connection: Connection, rules: DisclosureRules, cells: list[str]) -> None:
    """Hide further cells, or say no longer that a hidden one is small, so that others cannot be worked out."""
    connection.execute("insert into hidden_too select distinct unnest(?) on conflict do nothing", [cells])
    create_figure_table(connection, rules)
