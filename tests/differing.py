"""Which tables of two warehouses differ."""

from pathlib import Path

import duckdb


def differing_tables(one: Path, other: Path) -> list[str]:
    """Return the tables of the current versions of two warehouses that do not hold the same rows."""
    with duckdb.connect() as connection:
        for name, warehouse in (("one", one), ("other", other)):
            path = warehouse / "current" / "tthc.duckdb"
            connection.execute(f"attach '{path}' as {name} (read_only)")
        query = "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'other'"
        tables = [table for (table,) in connection.execute(query).fetchall()]
        assert len(tables) == 58
        return [
            table
            for table in tables
            if connection.execute(
                f"select * from ((from other.{table} except all from one.{table})"
                f" union all (from one.{table} except all from other.{table}))"
            ).fetchall()
        ]
