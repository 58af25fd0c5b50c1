"""Great Expectations at work: suites in, counts out.

Importing this imports all of it.

Belongs here: how a check is put to Great Expectations and what is taken from its answer. Its results can hold raw
values, so exactly two things are taken: success, and a count. Does not belong here: the verdict.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import great_expectations as gx
import sqlalchemy as sa
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent.interfaces import Batch
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from pipelines.gate.baseline import EFFECTS, HELD, NEW_SOURCES, OVERRIDES, Baseline
from pipelines.gate.duckdb_source import DuckDBDatasource, open_candidate, quoted
from pipelines.gate.results import CheckResult, Effect, Held, OverrideUse, TableResult
from pipelines.gate.suites import Expectation, Suite

_COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}
_EXCEPTION_LINE = re.compile(r"^(?:[A-Za-z_]+\.)*([A-Za-z_]*(?:Error|Exception))\b", re.MULTILINE)
_SQL_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")


class Evaluator:
    """One context and one connection for all tables of a candidate; made by `opened`."""

    def __init__(self, source: DuckDBDatasource, schema: str) -> None:
        self._source = source
        self._schema = schema
        rows = source.get_execution_engine().execute_query(
            sa.text("select table_name from information_schema.tables where table_schema = :schema").bindparams(
                schema=schema
            )
        )
        self.tables = frozenset(name for (name,) in rows)

    def create_held_view(self, holds: str) -> None:
        """Make the view `held`, which checks and `held` read.

        Raise where the candidate lacks what it needs.
        """
        with self._source.get_execution_engine().get_connection() as connection:
            connection.exec_driver_sql(holds)
            connection.commit()

    def held(self) -> tuple[Held, ...]:
        """Return everything that is held back, approved or not: names of our own registers and sources, no value."""
        return tuple(Held(*row) for row in self._rows(HELD))

    def new_sources(self) -> tuple[str, ...]:
        """Return sources with a delivery that the published version has not."""
        return tuple(source for (source,) in self._rows(NEW_SOURCES))

    def effects(self) -> tuple[Effect, ...]:
        """Return what each held edit of a register moved: published figures of the province and its levels."""
        return tuple(Effect(*row) for row in self._rows(EFFECTS))

    def overrides(self) -> tuple[OverrideUse, ...]:
        """Return every override with what has become of it."""
        return tuple(OverrideUse(*row) for row in self._rows(OVERRIDES))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row or ()) for row in self._source.get_execution_engine().execute_query(sa.text(query))]

    def evaluate(self, suite: Suite) -> TableResult:
        """Run every check of the suite.

        What raises is a failed check, and does not stop the others.
        """
        asked = {check.id: check for check in suite.checks}
        configured = gx.ExpectationSuite(
            name=suite.table, expectations=[_configuration(check).to_domain_obj() for check in suite.checks]
        )
        validated = self._batch(suite.table).validate(configured, result_format=_COUNTS_ONLY)
        checks = [_result(asked, answer) for answer in validated.results]
        in_suite_order = sorted(checks, key=lambda check: list(asked).index(check.id))
        return TableResult(suite.table, expected=len(suite.checks), checks=tuple(in_suite_order))

    def _batch(self, table: str) -> Batch:
        query = f"select * from {quoted(self._schema)}.{quoted(table)}"  # noqa: S608 - quoted
        asset = self._source.add_query_asset(table, query=query)
        return asset.add_batch_definition_whole_table(table).get_batch()


@contextmanager
def open_evaluator(
    database: Path, schema: str, macros: str, config: Mapping[str, object], baseline: Baseline
) -> Iterator[Evaluator]:
    """Open an evaluator on the candidate, in a context that keeps nothing on disk and reports to nobody."""
    project = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    with open_candidate(database, schema, macros, config, baseline) as source:
        gx.get_context(mode="ephemeral", project_config=project).add_datasource(datasource=source)
        yield Evaluator(source, schema)


def _configuration(check: Expectation) -> ExpectationConfiguration:
    """Return Great Expectations' form of a check; `meta` carries our id through to the answer."""
    kwargs = check.kwargs if check.sql is None else {"unexpected_rows_query": _counting_query(check.sql)}
    return ExpectationConfiguration(type=check.type, kwargs=dict(kwargs), meta={"id": check.id})


def _counting_query(sql: str) -> str:
    """Return the violations as rows without content, so that no value leaves DuckDB.

    GX fills `{…}` and SQLAlchemy `:name` into query texts; both are kept from doing so, but for the `{batch}` that GX
    insists on.
    """
    literal = _SQL_PARAMETER.sub(r"\:", sql.strip().rstrip(";")).replace("{", "{{").replace("}", "}}")
    return f"/* {{batch}} */ select 1 as violation from (\n{literal}\n) as violations"  # noqa: S608


def _result(asked: Mapping[str, Expectation], answer: Any) -> CheckResult:
    check = asked[answer.expectation_config.meta["id"]]
    raised = _exception_class(answer.exception_info or {})
    count = answer.result.get("observed_value" if check.sql is not None else "unexpected_count")
    count = count if isinstance(count, int) else None
    passed = bool(answer.success) and raised is None and not count
    return CheckResult(check.id, check.vi, check.en, success=passed, unexpected_count=count, raised=raised)


def _exception_class(info: Mapping[str, Any]) -> str | None:
    """Return the first exception's class, or None.

    Its message is left behind: DuckDB quotes values in it.
    """
    parts = [info] if "raised_exception" in info else list(info.values())
    traces = [str(part.get("exception_traceback")) for part in parts if part.get("raised_exception")]
    if not traces:
        return None
    found = _EXCEPTION_LINE.search(traces[0])
    return found.group(1) if found else "Exception"
