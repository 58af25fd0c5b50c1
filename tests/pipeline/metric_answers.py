"""What MetricFlow answers for every metric of dbt_metrics, as JSON lines on standard output.

Run as a module, for it is slow to load and leaves dbt's global state changed. Arguments: a copy of the project with its
profile, and the first and last day of each period that no grain names. A line is scope, period, unit or level (None for
the province), and the figures by metric.
"""

import datetime as dt
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest

SCOPES: dict[str, list[str]] = {"province": [], "level": ["unit__unit_level"], "unit": ["unit"]}
GRAINS = ("month", "quarter", "year")
COUNTS = ("_numerator", "_denominator")
Line = tuple[str, str, str | None, dict[str, Any]]


def ask(engine: MetricFlowEngine, metrics: list[str], group_by: list[str], *span: str) -> list[dict[str, Any]]:
    """Return the rows of one query, between two days if they are given."""
    first, last = (dt.datetime.fromisoformat(day) for day in span) if span else (None, None)
    request = MetricFlowQueryRequest.create(
        metric_names=metrics, group_by_names=group_by or None, time_constraint_start=first, time_constraint_end=last
    )
    table = engine.query(request).result_df
    assert table is not None
    return [dict(zip(table.column_names, row, strict=True)) for row in table.rows]


def period_code(grain: str, first: dt.datetime) -> str:
    quarter = f"{first.year}-Q{(first.month + 2) // 3}"
    return {"month": f"{first:%Y-%m}", "quarter": quarter, "year": str(first.year)}[grain]


def answers(engine: MetricFlowEngine, spans: dict[str, tuple[str, str]]) -> Iterator[Line]:
    """Yield the counts of every metric for every scope and period, and its value by month and unit."""
    metrics = sorted(metric.name for metric in engine.list_metrics())
    counts = [name for name in metrics if name.endswith(COUNTS)]
    shares = [name for name in metrics if not name.endswith(COUNTS)]
    asked = [*itertools.product(SCOPES, GRAINS, [counts]), ("unit", "month", shares)]
    for scope, grain, names in asked:
        time = f"metric_time__{grain}"
        for row in ask(engine, names, [time, *SCOPES[scope]]):
            period = period_code(grain, row.pop(time))
            yield scope, period, row.pop(SCOPES[scope][0]) if SCOPES[scope] else None, row
    for scope, (period, span) in itertools.product(SCOPES, spans.items()):
        for row in ask(engine, counts, SCOPES[scope], *span):
            yield scope, period, row.pop(SCOPES[scope][0]) if SCOPES[scope] else None, row


def main(project: Path, spans: dict[str, tuple[str, str]]) -> None:
    folder = str(project)
    parsed = dbtRunner().invoke(["parse", "--quiet", "--project-dir", folder, "--profiles-dir", folder])
    assert parsed.success, parsed.exception
    configuration = CLIConfiguration()
    configuration.setup(project, project, configure_file_logging=False)
    for line in answers(configuration.mf, spans):
        print(json.dumps(line, default=float))


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
