"""The files of a vintage: CSV and Parquet of each table, as the register has it.

Belongs here: writing them from the scratch database and reading an earlier vintage's back. CSV: UTF-8 without BOM,
comma, RFC 4180, LF, ISO dates, decimal point, empty if there is nothing. A Parquet file says in its own metadata what
it is. The same rows give the same bytes.
"""

from pathlib import Path

import duckdb

from pipelines.common.files import sha256_of
from pipelines.open_data.metadata.model import LANGUAGES, said
from pipelines.registers.publication import PublicationRegister, Table

Connection = duckdb.DuckDBPyConnection
CHECKSUMS = "SHA256SUMS"
TYPES = {"string": "varchar", "integer": "bigint", "number": "double", "date": "date", "boolean": "integer"}


def write_tables(
    connection: Connection, register: PublicationRegister, folder: Path, *, synthetic: bool
) -> dict[str, int]:
    """Write every table of the register in its order.

    Returns:
        Rows per CSV file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for table in register.tables:
        ordered = f'select * from "{table.name}" order by {", ".join(table.order_by)}'  # noqa: S608 - names of ours
        relation = connection.sql(ordered)
        relation.write_csv(str(folder / table.file_name), header=True, sep=",", na_rep="", date_format="%Y-%m-%d")
        # COPY takes no bound value; texts and path are ours, and a quote in one is doubled.
        told = ", ".join(f'"{name}": {_quoted(text)}' for name, text in _words(register, table, synthetic).items())
        place = _quoted(str(folder / table.parquet_name))
        connection.execute(f"copy ({ordered}) to {place} (format parquet, compression zstd, kv_metadata {{{told}}})")
        counted = connection.execute(f'select count(*) from "{table.name}"').fetchone()  # noqa: S608
        rows[table.file_name] = counted[0] if counted else 0
    return rows


def write_checksums(folder: Path) -> None:
    """Write `SHA256SUMS` of all files that lie in the folder now, as `sha256sum -c` reads it.

    Not of `vintage.json`, which comes last and names the hash of this file too.
    """
    lines = [f"{sha256_of(path)}  {path.name}" for path in sorted(folder.iterdir()) if path.name != CHECKSUMS]
    (folder / CHECKSUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _words(register: PublicationRegister, table: Table, synthetic: bool) -> dict[str, str]:
    """Return what a Parquet file says of itself, per language; the synthetic first."""
    told = {"synthetic": str(synthetic).lower(), "dataset": register.dataset.name, "table": table.name}
    for lang in LANGUAGES:
        notice = {f"notice_{lang}": getattr(said("synthetic"), lang)} if synthetic else {}
        told |= {**notice, f"title_{lang}": getattr(table.title, lang), f"grain_{lang}": getattr(table.grain, lang)}
    return told


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def read_table(connection: Connection, table: Table, folder: Path, name: str) -> bool:
    """Make table `name` of a CSV that an earlier vintage published, by the register of today.

    False if that has no such file or no such columns: then there is nothing to compare.
    """
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
