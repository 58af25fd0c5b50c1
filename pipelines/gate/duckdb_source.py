"""A data source for DuckDB files, which Great Expectations (GX) does not have.

Importing this module imports all of Great Expectations, which takes seconds.

Belongs here: the one connection through which checks read a candidate. GX fetches results after giving the connection
back, which empties a DuckDB cursor (GX#10738, #11579); so one connection is kept, as GX itself does for SQLite. Does
not belong here: what is checked.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import duckdb_engine
import sqlalchemy as sa
from sqlalchemy.dialects import registry

from pipelines.common.sql import quote_identifier
from pipelines.gate.baseline import Baseline
from pipelines.gate.without_spark import without_spark

with without_spark():
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine

# Checks may read the candidate and nothing else: no other file, no network, no extension that could reach either.
WITHOUT_EXTENSIONS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}

# Within `DuckDBDatasource` the name `type` is a field and no longer the builtin.
EngineClass = type[SqlAlchemyExecutionEngine]


class SingleQueryDialect(duckdb_engine.Dialect):
    """DuckDB without transactions: each query stands alone, so that one that fails spoils no other.

    GX reads the columns of a table through a second connection of SQLAlchemy, which is the same one of DuckDB: a
    transaction of the first would be one of the second too.
    """

    def do_begin(self, connection: Any) -> None:
        """Begin nothing."""

    def do_commit(self, connection: Any) -> None:
        """Commit nothing: DuckDB does after each query."""

    def do_rollback(self, connection: Any) -> None:
        """Roll back nothing: DuckDB does after a query that failed."""


DRIVER = "duckdb+single_query"
registry.register(DRIVER.replace("+", "."), __name__, SingleQueryDialect.__name__)


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """An execution engine that keeps one connection."""

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection

    def close(self) -> None:
        """Release the file, so that it can be renamed or opened with other settings.

        May be called twice: GX calls it again when it discards the engine.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self.engine.dispose()


class DuckDBDatasource(SQLDatasource):
    """One DuckDB file, opened read-only.

    Use query assets only: SQLAlchemy 2.1 cannot reflect DuckDB's tables.
    """

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
    connection_string: str = "duckdb://"
    database: str
    config: dict[str, str]

    @property
    def execution_engine_type(self) -> EngineClass:
        return DuckDBExecutionEngine

    def get_engine(self) -> sa.Engine:
        """Return the engine, built from parts instead of a URL string: a path may hold `%`, `#`, `$` and blanks."""
        if self._engine is None:
            self._engine = sa.create_engine(
                sa.URL.create(DRIVER, database=self.database),
                connect_args={"read_only": True, "config": self.config},
                poolclass=sa.StaticPool,
            )
        return self._engine

    def get_execution_engine(self) -> DuckDBExecutionEngine:
        if self._execution_engine is None:
            # GX would copy each table twice into a temporary one.
            self._execution_engine = DuckDBExecutionEngine(engine=self.get_engine(), create_temp_table=False)
        return self._execution_engine


@contextmanager
def open_candidate(
    database: Path, schema: str, macros: str, config: Mapping[str, object], baseline: Baseline
) -> Iterator[DuckDBDatasource]:
    """Open the candidate as a data source, and close it afterwards.

    Checks name the tables of `schema` without their schema; they may use the macros and the tables of the baseline.
    They cannot change settings.

    Args:
        database: The candidate file.
        schema: The schema of the published tables.
        macros: SQL that creates the macros.
        config: DuckDB settings, by name.
        baseline: What the candidate is compared with.
    """
    source = DuckDBDatasource(
        name="candidate",
        database=str(database),
        config={**{name: str(value) for name, value in config.items()}, **WITHOUT_EXTENSIONS},
    )
    engine = source.get_execution_engine()
    try:
        with engine.get_connection() as connection:
            connection.exec_driver_sql(macros)
            for statement, values in baseline.statements():
                connection.exec_driver_sql(statement, values)
            catalog: str = connection.exec_driver_sql("select current_database()").scalar_one()
            connection.exec_driver_sql(f"use {quote_identifier(catalog)}.{quote_identifier(schema)}")
            # Not in the configuration above: there it would also forbid the temp_directory named in it.
            connection.exec_driver_sql("set enable_external_access = false")
            connection.exec_driver_sql("set lock_configuration = true")
        yield source
    finally:
        engine.close()
