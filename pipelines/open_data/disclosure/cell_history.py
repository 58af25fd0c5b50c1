"""What the warehouse remembers of what it published, for the next vintage: restricted, as it holds exact counts.

Belongs here: keeping that memory, and which protected tables stay as they are. Per table and period it holds the
figures that are out, the cases that they were counted from, and what earlier vintages showed. Without it a new vintage
could give away a single late case, so none is made.
"""

from pathlib import Path

import duckdb

from pipelines.common.files import atomic_write, private_folder
from pipelines.registers.disclosure import DisclosureRules
from pipelines.settings import Settings

Connection = duckdb.DuckDBPyConnection
KEPT = 24
# `is_out`: what the vintage shows; the others are what vintages before it showed.
CELLS = {
    "part": "varchar", "period_code": "varchar", "measure": "varchar", "scope": "varchar", "unit_code": "varchar",
    "unit_level": "varchar", "cell": "varchar", "n": "bigint", "k": "bigint", "value": "bigint", "reason": "varchar",
    "is_out": "boolean",
}  # fmt: skip
CASES = {
    "part": "varchar", "whole": "varchar", "scope": "varchar", "unit_code": "varchar", "unit_level": "varchar",
    "period_code": "varchar", "counts": "boolean", "key": "bigint",
}  # fmt: skip
# Cases that entered, left, or count elsewhere than they did: few of them leave a table of a closed period as it is.
FROZEN = """
    create or replace table frozen as
    with
        placed as (
            select *, hash(whole, scope, unit_code, unit_level, counts) as place, 1 as side from case_in
            union all
            select *, hash(whole, scope, unit_code, unit_level, counts), -1 from case_before
        ),
        other as (
            select part, period_code, key from placed group by part, period_code, key, place having sum(side) <> 0
        ),
        moved as (select part, period_code, count(distinct key) as moved from other group by all)
    select part, period_code, coalesce(moved, 0) as moved
    from (select distinct part, period_code from memory where is_out)
    join period using (period_code)
    left join moved using (part, period_code)
    where coalesce(moved, 0) < {thaw}
"""
TODAY = """
    create or replace table cell as
    select c.* exclude (k), c.n as n_out, c.k as k_out, null::bigint as old_value, null::varchar as old_reason,
        0 as moved, false as is_frozen
    from cell_now c anti join frozen using (part, period_code)
    union all by name
    select m.* exclude (n, k, value, reason, is_out), coalesce(t.n, 0) as n, false as is_void, m.n as n_out,
        m.k as k_out, m.value as old_value, m.reason as old_reason, f.moved, true as is_frozen
    from memory m
    join frozen f using (part, period_code)
    left join measured t using (measure, scope, unit_code, unit_level, period_code)
    where m.is_out
"""
# What the same cases were shown as before is known still, and what had to be hidden of them stays hidden.
KNOWN = """
    create or replace table known as
    select cell, n, k, max(shown_low(value, reason)) as low, min(shown_high(value, reason)) as high
    from memory
    group by cell, n, k;
    insert into hidden_too
    select distinct m.cell from memory m join cell c on (c.cell, c.n_out, c.k_out) = (m.cell, m.n, m.k)
    where m.reason = 's' and not c.is_frozen
    on conflict do nothing
"""
OUT = """
    create or replace table remembered as
    select c.part, c.period_code, c.measure, c.scope, c.unit_code, c.unit_level, c.cell, c.n_out as n, c.k_out as k,
        f.value, f.reason, true as is_out
    from cell c join figure f using (cell);
    insert into remembered
    select distinct m.* replace (false as is_out)
    from memory m anti join remembered r
        on (r.cell, r.n, r.k) = (m.cell, m.n, m.k) and r.value is not distinct from m.value
            and r.reason is not distinct from m.reason
"""
CASES_OUT = """
    select * from case_in anti join frozen using (part, period_code)
    union all
    select * from case_before semi join frozen using (part, period_code)
    order by part, period_code, unit_code, whole, key
"""


def _file(settings: Settings, vintage: str, kind: str) -> Path:
    return settings.open_data_backup_dir / f"{vintage}.{kind}.parquet"


def load_history(connection: Connection, settings: Settings, rules: DisclosureRules, vintage: str | None) -> bool:
    """Make table `cell`: the cells of today, but of tables that stay as they were the remembered ones.

    And `known`, what earlier vintages say. False if nothing is remembered of it.

    Args:
        vintage: The one before, None if there is none.
    """
    for name, columns in (("memory", CELLS), ("case_before", CASES)):
        typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"create or replace table {name} ({typed})")
    if vintage is not None:
        files = {"memory": _file(settings, vintage, "cells"), "case_before": _file(settings, vintage, "cases")}
        if not all(path.is_file() for path in files.values()):
            return False
        for name, path in files.items():
            connection.execute(f"insert into {name} by name select * from read_parquet(?)", [str(path)])  # noqa: S608
    connection.execute(FROZEN.format(thaw=rules.thaw))
    connection.execute(TODAY)
    connection.execute(KNOWN)
    return True


def save_history(connection: Connection, settings: Settings, vintage: str, before: str | None) -> None:
    """Keep the figures of a vintage and their cases, closed to others, and remove those of long ago.

    Those of the vintage `before` stay: it may be public still if this one never is.
    """
    folder = private_folder(settings.open_data_backup_dir)
    connection.execute(OUT)
    for kind, query in (("cells", "select * from remembered order by cell, is_out, value, reason, n, k"),
                        ("cases", CASES_OUT)):  # fmt: skip
        with atomic_write(_file(settings, vintage, kind), mode=0o600) as temporary:
            connection.sql(query).write_parquet(str(temporary), compression="zstd")
        kept = sorted(folder.glob(f"*.{kind}.parquet"), key=lambda path: path.stat().st_mtime_ns)
        for path in kept[:-KEPT]:
            if path != _file(settings, before or vintage, kind):
                path.unlink()
