"""Runs suites with Great Expectations (GX) and returns counts.

Importing this module imports all of Great Expectations, which takes seconds.

Belongs here: translating a check for GX, and its result back. A GX result can hold raw values, so exactly two things
are taken from it: success, and a count. Does not belong here: the verdict (`results`).
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    # It imports Spark where that is installed, which then speaks of pandas.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    import great_expectations as gx
import sqlalchemy as sa
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from pipelines.common.sql import quote_identifier, quote_identifiers, read_sql
from pipelines.gate.baseline import EFFECTS, HELD, NEW_SOURCES, OVERRIDES, Baseline
from pipelines.gate.duckdb_source import DuckDBDatasource, open_candidate
from pipelines.gate.results import CheckResult, Effect, Held, OverrideUse, TableResult
from pipelines.gate.suites import Expectation, Suite

_COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}
_EXCEPTION_LINE = re.compile(r"^(?:[A-Za-z_]+\.)*([A-Za-z_]*(?:Error|Exception))\b", re.MULTILINE)
ROW_COUNT = "unexpected_rows_query.row_count"
_SQL_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")


class CountedRowsExpectation(UnexpectedRowsExpectation):
    """An expectation that a query returns no row: its rows are counted, in one execution, and none is fetched.

    The library's own runs each query twice, to count its rows and to fetch them.
    """

    metric_dependencies = (ROW_COUNT,)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        count = metrics[ROW_COUNT]
        return {"success": count == 0, "result": {"observed_value": count}}


class Evaluator:
    """Evaluates all tables of a candidate over one connection; created by `open_evaluator`."""

    def __init__(self, source: DuckDBDatasource, schema: str) -> None:
        self._source = source
        self._schema = schema
        rows = source.get_execution_engine().execute_query(
            sa.text("select table_name from information_schema.tables where table_schema = :schema").bindparams(
                schema=schema
            )
        )
        self.tables = frozenset(name for (name,) in rows)
        self._batches = {table: self._batch_definition(table) for table in sorted(self.tables)}

    def create_held_view(self, holds: str) -> None:
        """Create the view `held`, which checks and `held` read.

        Args:
            holds: The SQL of `expectations/holds.sql`.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: If the candidate lacks a table that the view reads.
        """
        with self._source.get_execution_engine().get_connection() as connection:
            connection.exec_driver_sql(holds)

    def held(self) -> tuple[Held, ...]:
        """Return everything that is held, approved or not; it names registers and sources and quotes no raw value."""
        return tuple(Held(*row) for row in self._rows(HELD))

    def new_sources(self) -> tuple[str, ...]:
        """Return the sources that have a delivery which the published version does not contain."""
        return tuple(source for (source,) in self._rows(NEW_SOURCES))

    def effects(self) -> tuple[Effect, ...]:
        """Return the published figures (of the province and its levels) that each held edit of a register moved."""
        return tuple(Effect(*row) for row in self._rows(EFFECTS))

    def overrides(self) -> tuple[OverrideUse, ...]:
        """Return every override with its state."""
        return tuple(OverrideUse(*row) for row in self._rows(OVERRIDES))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        # The driver's own call: SQLAlchemy's `text` would take `:name` in a comment for a value to bind.
        with self._source.get_execution_engine().get_connection() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def evaluate(self, suite: Suite) -> TableResult:
        """Run every check of the suite; a check that raises has failed, and the others still run."""
        checks_by_id = {check.id: check for check in suite.checks}
        configured = gx.ExpectationSuite(
            name=suite.table,
            expectations=[_configuration(suite.table, check).to_domain_obj() for check in suite.checks],
        )
        validated = self._batches[suite.table].get_batch().validate(configured, result_format=_COUNTS_ONLY)
        checks = [_result(checks_by_id, answer) for answer in validated.results]
        in_suite_order = sorted(checks, key=lambda check: list(checks_by_id).index(check.id))
        return TableResult(suite.table, expected=len(suite.checks), checks=tuple(in_suite_order))

    def _batch_definition(self, table: str) -> BatchDefinition[Any]:
        query = f"select * from {quote_identifier(self._schema)}.{quote_identifier(table)}"  # noqa: S608 - quoted
        return self._source.add_query_asset(table, query=query).add_batch_definition_whole_table(table)


@contextmanager
def open_evaluator(
    database: Path, schema: str, macros: str, config: Mapping[str, object], baseline: Baseline
) -> Iterator[Evaluator]:
    """Open an evaluator on the candidate (see `open_candidate`), in a GX context in memory and without analytics."""
    project = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    with open_candidate(database, schema, macros, config, baseline) as source:
        evaluator = Evaluator(source, schema)
        # Only now, with its assets: for each that it gets later, the context would write all of its configuration.
        gx.get_context(mode="ephemeral", project_config=project).add_datasource(datasource=source)
        yield evaluator


def _configuration(table: str, check: Expectation) -> ExpectationConfiguration:
    """Return the GX form of a check; `meta` carries our id through to the result."""
    kind, kwargs, query = check.type, dict(check.kwargs), violations(table, check)
    if query is not None:
        kind, kwargs = CountedRowsExpectation.expectation_type, {"unexpected_rows_query": _counting_query(query)}
    return ExpectationConfiguration(type=kind, kwargs=kwargs, meta={"id": check.id})


def violations(table: str, check: Expectation) -> str | None:
    """Return SQL with one row per violation, None for a check that GX has SQL of its own for.

    For values that are not unique its SQL pairs each row with all of its group, which takes more than twice the time of
    counting groups; the counts are the same.
    """
    names = list(check.kwargs.get("column_list", [])) or [str(check.kwargs.get("column"))]
    # With any further argument it means something else.
    if check.sql is not None or not check.type.endswith("_to_be_unique") or len(check.kwargs) != 1:
        return check.sql
    listed = quote_identifiers(names)
    filled = " and ".join(f"{quote_identifier(name)} is not null" for name in names)
    return read_sql(__package__, "sql/not_unique", table=quote_identifier(table), columns=listed, filled=filled)


def _counting_query(sql: str) -> str:
    """Return SQL that selects one constant per violation, so that no value leaves DuckDB.

    GX would format `{…}` and SQLAlchemy bind `:name` in the text: both are escaped, except the `{batch}` that GX
    requires.
    """
    literal = _SQL_PARAMETER.sub(r"\:", sql.strip().rstrip(";")).replace("{", "{{").replace("}", "}}")
    return f"/* {{batch}} */ select 1 as violation from (\n{literal}\n) as violations"  # noqa: S608


def _result(checks: Mapping[str, Expectation], answer: Any) -> CheckResult:
    check = checks[answer.expectation_config.meta["id"]]
    raised = _exception_class(answer.exception_info or {})
    counted = answer.expectation_config.type == CountedRowsExpectation.expectation_type
    count = answer.result.get("observed_value" if counted else "unexpected_count")
    count = count if isinstance(count, int) else None
    passed = bool(answer.success) and raised is None and not count
    return CheckResult(check.id, check.vi, check.en, success=passed, unexpected_count=count, raised=raised)


def _exception_class(info: Mapping[str, Any]) -> str | None:
    """Return the class name of the first exception, or None; never its message, in which DuckDB quotes values."""
    parts = [info] if "raised_exception" in info else list(info.values())
    traces = [str(part.get("exception_traceback")) for part in parts if part.get("raised_exception")]
    if not traces:
        return None
    found = _EXCEPTION_LINE.search(traces[0])
    return found.group(1) if found else "Exception"
