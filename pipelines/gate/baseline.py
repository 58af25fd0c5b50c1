"""What a candidate is held against beside its suites: the published version, the overrides, the limits of drift.

Belongs here: how these become tables that the checks may read, before the candidate's connection is closed to
everything else. Does not belong here: what is held (`expectations/holds.sql`). Nothing of it enters a candidate.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.holds import DriftLimits, JumpLimits, Override

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
create temp table previous_run (as_of date);
create temp table previous_delivery (source varchar, sha256 varchar);
create temp table previous_value (
    indicator_code varchar, rule varchar, period_code varchar, scope varchar, unit_code varchar, unit_level varchar,
    denominator double, value double, end_date date
);
"""
_PREVIOUS = """
insert into previous_value
select indicator_code, rule, period_code, scope, unit_code, unit_level, coalesce(denominator, 0), value, end_date
from previous.marts.indicator_values
join previous.marts.dim_period using (period_code)
where indicator_values.is_closed and scope in ('level', 'province') and coalesce(denominator, numerator) is not null
"""
HELD = """
select hold, source, cast(business_day as varchar), indicator_code, rule, period_code, scope, unit_level, measure,
       stratum, unit_code, register, entry, usual, came, value_hash, files, override_code
from held
order by all
"""
NEW_SOURCES = "select distinct source from new_delivery order by source"
OVERRIDES = """
select override_code, hold, approved_by, cast(approved_on as varchar), cast(valid_until as varchar), reason,
       case when valid_until < (select max(as_of) from dim_run) then 'expired'
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
    """`previous` is the database of the published version and `version` its name, both None where there is none:
    then nothing is compared. Without limits every change of a figure and every longer step of the as-of day is held,
    without overrides nothing is let by."""

    previous: Path | None = None
    version: str | None = None
    overrides: tuple[Override, ...] = ()
    drift: DriftLimits | None = None
    jump: JumpLimits | None = None

    def statements(self) -> Iterator[Statement]:
        """SQL with bound values that makes the tables hold_override, drift_limit, jump_limit, previous_run,
        previous_delivery and previous_value."""
        for statement in filter(str.strip, _TABLES.split(";")):
            yield statement, ()
        for override in self.overrides:
            told = override.model_dump()
            blanks = ", ".join("?" * len(told))
            # Names of our own fields; the values are bound.
            yield f"insert into hold_override ({', '.join(told)}) values ({blanks})", tuple(told.values())  # noqa: S608
        if self.drift is not None:
            limits = self.drift
            yield "insert into drift_limit values (?, ?, ?)", (
                limits.value, limits.denominator, limits.least_denominator,
            )  # fmt: skip
        if self.jump is not None:
            yield "insert into jump_limit values (?, ?, ?, ?, ?)", tuple(self.jump.model_dump().values())
        if self.previous is not None:
            # The path is ours; attach takes no bound value, and a quote in it is doubled.
            path = str(self.previous).replace("'", "''")
            yield f"attach '{path}' as previous (read_only)", ()
            yield "insert into previous_run select as_of from previous.marts.dim_run", ()
            yield "insert into previous_delivery select source, sha256 from previous.marts.deliveries", ()
            yield _PREVIOUS, ()
            yield "detach previous", ()
