"""Figures that the vintage flags as revised (flag r).

Belongs here: finding them in the tables. Their earlier values are in CHANGES.md of the open data.
"""

import polars as pl

from pipelines.site.figures import RATE, Figure, Row, rows_of
from pipelines.site.vintage_reader import VintageReader

SHOWN = 200
REVISED = "r"


def revised(vintage: VintageReader) -> list[tuple[Row, Figure]]:
    """Return row and figure of each revision, table by table, at most SHOWN, so that the page stays readable."""
    found: list[tuple[Row, Figure]] = []
    for path in sorted(vintage.data.folder.glob("*.csv")):
        frame = vintage.data.frame(path.stem)
        flags = [name for name in frame.columns if name == "co" or name.startswith("co_")]
        if not flags:
            continue
        marked = frame.filter(pl.any_horizontal(pl.col(flags) == REVISED))
        for row in rows_of(path.stem, marked):
            columns = [name for name in row.cells if f"co_{name}" in row.cells or name.startswith(RATE)]
            found += [(row, figure) for name in columns if (figure := row.figure(name)).flag == REVISED]
    return found[:SHOWN]
