"""CSV files of single offices: an office's rows of the open data, in a folder beside the whole tables.

Belongs here: selecting and writing these rows, in the order of the CSVs and with all columns.
"""

from pathlib import Path

import polars as pl

from pipelines.site.downloads import FOLDER, Download
from pipelines.site.vintage_reader import VintageReader

TABLES = ("chi-tieu", "tinh-hinh-giai-quyet")
PLACE = "co-quan"


def write_office_files(vintage: VintageReader, site: Path) -> dict[str, list[Download]]:
    """Write the files of each office below the site, and return them by office code; an office may have none."""
    found: dict[str, list[Download]] = {code: [] for code in vintage.units}
    (site / FOLDER / PLACE).mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        frame = vintage.data.frame(table).drop("__row")
        own = frame.filter(pl.col("pham_vi") == "don-vi").partition_by("ma_don_vi", as_dict=True)
        for (code,), rows in own.items():
            name = f"{PLACE}/{table}-{code}.csv"
            path = site / FOLDER / name
            rows.with_columns(pl.all().replace("", None)).write_csv(path)
            found[str(code)].append(Download(name, table, "CSV", path.stat().st_size))
    return found
