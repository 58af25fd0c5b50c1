"""What a candidate is held against beside its suites: the published version, the overrides, the limits of drift.

Belongs here: how these become tables that the checks may read, before the candidate's connection is closed to
everything else. Does not belong here: what is held (`expectations/holds.sql`). Nothing of it enters a candidate.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from pipelines.registers.holds import DriftLimits, JumpLimits, Override, RemovalLimits

_TABLES = """
create temp table hold_override (
    override_code varchar, hold varchar, source varchar, business_day date, indicator_code varchar, rule varchar,
    scope varchar, unit_level varchar, measure varchar, unit_code varchar, register varchar, entry varchar,
    value_hash varchar, effect varchar, approved_by varchar, approved_on date, valid_until date, reason varchar
);
create temp table drift_limit (value double, denominator double, least_denominator bigint);
create temp table jump_limit (
    factor double, least_step bigint, least_delivered_days bigint, unknown_step bigint, unknown_rows double
);
create temp table removal_limit (threshold double, odds double);
create temp table previous_run (as_of date);
create temp table previous_delivery (source varchar, sha256 varchar);
create temp table previous_value (
    indicator_code varchar, rule varchar, period_code varchar, scope varchar, unit_code varchar, unit_level varchar,
    numerator double, denominator double, value double, met boolean, is_closed boolean, end_date date
);
create temp table first_value (
    indicator_code varchar, rule varchar, period_code varchar, scope varchar, unit_code varchar, unit_level varchar,
    numerator double, denominator double, value double, end_date date, as_of date
);
create temp table previous_register (
    register varchar, entry varchar, field varchar, value varchar, watch varchar, row_day date, moves varchar
);
"""
_PREVIOUS = """
insert into previous_value
select indicator_code, rule, period_code, scope, unit_code, unit_level, numerator, coalesce(denominator, 0), value, met,
       indicator_values.is_closed, end_date
from previous.marts.indicator_values
join previous.marts.dim_period using (period_code)
where scope in ('level', 'province') and coalesce(denominator, numerator) is not null
"""
_PREVIOUS_REGISTERS = """
insert into previous_register
select register, entry, field, value, watch, row_day, moves from previous.marts.register_entries
"""
# Of a figure whose change was approved the newest value counts.
_FIRST = """
insert into first_value
select indicator_code, rule, period_code, scope, unit_code, unit_level, numerator, coalesce(denominator, 0), value,
       end_date, as_of
from read_parquet(?)
qualify row_number() over (
    partition by indicator_code, rule, period_code, scope, unit_code, unit_level order by number desc
) = 1
"""
HELD = """
select hold, source, cast(business_day as varchar), indicator_code, rule, period_code, scope, unit_level, measure,
       stratum, unit_code, register, entry, usual, came, value_hash, files, override_code
from held
order by all
"""
NEW_SOURCES = "select distinct source from new_delivery order by source"
# What an edit of a register changes: of each edit the figures that it may have moved, those that moved most first.
EFFECTS = """
select register, entry, indicator_code, rule, period_code, scope, unit_level, value_before, value_now, met_before,
       met_now
from held_effect
order by register, entry, place
"""
OVERRIDES = """
select override_code, hold, approved_by, cast(approved_on as varchar), cast(valid_until as varchar), reason,
       case when hold <> 'removal' and valid_until < (select max(as_of) from dim_run) then 'expired'
            when override_code in (select override_code from held where override_code is not null) then 'used'
            -- A level that begins with a delivery is kept as long as the delivery is measured.
            when effect = 'level' and hold <> 'unit'
                 and exists (select 1 from delivery_measures as m
                             where m.source = o.source and m.business_day = o.business_day
                               and m.measure = coalesce(o.measure, 'rows')) then 'used'
            when effect = 'level' and hold = 'unit'
                 and exists (select 1 from unit_measures as m
                             where m.source = o.source and m.business_day = o.business_day
                               and m.measure = o.measure and m.unit_code = o.unit_code) then 'used'
            else 'idle' end
from hold_override as o
order by override_code
"""

Statement = tuple[str, tuple[object, ...]]


@dataclass(frozen=True)
class Baseline:
    """What a candidate is compared with, and what may pass although it is held.

    `previous` is the database of the published version and `version` its name, both None if there is none: then nothing
    is compared with it. Without limits every change of a figure and every longer step of the as-of day is held, without
    overrides nothing passes. `first`: the files of the ledger of first publication.
    """

    previous: Path | None = None
    version: str | None = None
    overrides: tuple[Override, ...] = ()
    drift: DriftLimits | None = None
    jump: JumpLimits | None = None
    removal: RemovalLimits | None = None
    first: tuple[Path, ...] = ()

    @cached_property
    def uncompared(self) -> tuple[str, ...]:
        """Codes of what cannot be compared though it should be.

        `registers`: the published version holds no copy of its own, as earlier code wrote none; `first_values`: the
        ledger of first publication cannot be read.
        """
        found = []
        if self.previous is not None:
            with duckdb.connect(str(self.previous), read_only=True) as connection:
                copy = "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'register_entries'"
                found += [] if connection.execute(copy).fetchone() else ["registers"]
        if self.first:
            try:
                duckdb.execute("select count(value), max(number) from read_parquet(?)", [self._first_names])
            except duckdb.Error:
                found.append("first_values")
        return tuple(found)

    @property
    def _first_names(self) -> list[str]:
        return [str(path) for path in self.first]

    def statements(self) -> Iterator[Statement]:
        """Yield SQL, with the values to bind, that makes the tables that the gate's comparison reads.

        These are hold_override, drift_limit, jump_limit, removal_limit, previous_run, previous_delivery,
        previous_value, first_value and previous_register.
        """
        for statement in filter(str.strip, _TABLES.split(";")):
            yield statement, ()
        for override in self.overrides:
            told = override.model_dump()
            blanks = ", ".join("?" * len(told))
            statement = f"insert into hold_override ({', '.join(told)}) values ({blanks})"  # noqa: S608 - our own names
            yield statement, tuple(told.values())
        if self.drift is not None:
            limits = self.drift
            yield "insert into drift_limit values (?, ?, ?)", (
                limits.value, limits.denominator, limits.least_denominator,
            )  # fmt: skip
        if self.jump is not None:
            yield "insert into jump_limit values (?, ?, ?, ?, ?)", tuple(self.jump.model_dump().values())
        if self.removal is not None:
            yield "insert into removal_limit values (?, ?)", (self.removal.threshold, self.removal.odds)
        if self.first and "first_values" not in self.uncompared:
            yield _FIRST, (self._first_names,)
        if self.previous is not None:
            # The path is ours; attach takes no bound value, and a quote in it is doubled.
            path = str(self.previous).replace("'", "''")
            yield f"attach '{path}' as previous (read_only)", ()
            yield "insert into previous_run select as_of from previous.marts.dim_run", ()
            yield "insert into previous_delivery select source, sha256 from previous.marts.deliveries", ()
            yield _PREVIOUS, ()
            if "registers" not in self.uncompared:
                yield _PREVIOUS_REGISTERS, ()
            yield "detach previous", ()
