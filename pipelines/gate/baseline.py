"""The tables that the checks compare a candidate with: the published version, overrides, limits, first values.

Belongs here: filling these tables through the candidate's connection, before that is closed to every other file. Does
not belong here: which differences are held (`expectations/holds.sql`). Nothing of it is written to a candidate.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from pipelines.common.sql import quote_text, read_sql
from pipelines.registers.holds import DriftLimits, JumpLimits, Override, RemovalLimits

# What `evaluate` reads after the view `held` was created, each row the fields of a class of `results`.
HELD = read_sql(__package__, "sql/held")
EFFECTS = read_sql(__package__, "sql/effects")
OVERRIDES = read_sql(__package__, "sql/overrides")
NEW_SOURCES = "select distinct source from new_delivery order by source"

Statement = tuple[str, tuple[object, ...]]


@dataclass(frozen=True)
class Baseline:
    """What a candidate is compared with, and the approvals of what is held.

    Attributes:
        previous: Database file of the published version; None if there is none, and then nothing is compared with it.
        version: Name of the published version; None if there is none.
        overrides: Approvals; without one, everything that is held refuses the candidate.
        drift: How far a figure of a closed period may move; None holds every change.
        jump: How far the as-of day may go in one step; None holds every longer step.
        removal: When removed dossiers were late too often.
        first: Parquet files of the ledger of first publication, the oldest first.
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
        """Codes of what should be compared but cannot be.

        `registers`: the published version has no copy of the registers, since an earlier release wrote it.
        `first_values`: the ledger of first publication cannot be read.
        """
        codes = []
        if self.previous is not None:
            with duckdb.connect(str(self.previous), read_only=True) as connection:
                copy = "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'register_entries'"
                codes += [] if connection.execute(copy).fetchone() else ["registers"]
        if self.first:
            try:
                duckdb.execute("select count(value), max(number) from read_parquet(?)", [self._first_paths])
            except duckdb.Error:
                codes.append("first_values")
        return tuple(codes)

    @property
    def _first_paths(self) -> list[str]:
        return [str(path) for path in self.first]

    def statements(self) -> Iterator[Statement]:
        """Yield SQL statements with their values to bind; they create and fill the tables of `sql/baseline_tables`."""
        yield read_sql(__package__, "sql/baseline_tables"), ()
        for override in self.overrides:
            values = override.model_dump()
            marks = ", ".join("?" * len(values))
            statement = f"insert into hold_override ({', '.join(values)}) values ({marks})"  # noqa: S608 - our own names
            yield statement, tuple(values.values())
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
            yield read_sql(__package__, "sql/first_values"), (self._first_paths,)
        if self.previous is not None:
            yield f"attach {quote_text(str(self.previous))} as previous (read_only)", ()
            yield "insert into previous_run select as_of from previous.marts.dim_run", ()
            yield "insert into previous_delivery select source, sha256 from previous.marts.deliveries", ()
            yield read_sql(__package__, "sql/previous_values"), ()
            if "registers" not in self.uncompared:
                yield read_sql(__package__, "sql/previous_registers"), ()
            yield "detach previous", ()
