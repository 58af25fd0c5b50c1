"""Runs the suites without Great Expectations: a few lines of SQL per expectation type, in milliseconds.

So tests can damage a warehouse in hundreds of ways; a few runs of the real gate then prove that it agrees.
"""

from collections.abc import Mapping, Set

import duckdb

from pipelines.gate.suites import Expectation, Suite, Suites


def violations(table: str, check: Expectation) -> str:
    """Return SQL whose rows break the check."""
    kwargs = check.kwargs
    column = kwargs.get("column")
    match check.type:
        case "unexpected_rows_expectation":
            return check.sql or ""
        case "expect_column_values_to_not_be_null":
            return f"select 1 from {table} where {column} is null"
        case "expect_column_values_to_be_unique":
            return f"select 1 from {table} where {column} is not null group by {column} having count(*) > 1"
        case "expect_compound_columns_to_be_unique":
            listed = ", ".join(kwargs["column_list"])
            filled = " and ".join(f"{name} is not null" for name in kwargs["column_list"])
            return f"select 1 from {table} where {filled} group by {listed} having count(*) > 1"
        case "expect_column_values_to_be_in_set":
            return f"select 1 from {table} where not list_contains({list(kwargs['value_set'])}, {column})"
        case "expect_column_values_to_be_between":
            low, high = kwargs.get("min_value", "-inf"), kwargs.get("max_value", "inf")
            return f"select 1 from {table} where {column} < double '{low}' or {column} > double '{high}'"
        case "expect_table_columns_to_match_set":
            declared = ", ".join(f"('{name}')" for name in kwargs["column_set"])
            there = f"select column_name from duckdb_columns() where table_name = '{table}'"
            return f"(({there}) except values {declared}) union all ((values {declared}) except ({there}))"
        case "expect_table_row_count_to_be_between":
            return f"select 1 from {table} having count(*) < {kwargs['min_value']}"
    raise NotImplementedError(check.type)


def failing(connection: duckdb.DuckDBPyConnection, suite: Suite) -> set[str]:
    """Return ids of the checks that do not pass; one whose SQL raises does not pass."""
    found = set()
    for check in suite.checks:
        try:
            if connection.execute(violations(suite.table, check)).fetchone():
                found.add(check.id)
        except duckdb.Error:
            found.add(check.id)
    return found


def all_failing(connection: duckdb.DuckDBPyConnection, suites: Suites) -> Mapping[str, Set[str]]:
    """Return the same for every suite, by table; tables without a failing check are left out."""
    found = {table: failing(connection, suite) for table, suite in suites.by_table.items()}
    return {table: ids for table, ids in found.items() if ids}
