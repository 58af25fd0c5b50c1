"""Applies known corrections: the view of a source shows the right value where a row still holds the wrong one.

Belongs here: the internal table of corrections, the corrected views, and the counts of corrected rows. Does not belong
here: which corrections are valid (`registers.corrections`). The files of the lake are never changed.
"""

from pathlib import Path

import duckdb
import polars as pl

from pipelines.common.sql import quote_identifier, read_sql
from pipelines.contracts.model import Contract
from pipelines.registers.corrections import Correction, column_type
from pipelines.transform.row_rules import row_newness


def _rows(
    corrections: list[Correction], contracts: dict[str, Contract], columns: dict[tuple[str, str], int]
) -> pl.DataFrame:
    """Return one row per correction; the parts of its key are in the columns `key_0`, `key_1` and so on."""
    width = max(len(contract.key) for contract in contracts.values())
    schema = {
        "correction_code": pl.String, "column_number": pl.Int64, "is_active": pl.Boolean, "wrong_value": pl.String,
        "right_value": pl.String, **{f"key_{i}": pl.String for i in range(width)},
    }  # fmt: skip
    rows = [
        {
            "correction_code": c.correction_code,
            "column_number": columns[c.source, c.field],
            "is_active": c.status == "active",
            "wrong_value": c.wrong_value,
            "right_value": c.right_value,
            **{f"key_{i}": part for i, part in enumerate(c.key_parts(contracts[c.source]))},
        }
        for c in corrections
    ]
    return pl.DataFrame(rows, schema=schema)


UNCORRECTED = "uncorrected"  # the schema, anew in each run


class Corrections:
    """The corrections of one run, in the schema `uncorrected` of its workspace beside the relations they correct."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        corrections: list[Correction],
        contracts: dict[str, Contract],
        dbt_project: Path,
    ) -> None:
        self.connection, self.contracts, self.dbt_project = connection, contracts, dbt_project
        # One number per corrected column, so that SQL text consists of names of contracts and numbers only.
        self.columns = {cell: n for n, cell in enumerate(dict.fromkeys((c.source, c.field) for c in corrections))}
        connection.execute("create schema uncorrected")
        connection.register("incoming", _rows(corrections, contracts, self.columns).to_arrow())
        connection.execute("create table uncorrected.correction as select * from incoming")
        connection.unregister("incoming")

    def is_corrected(self, source: str) -> bool:
        """Return True if there are corrections of the source."""
        return any(of == source for of, _ in self.columns)

    def create_view(self, source: str, schema: str = "lake") -> None:
        """Create the view `<schema>.<source>` from `uncorrected.<source>`."""
        # One join per corrected column: a template in a file would hold nothing but its placeholders.
        replaced, joins = [], []
        for (of, field), number in self.columns.items():
            if of != source:
                continue
            c, value = f"c{number}", f"d.{quote_identifier(field)}"
            kind = column_type(self.contracts[source].by_name[field])
            replaced.append(
                f"case when {c}.correction_code is null then {value} else cast({c}.right_value as {kind}) end"
                f" as {quote_identifier(field)}"
            )
            joins.append(
                f"left join uncorrected.correction {c} on {c}.is_active and {self._same_key(source, c, number)}"
                f" and cast({value} as varchar) is not distinct from {c}.wrong_value"
            )
        self.connection.execute(
            f"create view {schema}.{source} as select d.* replace ({', '.join(replaced)})"  # noqa: S608 - names only
            f" from uncorrected.{source} d {' '.join(joins)}"
        )

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return by correction code the number of rows with its key, and how many of them count as wrong.

        Older rows stay in the lake for ever, so none counts as wrong once the newest row of the key (or each of several
        equally new ones) is right.
        """
        return {code: counts for cell in self.columns for code, counts in self._counts(*cell).items()}

    def _counts(self, source: str, field: str) -> dict[str, tuple[int, int]]:
        updated = self.contracts[source].newness
        newness = row_newness(self.dbt_project, updated and f"d.{quote_identifier(updated)}", "d._business_day")
        query = read_sql(
            __package__, "sql/correction_counts",
            field=quote_identifier(field), source=source, newness=newness,
            same_key=self._same_key(source, "c", self.columns[source, field]),
        )  # fmt: skip
        rows = self.connection.execute(query).fetchall()
        return {code: (with_key, wrong) for code, with_key, wrong in rows}

    def _same_key(self, source: str, alias: str, number: int) -> str:
        keys = [
            f"cast(d.{quote_identifier(key)} as varchar) = {alias}.key_{i}"
            for i, key in enumerate(self.contracts[source].key)
        ]
        return " and ".join([f"{alias}.column_number = {number}", *keys])
