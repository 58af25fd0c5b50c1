"""Whether tables that Spark wrote hold the rows of DuckDB's, to the last digit.

Here: comparing. Not here: building either.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb


def differing_on_spark(connection: duckdb.DuckDBPyConnection, relations: Iterable[str], tables: Path) -> list[str]:
    """Return the relations (database.schema.table) of which Spark has other rows, and how many.

    Args:
        connection: A connection that sees DuckDB's tables.
        relations: The tables to compare.
        tables: The folder that Spark wrote (`transform.spark.places.tables_dir`).
    """
    found = []
    for relation in relations:
        _, schema, name = relation.split(".")
        files = tables / f"{schema}.db" / name / "*.parquet"
        columns = connection.execute(
            "select string_agg('cast(\"' || column_name || '\" as ' || data_type || ')', ', ' order by column_index)"
            " from duckdb_columns() where (database_name || '.' || schema_name || '.' || table_name) = $relation",
            {"relation": relation},
        ).fetchall()[0][0]
        ours, theirs = f"select {columns} from {relation}", f"select {columns} from read_parquet('{files}')"
        differing = connection.execute(
            f"select (select count(*) from (({ours}) except all ({theirs}))),"
            f" (select count(*) from (({theirs}) except all ({ours})))"
        ).fetchall()
        if differing != [(0, 0)]:
            found.append(f"{relation} {differing[0]}")
    return found
