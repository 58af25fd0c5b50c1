"""Points of Decision 766 that are lost, in order of gain, and what further cases would win (`tthc explain --gain`).

Belongs here: reading them from a published version, and the cases of one component. Does not belong here: counting
(`decision_766_gains`), printing (`gains_view`). Dossier codes are internal: they are never open data.
"""

from dataclasses import dataclass

import duckdb

from pipelines.common.errors import UsageFault
from pipelines.common.sql import read_sql
from pipelines.reports.explain import ExplainedCut, Explanation, Row, explain, rows_of, subject_of

TOTAL = (
    "select * from marts.decision_766_totals where period_code = ? and scope = ? and unit_code = ? and unit_level = ?"
)
YEAR = "select period_code from marts.dim_period where period_type = 'year' order by end_date desc limit 1"
COMPONENTS = "select distinct component from marts.dim_score_component order by 1"


@dataclass(frozen=True)
class Gains:
    """Lost points of one subject.

    Attributes:
        subject: Whom they are lost by.
        total: The row of `decision_766_totals` of the running year; None if there is none.
        lost: Rows of `decision_766_gains` with `points_won`, in order of gain: first what late entries can still raise.
        cases: Further cases that were asked about; None is as many as full points take.
        explained: The figure behind the one component that was asked about, with its cases; else None.
    """

    subject: ExplainedCut
    total: Row | None
    lost: list[Row]
    cases: int | None
    explained: Explanation | None


def read_gains(
    connection: duckdb.DuckDBPyConnection, unit: str | None, component: str | None, cases: int | None
) -> Gains:  # fmt: skip
    """Read the lost points of a subject from 1 January to the as-of day.

    Args:
        connection: An open version.
        unit: Code of a unit, or None for the province.
        component: Number of a component, whose cases are listed too; None is all.
        cases: How many further cases to suppose; None is as many as full points take.

    Raises:
        UsageFault: If unit or component is unknown; the error lists the known ones.
    """
    known = [row["component"] for row in rows_of(connection, COMPONENTS, [])]
    if component is not None and component not in known:
        raise UsageFault("unknown_component", asked=component, known=", ".join(known))
    subject = subject_of(connection, unit)
    if subject.scope == "level":
        raise UsageFault("gain_of_level", asked=subject.unit_level)
    values = {"scope": subject.scope, "unit_code": subject.unit_code, "component": component, "cases": cases}
    lost = rows_of(connection, read_sql(__package__, "sql/gains"), values)
    year = rows_of(connection, YEAR, [])[0]["period_code"]
    total = rows_of(connection, TOTAL, [year, subject.scope, subject.unit_code, subject.unit_level])
    explained = None
    if component is not None and lost:
        explained = explain(connection, lost[0]["indicator_code"], lost[0]["rule"], unit, year)
    return Gains(subject, total[0] if total else None, lost, cases, explained)
