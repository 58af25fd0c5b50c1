"""Restatements: the same delivery again with other bytes.

What it changed is counted by key and reported.

Both outcomes lie in the lake, so the difference is that of typed rows, without anything personal.
"""

import duckdb
import polars as pl

from pipelines.contracts.model import Contract
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt
from pipelines.storage.lake import PROVENANCE, lake_schema
from pipelines.storage.ledger import Arrival

Changes = dict[str, int]

DIFFERENCE = """
    with
        before as (select {keys}, {content} as content from read_parquet($before) group by all),
        after as (select {keys}, {content} as content from read_parquet($after) group by all)
    select
        count(b.content) as earlier,
        count(*) filter (where b.content is null) as added,
        count(*) filter (where a.content is null) as removed,
        count(*) filter (where a.content <> b.content) as changed
    from before b
    full join after a using ({keys})
"""


def previous_delivery(arrival: Arrival, everything: list[Arrival]) -> Arrival | None:
    """Return the arrival that this one replaces: the one before it under the same name, or None."""
    earlier = [a for a in everything if a.delivery == arrival.delivery and a.sequence < arrival.sequence]
    return max(earlier, key=lambda a: a.sequence, default=None)


def compare_with_previous(
    before: Receipt | None, after: Receipt, contracts: dict[str, Contract], settings: Settings
) -> dict[str, Changes] | None:
    """Return by source how many keys the earlier bytes had, and how many were added, removed and changed.

    None if the earlier bytes could not be read.
    """
    if before is None or before["refused"] or after["refused"]:
        return None
    found = {}
    for source in sorted({*before["sources"], *after["sources"]}):
        old, new = ([n for n in receipt["files"] if n.startswith(f"{source}/")] for receipt in (before, after))
        if all((settings.lake_dir / name).is_file() for name in (*old, *new)):
            found[source] = _difference(contracts[source], old, new, settings)
    return found


def _difference(contract: Contract, before: list[str], after: list[str], settings: Settings) -> Changes:
    """Return counts over keys; a key that stands twice counts once, with all its rows as its content."""
    columns = [name for name in lake_schema(contract) if name not in PROVENANCE]
    keys = ", ".join(contract.key)
    sql = DIFFERENCE.format(keys=keys, content=f"list_sort(list(hash({', '.join(columns)})))")
    empty = pl.DataFrame(schema=lake_schema(contract))
    with duckdb.connect(config={**settings.duckdb_config(), "temp_directory": ""}) as connection:
        connection.register("nothing", empty.to_arrow())
        parameters = {}
        for name, files in (("before", before), ("after", after)):
            if files:
                parameters[name] = [str(settings.lake_dir / file) for file in files]
            else:
                sql = sql.replace(f"read_parquet(${name})", "nothing")
        row = connection.execute(sql, parameters).fetchone()
    assert row is not None
    return dict(zip(("earlier", "added", "removed", "changed"), row, strict=True))
