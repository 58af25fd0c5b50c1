"""Restatements: the same delivery again with other bytes. Counts what they changed, by key, to be reported.

The lake files of both deliveries are compared: typed rows, without personal data. Belongs here: counting. Does not
belong here: which delivery was replaced (`receipts`), and which dossiers were removed (`removals`).
"""

import polars as pl

from pipelines.common.duckdb import connect_in_memory
from pipelines.common.sql import quote_identifiers, read_sql
from pipelines.contracts.model import Contract
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt
from pipelines.storage.lake import PROVENANCE, lake_schema

Changes = dict[str, int]


def compare_with_previous(
    before: Receipt | None, after: Receipt, contracts: dict[str, Contract], settings: Settings
) -> dict[str, Changes] | None:
    """Return by source the number of keys that were there `earlier`, and that were `added`, `removed` and `changed`.

    A key with several rows counts once, with all its rows as its content. A source whose lake files are gone is left
    out. None if either file was refused or the earlier receipt is gone.
    """
    if before is None or before["refused"] or after["refused"]:
        return None
    changes = {}
    for source in sorted({*before["sources"], *after["sources"]}):
        old, new = ([n for n in receipt["files"] if n.startswith(f"{source}/")] for receipt in (before, after))
        if all((settings.lake_dir / name).is_file() for name in (*old, *new)):
            changes[source] = _count_changes(contracts[source], after["delivery"], old, new, settings)
    return changes


def _count_changes(
    contract: Contract, delivery: str, before: list[str], after: list[str], settings: Settings
) -> Changes:
    columns = [name for name in lake_schema(contract) if name not in PROVENANCE]
    files = {"before": before, "after": after}
    query = read_sql(
        __package__, "sql/changed_keys",
        keys=quote_identifiers(contract.key), columns=quote_identifiers(columns),
        **{name: f"read_parquet(${name})" if paths else "no_rows" for name, paths in files.items()},
    )  # fmt: skip
    parameters: dict[str, object] = {
        name: [str(settings.lake_dir / path) for path in paths] for name, paths in files.items() if paths
    }
    parameters["delivery"] = delivery
    with connect_in_memory(settings) as connection:
        connection.register("no_rows", pl.DataFrame(schema=lake_schema(contract)).to_arrow())
        changes: Changes = connection.execute(query, parameters).pl().row(0, named=True)
    return changes
