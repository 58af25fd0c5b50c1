"""The files of a vintage: CSV and Parquet of each table, as the register has it.

Belongs here: writing them from the scratch database and reading those of an earlier vintage. CSV: UTF-8 without BOM,
comma, RFC 4180, LF, ISO dates, decimal point, empty if null. A Parquet file describes itself in its metadata. The same
rows give the same bytes. Does not belong here: descriptions (`metadata`).
"""

from pathlib import Path

import duckdb

from pipelines.common.files import sha256_of
from pipelines.common.i18n import LANGUAGES
from pipelines.common.sql import quote_text
from pipelines.open_data.texts import text_of
from pipelines.registers.publication import PublicationRegister, Table

Connection = duckdb.DuckDBPyConnection
CHECKSUMS = "SHA256SUMS"
TYPES = {"string": "varchar", "integer": "bigint", "number": "double", "date": "date", "boolean": "integer"}


def write_tables(
    connection: Connection, register: PublicationRegister, folder: Path, *, synthetic: bool
) -> dict[str, int]:
    """Write every table of the register as CSV and Parquet, in the register's order.

    Args:
        connection: The scratch database with one table per published table.
        register: What is published.
        folder: Where the files are written.
        synthetic: True if the data are not real.

    Returns:
        Rows per CSV file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for table in register.tables:
        ordered = f'select * from "{table.name}" order by {", ".join(table.order_by)}'  # noqa: S608 - names of ours
        relation = connection.sql(ordered)
        relation.write_csv(str(folder / table.file_name), header=True, sep=",", na_rep="", date_format="%Y-%m-%d")
        metadata = ", ".join(
            f'"{name}": {quote_text(text)}' for name, text in _metadata_of(register, table, synthetic).items()
        )
        place = quote_text(str(folder / table.parquet_name))
        connection.execute(
            f"copy ({ordered}) to {place} (format parquet, compression zstd, kv_metadata {{{metadata}}})"
        )
        counted = connection.execute(f'select count(*) from "{table.name}"').fetchone()  # noqa: S608
        rows[table.file_name] = counted[0] if counted else 0
    return rows


def write_checksums(folder: Path) -> None:
    """Write `SHA256SUMS` of all files in the folder, in the format of `sha256sum -c`.

    `vintage.json` is not listed: it is written last and holds the hash of this file too.
    """
    lines = [f"{sha256_of(path)}  {path.name}" for path in sorted(folder.iterdir()) if path.name != CHECKSUMS]
    (folder / CHECKSUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _metadata_of(register: PublicationRegister, table: Table, synthetic: bool) -> dict[str, str]:
    """Return the metadata of a Parquet file: dataset, table, titles and grain per language, synthetic mark first."""
    metadata = {"synthetic": str(synthetic).lower(), "dataset": register.dataset.name, "table": table.name}
    for lang in LANGUAGES:
        notice = {f"notice_{lang}": getattr(text_of("synthetic"), lang)} if synthetic else {}
        metadata |= {**notice, f"title_{lang}": getattr(table.title, lang), f"grain_{lang}": getattr(table.grain, lang)}
    return metadata


def read_table(connection: Connection, table: Table, folder: Path, name: str) -> bool:
    """Create table `name` from a CSV file of a vintage, typed by today's register.

    Returns:
        False if the folder has no such file or the file has other columns, else True.
    """
    path = folder / table.file_name
    if not path.is_file():
        return False
    with path.open(encoding="utf-8") as stream:
        header = stream.readline().rstrip("\n").split(",")
    if header != [column.name for column in table.columns]:
        return False
    columns = {column.name: TYPES[column.type] for column in table.columns}
    # Nothing has to be found out; and to read in parallel, keeping the order of rows, costs more than it saves.
    incoming = connection.read_csv(
        str(path), header=True, sep=",", quotechar='"', escapechar='"', columns=columns, auto_detect=False,
        parallel=False,
    )  # fmt: skip
    incoming.create_view("incoming_csv", replace=True)
    connection.execute(f'create or replace table "{name}" as select * from incoming_csv')  # noqa: S608 - ours
    connection.execute("drop view incoming_csv")
    return True
