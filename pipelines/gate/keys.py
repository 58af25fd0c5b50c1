"""The key of each published table, as its suite asks for it.

Does not belong here: checking it (`suites`, and Great Expectations).
"""

from collections.abc import Mapping

from pipelines.gate.suites import Suite

ONE_COLUMN, SEVERAL = "expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"


def table_keys(suites: Mapping[str, Suite]) -> dict[str, tuple[str, ...]]:
    """Return the columns that tell the rows of a table apart, by table; tables whose suite names none are left out.

    A suite may ask for a key in SQL; that is not read here.
    """
    keys: dict[str, tuple[str, ...]] = {}
    for table, suite in suites.items():
        for check in suite.expectations:
            if check.type == ONE_COLUMN:
                keys.setdefault(table, (check.kwargs["column"],))
            elif check.type == SEVERAL:
                keys.setdefault(table, tuple(check.kwargs["column_list"]))
    return keys
