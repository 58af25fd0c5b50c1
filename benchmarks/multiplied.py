"""A version with many times the dossiers of another, for timing questions at a size that no night here has had.

Belongs here: rows of dossiers repeated under other codes; tables that do not grow with dossiers as they are. Units,
procedures and days are those of the version that is repeated, so what is counted by them has as many groups as there.
"""

from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.common.sql import quote_identifier, quote_text
from pipelines.settings import DuckDBConfig

# Codes by which a row belongs to one dossier or item: each copy has codes of its own.
CODES = ("dossier_code", "feedback_code")


def multiply(source: Path, target: Path, times: int, tell: Callable[[str], None] = lambda _: None) -> None:
    """Write the tables of schema `marts` of a published version to a new file, rows of dossiers so many times.

    Args:
        source: The version's file.
        target: The new file; must not exist.
        times: How often rows of dossiers stand in it.
        tell: Called with each table before it is written.

    Raises:
        duckdb.Error: If the file is no warehouse, or the disk is full.
    """
    config: DuckDBConfig = {"preserve_insertion_order": "false", "memory_limit": "3GiB", "threads": "2"}
    with duckdb.connect(str(target), config=config) as connection:
        connection.execute(f"attach {quote_text(str(source))} as source (read_only)")
        connection.execute("create schema marts")
        listed = (
            "select table_name, list(column_name order by column_index) from duckdb_columns()"
            " where database_name = 'source' and schema_name = 'marts' group by table_name order by table_name"
        )
        for table, columns in connection.execute(listed).fetchall():
            tell(table)
            name, codes = quote_identifier(table), [column for column in columns if column in CODES]
            selected = ", ".join(f"{code} || '-' || copy as {code}" for code in codes)
            rows = f"select * replace ({selected}) from source.marts.{name}, range({int(times)}) as copies (copy)"
            plain = f"from source.marts.{name}"
            connection.execute(
                f"create table marts.{name} as {f'select * exclude (copy) from ({rows})' if codes else plain}"
            )
        connection.execute("checkpoint")
