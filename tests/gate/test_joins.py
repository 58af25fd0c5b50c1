"""No check pairs all rows of one table with all of another where it need not: hours at a million dossiers."""

import duckdb

from pipelines.gate.evaluate import violations
from pipelines.gate.suites import Suites
from tests.plans import EXPLAIN, pairs_of_all

# Checks that do it with tables that stay short whatever a province delivers.
SHORT = {
    "decision_766_provinces.one_own": "with the one row of dim_run",
    "decision_766_totals.change_is_a_difference": "totals of the province with totals",
    "indicator_values.figures_counted_from_cases": "procedures and cut days, figures and periods",
    "worklist.category_fits": "with the one row of dim_run",
    "worklist.portal_fits": "with one row that the whole list gives",
}


def test_no_check_joins_row_by_row(marts: duckdb.DuckDBPyConnection, suites: Suites) -> None:
    def conditions(query: str) -> set[str]:
        explained = marts.execute(EXPLAIN + query).fetchone()
        assert explained is not None
        return set(pairs_of_all(explained[1]))

    held = conditions("select * from held")  # what is held and its approvals: a few rows
    found = {
        f"{suite.table}.{check.id}": pairs
        for suite in suites.by_table.values()
        for check in suite.checks
        if (query := violations(suite.table, check)) is not None and (pairs := conditions(query) - held)
    }
    assert found.keys() == SHORT.keys(), "\n".join(map(str, found.items()))
