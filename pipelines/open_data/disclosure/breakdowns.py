"""Protected cells by field, procedure and channel, for levels or the province only.

Belongs here: which of these cells exist (a procedure that is not offered at a level has none there), and their cases.
Does not belong here: cells by unit (`counts`).
"""

import duckdb

from pipelines.common.sql import read_sql
from pipelines.registers.disclosure import Sensitive


def count_breakdowns(connection: duckdb.DuckDBPyConnection, sensitive: Sensitive) -> None:
    """Create tables `procedure` and `field_level`, and add cases by field, procedure and channel to `case_in`.

    In these rows of `case_in` the column `unit_code` holds the field, procedure or channel.
    """
    sensitive_lists = [list(sensitive.fields), list(sensitive.procedures), list(sensitive.words)]
    connection.execute(read_sql(__package__, "sql/procedure"), sensitive_lists)
    for name in ("field_level", "event", "cases_by_field", "cases_by_procedure", "cases_by_channel"):
        connection.execute(read_sql(__package__, f"sql/{name}"))
