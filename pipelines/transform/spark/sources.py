"""Lays out for Spark what the workspace holds for DuckDB: lake, ledger and registers.

Files of the lake that a view passes on as they are stay where they lie; what DuckDB's views correct or complete, and
the small tables of ledger and registers, are written as Parquet. Does not belong here: reading them (`session`).
"""

import json
from collections.abc import Mapping, Sequence

import duckdb

from pipelines.common.files import remove_tree
from pipelines.common.sql import quote_identifier, quote_text
from pipelines.settings import Settings
from pipelines.transform.spark.places import sources_file, spark_dir

SCHEMAS = ("lake", "ledger", "registers")  # those that dbt's sources name


def lay_out_sources(
    connection: duckdb.DuckDBPyConnection, settings: Settings, unchanged: Mapping[str, Sequence[str]]
) -> None:
    """Write what Spark reads, anew in each run, and the list of it (`sources_file`).

    Args:
        connection: The workspace, complete.
        settings: The installation.
        unchanged: Files of the lake by schema and name of the view, for views that pass on all columns of all rows.
    """
    folder = spark_dir(settings)
    remove_tree(folder)
    sources: dict[str, list[str]] = {}
    for schema, table in _relations(connection):
        files = list(unchanged.get(f"{schema}.{table}", ()))
        if not files:
            path = folder / "sources" / schema / table / "rows.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            place = f"{quote_identifier(schema)}.{quote_identifier(table)}"
            connection.execute(f"copy {place} to {quote_text(str(path))} (format parquet)")
            files = [str(path)]
        sources[f"{schema}.{table}"] = files
    sources_file(settings).write_text(json.dumps(sources), encoding="utf-8")


def _relations(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema in (select unnest($schemas)) order by all",
        {"schemas": list(SCHEMAS)},
    ).fetchall()
