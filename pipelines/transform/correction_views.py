"""Known corrections laid over the lake.

The view of a source shows the right value where a row still has the wrong one, and nothing else changes.

Belongs here: the internal table of corrections, the corrected views, the counts. Which corrections there may be is
`corrections`; the lake's files stay as they were delivered.
"""

from pathlib import Path

import duckdb
import polars as pl

from pipelines.contracts.model import Contract
from pipelines.registers.corrections import Correction, column_type
from pipelines.transform.row_rules import row_newness


def _name(identifier: str) -> str:
    """Return an identifier of a contract, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def _rows(
    corrections: list[Correction], contracts: dict[str, Contract], columns: dict[tuple[str, str], int]
) -> pl.DataFrame:
    """Return the corrections with their keys taken apart."""
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


class Corrections:
    """The corrections of one run, in the schema `uncorrected` of its workspace beside what they correct."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        corrections: list[Correction],
        contracts: dict[str, Contract],
        dbt_project: Path,
    ) -> None:
        self.connection, self.contracts, self.dbt_project = connection, contracts, dbt_project
        # One number per corrected column, so that SQL text holds names of contracts and numbers only.
        self.columns = {cell: n for n, cell in enumerate(dict.fromkeys((c.source, c.field) for c in corrections))}
        connection.execute("create schema uncorrected")
        connection.register("incoming", _rows(corrections, contracts, self.columns).to_arrow())
        connection.execute("create table uncorrected.correction as select * from incoming")
        connection.unregister("incoming")

    def concern(self, source: str) -> bool:
        """Return True if any of them is about a source."""
        return any(of == source for of, _ in self.columns)

    def create_view(self, source: str) -> None:
        """Make `lake.<source>` from `uncorrected.<source>`."""
        replaced, joins = [], []
        for (of, field), number in self.columns.items():
            if of != source:
                continue
            c, value = f"c{number}", f"d.{_name(field)}"
            kind = column_type(self.contracts[source].by_name[field])
            replaced.append(
                f"case when {c}.correction_code is null then {value} else cast({c}.right_value as {kind}) end"
                f" as {_name(field)}"
            )
            joins.append(
                f"left join uncorrected.correction {c} on {c}.is_active and {self._same_thing(source, c, number)}"
                f" and cast({value} as varchar) is not distinct from {c}.wrong_value"
            )
        self.connection.execute(
            f"create view lake.{source} as select d.* replace ({', '.join(replaced)})"  # noqa: S608 - names only
            f" from uncorrected.{source} d {' '.join(joins)}"
        )

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return correction → rows with its key, and how many of them are wrong.

        None is, once the newest row of the key (or each of several equally new) is not: the older ones stay in the lake
        for ever.
        """
        return {code: found for cell in self.columns for code, found in self._counts(*cell).items()}

    def _counts(self, source: str, field: str) -> dict[str, tuple[int, int]]:
        updated = self.contracts[source].newness
        newness = row_newness(self.dbt_project, updated and f"d.{_name(updated)}", "d._business_day")
        rows = self.connection.execute(
            f"""
            with
                found as (
                    select
                        c.correction_code,
                        cast(d.{_name(field)} as varchar) is not distinct from c.wrong_value as is_wrong,
                        rank() over (partition by c.correction_code order by {newness} desc) = 1 as is_newest
                    from uncorrected.{source} d
                    join uncorrected.correction c on {self._same_thing(source, "c", self.columns[source, field])}
                )
            select
                correction_code,
                count(*),
                case when bool_or(is_newest and is_wrong) then count(*) filter (is_wrong) else 0 end
            from found
            group by correction_code
            """  # noqa: S608 - names of the contract and numbers only
        ).fetchall()
        return {code: (with_key, wrong) for code, with_key, wrong in rows}

    def _same_thing(self, source: str, alias: str, number: int) -> str:
        keys = [
            f"cast(d.{_name(key)} as varchar) = {alias}.key_{i}" for i, key in enumerate(self.contracts[source].key)
        ]
        return " and ".join([f"{alias}.column_number = {number}", *keys])
