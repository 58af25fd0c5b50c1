"""A Great Expectations data source for DuckDB files, which it lacks.

Importing this imports all of it.

Belongs here: the one connection through which checks read a candidate. Great Expectations fetches results after giving
the connection back, which empties a DuckDB cursor (GX#10738, #11579); so one is kept, as GX itself does for SQLite.
Does not belong here: what is checked.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine

from pipelines.gate.baseline import Baseline

# Checks read the candidate and nothing else: no file, no network, no extension that could reach either.
WITHOUT_EXTENSIONS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}

# Inside the data source `type` is a field of Great Expectations' and no longer the builtin.
EngineClass = type[SqlAlchemyExecutionEngine]


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps one connection.

    A failed query is rolled back: in DuckDB it would fail every later one too.
    """

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        if self._connection is None:
            self._connection = self.engine.connect()
        try:
            yield self._connection
        except Exception:
            self._connection.rollback()
            raise

    def close(self) -> None:
        """Release the file: afterwards it can be renamed, and opened with other settings.

        GX calls this once more when it forgets the engine.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self.engine.dispose()


class DuckDBDatasource(SQLDatasource):
    """One DuckDB file, opened read-only.

    Use query assets: SQLAlchemy 2.1 cannot reflect DuckDB's tables.
    """

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
    connection_string: str = "duckdb://"
    database: str
    config: dict[str, str]

    @property
    def execution_engine_type(self) -> EngineClass:
        return DuckDBExecutionEngine

    def get_engine(self) -> sa.Engine:
        """Return the engine, built from parts and not from a URL text: a path may hold `%`, `#`, `$` and blanks."""
        if self._engine is None:
            self._engine = sa.create_engine(
                sa.URL.create("duckdb", database=self.database),
                connect_args={"read_only": True, "config": self.config},
                poolclass=sa.StaticPool,
            )
        return self._engine

    def get_execution_engine(self) -> DuckDBExecutionEngine:
        if self._execution_engine is None:
            self._execution_engine = DuckDBExecutionEngine(engine=self.get_engine())
        return self._execution_engine


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def open_candidate(
    database: Path, schema: str, macros: str, config: Mapping[str, object], baseline: Baseline
) -> Iterator[DuckDBDatasource]:
    """Open the candidate as a data source whose tables of `schema` go by their bare names.

    SQL may use the macros and the baseline's tables; settings cannot be changed from within. The source is closed and
    disposed of afterwards.
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
                connection.commit()  # nothing can be detached within the transaction that read it
            catalog: str = connection.exec_driver_sql("select current_database()").scalar_one()
            connection.exec_driver_sql(f"use {quoted(catalog)}.{quoted(schema)}")
            # Not in the configuration: there it would forbid a temp_directory that is named in it, too.
            connection.exec_driver_sql("set enable_external_access = false")
            connection.exec_driver_sql("set lock_configuration = true")
            connection.commit()
        yield source
    finally:
        engine.close()
