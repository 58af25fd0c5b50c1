"""Open data: the CSVs that leave the warehouse, exactly as the publication register lists them.

Belongs here: writing them from a candidate. What is published is data (`registers/vietnam/publication.yml`).
"""

from pathlib import Path

import duckdb
import yaml
from pydantic import TypeAdapter

from pipelines.contract_fields import Sentence, Strict
from pipelines.settings import DuckDBConfig

SYNTHETIC_NOTICE = "DU-LIEU-TONG-HOP--SYNTHETIC.txt"


class PublishedColumn(Strict):
    """One published column: its official name and the SQL over its table that gives it."""

    name: str
    sql: str


class PublishedTable(Strict):
    """One published file."""

    name: str
    title: Sentence
    table: str
    where: str
    order_by: tuple[str, ...]
    columns: tuple[PublishedColumn, ...]

    def query(self) -> str:
        """The rows and columns that leave. The SQL is the register's own, never an outsider's."""
        columns = ", ".join(f"{column.sql} as {column.name}" for column in self.columns)
        order = ", ".join(self.order_by)
        return f"select {columns} from marts.{self.table} where {self.where} order by {order}"  # noqa: S608


def load_publication(country: Path) -> list[PublishedTable]:
    """The publication register."""
    text = (country / "publication.yml").read_text(encoding="utf-8")
    return TypeAdapter(list[PublishedTable]).validate_python(yaml.safe_load(text))


def write_open_data(database: Path, tables: list[PublishedTable], folder: Path, config: DuckDBConfig, *,
                    synthetic: bool) -> dict[str, int]:  # fmt: skip
    """Writes one CSV per published table (UTF-8, comma, LF, ISO dates, sorted). Returns rows per file."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    with duckdb.connect(str(database), read_only=True, config=config) as connection:
        for table in tables:
            target = folder / f"{table.name}.csv"
            relation = connection.sql(table.query())
            relation.write_csv(str(target), header=True, sep=",", na_rep="", date_format="%Y-%m-%d")
            counted = connection.execute(f"select count(*) from ({table.query()})").fetchone()  # noqa: S608
            rows[target.name] = counted[0] if counted else 0
    if synthetic:
        (folder / SYNTHETIC_NOTICE).write_text(
            "Mọi con số ở đây là dữ liệu tổng hợp, không phải số liệu của tỉnh.\n"
            "Every figure here is synthetic; none describes the real province.\n",
            encoding="utf-8",
        )
    return rows
