"""Delivered rows as the oracle's records: what a reader of the lake, or of the files, hands to plain Python.

Here: turning tables into records. Not here: which row counts, any figure.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl

from tests.oracle.settled import Records
from tests.oracle.world import SOURCES


def records_of(tables: Mapping[str, pl.DataFrame], business_day: str = "_business_day") -> Records:
    """Return every row of every source, in any order; `business_day` is the column that says which day a row shows."""
    return Records(*(_rows(source, kind, tables[source], business_day) for source, kind in SOURCES.items()))


def lake_tables(warehouse: Path) -> dict[str, pl.DataFrame]:
    """Return what a warehouse has accepted so far, of every source that the oracle reads."""
    return {
        source: pl.concat([pl.read_parquet(path) for path in sorted((warehouse / "lake" / source).rglob("*.parquet"))])
        for source in SOURCES
    }


def _rows(source: str, kind: type, table: pl.DataFrame, business_day: str) -> list[Any]:
    wanted = {field.name for field in fields(kind)}
    if "in_message" in wanted and "_source_file" in table.columns:
        own = pl.col("_source_file").str.starts_with(f"{source}/")
        table = table.with_columns(in_message=~own)
    names = [name for name in table.columns if name in wanted and name != "business_day"]
    return [kind(**row) for row in table.select(*names, business_day=pl.col(business_day)).to_dicts()]
