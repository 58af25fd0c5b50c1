"""Counts the dossiers that a restated file no longer contains, by unit and state: late, on time, open.

Removing late dossiers few at a time makes figures look better without a single wrong row. Belongs here: counting from
the lake files of both deliveries. Does not belong here: which counts are held (`expectations/holds.sql`).
"""

from typing import Any

from pipelines.common.duckdb import connect_in_memory
from pipelines.common.sql import read_sql
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt

SOURCE = "ho_so"


def removed_dossiers(before: Receipt | None, after: Receipt, settings: Settings) -> list[list[Any]]:
    """Return `[unit code, late, on time, open]` per unit: counts of dossiers that the later bytes no longer contain.

    The list is empty if either file was refused or the rows of either are not in the lake.
    """
    if before is None or before["refused"] or after["refused"]:
        return []
    old, new = (
        [settings.lake_dir / name for name in receipt["files"] if name.startswith(f"{SOURCE}/")]
        for receipt in (before, after)
    )
    if not old or not all(path.is_file() for path in (*old, *new)):
        return []
    remaining = "select '' where false"
    parameters: dict[str, object] = {"before": [str(path) for path in old], "delivery": after["delivery"]}
    if new:
        remaining = "select MaHoSo from read_parquet($after) where _source_file = $delivery"
        parameters["after"] = [str(path) for path in new]
    query = read_sql(__package__, "sql/removed_dossiers", remaining=remaining)
    with connect_in_memory(settings) as connection:
        return [list(row) for row in connection.execute(query, parameters).fetchall()]
