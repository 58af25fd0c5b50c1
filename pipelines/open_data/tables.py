"""The published tables in the scratch database, with exactly the register's columns in its order.

Belongs here: macros that several tables use (rates, verdicts, reasons), and running `tables/<name>.sql`, of whose
columns only those of the register are kept. Does not belong here: which figure is shown (`disclosure.suppress`), files
(`files`).
"""

from pathlib import Path

import duckdb

from pipelines.common.sql import read_sql
from pipelines.open_data.disclosure.suppress import bound_macros
from pipelines.open_data.files import TYPES
from pipelines.registers.disclosure import DisclosureRules
from pipelines.registers.publication import PublicationRegister, Table

Connection = duckdb.DuckDBPyConnection
FOLDER = Path(__file__).parent / "tables"
# Built last, since it reads the table of indicators.
LAST = "muc-tieu-ke-hoach"
KIND = "select if(is_synthetic, 'tong-hop-synthetic', 'that') as du_lieu from tthc.marts.dim_run"


def figure_macros(rules: DisclosureRules) -> str:
    """Return SQL macros for rates, verdicts (1, 0, or null if the shown figures do not decide) and reasons."""
    return "\n".join(
        [
            bound_macros(rules),
            read_sql(__package__, "sql/exact_rate_macros"),
            read_sql(__package__, "sql/protected_rate_macros", **rules.rate.model_dump()),
            read_sql(__package__, "sql/why_missing_macro"),
        ]
    )


def create_published_tables(connection: Connection, register: PublicationRegister, rules: DisclosureRules) -> None:
    """Create one table per published file, named like the file, with the register's columns in its order."""
    connection.execute(read_sql(__package__, "sql/shown_cell"))
    connection.execute(figure_macros(rules))
    create_class_tables(connection, rules)
    connection.execute(read_sql(__package__, "sql/public_points"))
    for table in sorted(register.tables, key=lambda entry: entry.name == LAST):
        query = read_sql(__package__, f"tables/{table.name}")
        connection.execute(f'create or replace table "{table.name}" as {wanted(table, query)}')


def wanted(table: Table, query: str) -> str:
    """Return SQL that selects the register's columns from a query, typed and sorted, with the column `du_lieu`.

    Args:
        table: The published table.
        query: SQL of `tables/<name>.sql`.
    """
    columns = ", ".join(f"cast({c.name} as {TYPES[c.type]}) as {c.name}" for c in table.columns)
    return f"select {columns} from ({query}) cross join ({KIND}) order by {', '.join(table.order_by)}"  # noqa: S608


def create_class_tables(connection: Connection, rules: DisclosureRules) -> None:
    """Create table `indicator_class`: per indicator and rule `exact` or `protected`, null if the rules name neither."""
    classes = {"protected": rules.protected.codes, "exact": [*rules.exact.indicators],
             "origins": [*rules.exact.origins],
             "province_only": [f"{one.code} {one.rule}" for one in rules.protected.province_only]}  # fmt: skip
    connection.execute(read_sql(__package__, "sql/indicator_class"), classes)
