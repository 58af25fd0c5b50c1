"""The files of a vintage: CSV and Parquet of each table, as the register has it.

Belongs here: writing them from the scratch database and reading an earlier vintage's back. CSV: UTF-8 without BOM,
comma, RFC 4180, LF, ISO dates, decimal point, empty where there is nothing. The same rows give the same bytes.
"""

from pathlib import Path

import duckdb

from pipelines.open_data.register import Register, Table

Connection = duckdb.DuckDBPyConnection
TYPES = {"string": "varchar", "integer": "bigint", "number": "double", "date": "date", "boolean": "integer"}


def write_tables(connection: Connection, register: Register, folder: Path) -> dict[str, int]:
    """Writes every table of the register in its order. Returns rows per CSV file."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for table in register.tables:
        ordered = f'select * from "{table.name}" order by {", ".join(table.order_by)}'  # noqa: S608 - names of ours
        relation = connection.sql(ordered)
        relation.write_csv(str(folder / table.file_name), header=True, sep=",", na_rep="", date_format="%Y-%m-%d")
        relation.write_parquet(str(folder / f"{table.name}.parquet"), compression="zstd")
        counted = connection.execute(f'select count(*) from "{table.name}"').fetchone()  # noqa: S608
        rows[table.file_name] = counted[0] if counted else 0
    return rows


def read_table(connection: Connection, table: Table, folder: Path, name: str) -> bool:
    """Makes table `name` of a CSV that an earlier vintage published, by the register of today. False where that has no
    such file or no such columns: then there is nothing to compare."""
    path = folder / table.file_name
    if not path.is_file():
        return False
    with path.open(encoding="utf-8") as stream:
        header = stream.readline().rstrip("\n").split(",")
    if header != [column.name for column in table.columns]:
        return False
    columns = {column.name: TYPES[column.type] for column in table.columns}
    connection.read_csv(str(path), header=True, sep=",", columns=columns).create_view("incoming_csv", replace=True)
    connection.execute(f'create or replace table "{name}" as select * from incoming_csv')  # noqa: S608 - ours
    connection.execute("drop view incoming_csv")
    return True
