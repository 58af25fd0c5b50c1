"""What the warehouse remembers of a vintage's cells, for the next one: restricted, as it holds exact counts.

Belongs here: keeping and laying out that memory. With it, figures that are out already are given up last, and the audit
can tell that the same cases still give the same figure. Without it (it was lost) both are only as good as one vintage.
"""

from pathlib import Path

import duckdb

from pipelines.files import private_folder, replacing
from pipelines.settings import Settings

Connection = duckdb.DuckDBPyConnection
KEPT = 24


def _folder(settings: Settings) -> Path:
    return settings.restricted_dir / "open-data"


def recall(connection: Connection, settings: Settings, vintage: str | None) -> bool:
    """Makes tables `memory` (cell, n, k, value, is_hidden_too) and `shown_before` of the vintage before, empty where
    nothing is remembered of it, and hides again what had to be hidden then. True where something is remembered."""
    connection.execute(
        "create or replace table memory (cell varchar, n bigint, k bigint, value bigint, is_hidden_too boolean)"
    )
    path = _folder(settings) / f"{vintage}.parquet"
    remembered = vintage is not None and path.is_file()
    if remembered:
        connection.execute("insert into memory select * from read_parquet(?)", [str(path)])
    connection.execute("create or replace table shown_before as select * from memory where value is not null")
    connection.execute(
        "insert into hidden_too select m.cell from memory m"
        " join (select distinct cell, n, k from cell) c on (c.cell, c.n, c.k) = (m.cell, m.n, m.k)"
        " where m.is_hidden_too on conflict do nothing"
    )
    return remembered


def remember(connection: Connection, settings: Settings, vintage: str) -> None:
    """Keeps the cells of a vintage, closed to others, and forgets those of long ago."""
    folder = private_folder(_folder(settings))
    with replacing(folder / f"{vintage}.parquet", mode=0o600) as temporary:
        relation = connection.sql("select cell, n, k, value, is_hidden_too from figure order by cell")
        relation.write_parquet(str(temporary), compression="zstd")
    kept = sorted(folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    for path in kept[:-KEPT]:
        path.unlink()
