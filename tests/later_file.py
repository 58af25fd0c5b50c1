"""A file that comes after the night of the session, for its newest day, and the next night with it.

Here: what tests of the next night share. Not here: what is expected of it.
"""

import json
import shutil
from pathlib import Path

import duckdb
import polars as pl

from pipelines.common.errors import EXIT_PUBLISHED
from tests.conftest import Night

NEWEST = "2024-12-31"


def land_later_file(night: Night, raw: Path) -> Path:
    """Copy the night's landing folder and add a file of its newest day, in which five open dossiers are finished."""
    shutil.copytree(night.raw, raw)
    add_later_file(raw, night.current, "late.csv")
    return raw


def add_later_file(raw: Path, version: Path, name: str, count: int = 5) -> None:
    """Add a file of the newest day to a landing folder, in which some dossiers open in a version are finished."""
    (file,) = (raw / "ho_so" / NEWEST).glob("ho_so*.csv")
    with duckdb.connect(str(version / "tthc.duckdb"), read_only=True) as connection:
        query = 'select dossier_code as "MaHoSo" from marts.fct_timeliness where finished_date is null'
        still_open = connection.execute(query).pl()
    rows = pl.read_csv(file, infer_schema=False).join(still_open, on="MaHoSo", how="semi")
    rows = rows.filter(pl.col("TrangThaiHoSo") == "4").unique("MaHoSo", maintain_order=True).head(count)
    assert rows.height == count
    finished = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20241231150000", "NgayCapNhat": "20241231150000"}
    rows.with_columns(**{field: pl.lit(value) for field, value in finished.items()}).write_csv(file.with_name(name))


def next_night(night: Night, landed: Path, warehouse: Path, *options: str) -> str:
    """Run the next night on a copy of the warehouse, and return the message code of what it carried over."""
    shutil.copytree(night.warehouse, warehouse, symlinks=True)
    return run_again(night, landed, warehouse, *options)


def run_again(night: Night, landed: Path, warehouse: Path, *options: str) -> str:
    """Run a night on a warehouse, and return the message code of what it carried over."""
    given = {"TTHC_RAW_DIR": str(landed), "TTHC_WAREHOUSE_DIR": str(warehouse)}
    done = night.tthc("run", *options, **given)
    assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr
    status = json.loads(night.tthc("status", "--json", "--timings", **given).stdout)
    return str(status["timings"]["carrying"])
