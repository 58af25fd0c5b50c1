"""The levels of offices in a scratch database that was written by hand, with the macros that read them."""

import duckdb

from pipelines.common.sql import read_sql
from pipelines.registers.levels import level_table
from pipelines.settings import Settings


def create_levels(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `tthc.marts.dim_level` as the register has it, and the macros of scopes."""
    levels = level_table(Settings().country_dir).to_arrow()  # noqa: F841 - DuckDB reads it by name
    connection.execute("create table tthc.marts.dim_level as from levels")
    connection.execute(read_sql("pipelines.open_data", "sql/scope_macros"))
