"""Whole nights after a file came for the newest day: what nothing new touches is carried over, with the same result."""

import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.common.errors import EXIT_PUBLISHED
from tests.conftest import Night

pytestmark = pytest.mark.slow
NEWEST = "2024-12-31"


@pytest.fixture
def landed(night: Night, tmp_path: Path) -> Path:
    """Return the landing folder of the night with one more file of its newest day: five open dossiers are finished."""
    raw = tmp_path / "raw"
    shutil.copytree(night.raw, raw)
    (file,) = (raw / "ho_so" / NEWEST).glob("ho_so*.csv")
    with duckdb.connect(str(night.current / "tthc.duckdb"), read_only=True) as connection:
        query = 'select dossier_code as "MaHoSo" from marts.fct_timeliness where finished_date is null'
        still_open = connection.execute(query).pl()
    rows = pl.read_csv(file, infer_schema=False).join(still_open, on="MaHoSo", how="semi")
    rows = rows.filter(pl.col("TrangThaiHoSo") == "4").unique("MaHoSo", maintain_order=True).head(5)
    assert rows.height == 5
    finished = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20241231150000", "NgayCapNhat": "20241231150000"}
    rows.with_columns(**{name: pl.lit(value) for name, value in finished.items()}).write_csv(file.with_name("late.csv"))
    return raw


def next_night(night: Night, landed: Path, warehouse: Path, *options: str) -> str:
    """Run the next night on a copy of the warehouse, and return the message code of what it carried over."""
    shutil.copytree(night.warehouse, warehouse, symlinks=True)
    given = {"TTHC_RAW_DIR": str(landed), "TTHC_WAREHOUSE_DIR": str(warehouse)}
    done = night.tthc("run", *options, **given)
    assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr
    status = json.loads(night.tthc("status", "--json", "--timings", **given).stdout)
    return str(status["timings"]["carrying"])


def test_a_night_carries_over_what_nothing_new_touches(night: Night, landed: Path, tmp_path: Path) -> None:
    assert next_night(night, landed, tmp_path / "kho") == "carrying"
    with duckdb.connect(str(tmp_path / "kho" / "current" / "tthc.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{night.current / 'tthc.duckdb'}' as before (read_only)")
        changed = connection.execute(
            "select count(*) from marts.fct_timeliness n join before.marts.fct_timeliness b using (dossier_code)"
            " where n.finished_date is distinct from b.finished_date"
        ).fetchall()
    assert changed == [(5,)]


@pytest.mark.campaign
def test_what_a_night_carried_over_is_what_it_would_compute(night: Night, landed: Path, tmp_path: Path) -> None:
    assert next_night(night, landed, tmp_path / "carried") == "carrying"
    assert next_night(night, landed, tmp_path / "whole", "--rebuild") == "carrying_asked"
    with duckdb.connect() as connection:
        for name in ("carried", "whole"):
            path = tmp_path / name / "current" / "tthc.duckdb"
            connection.execute(f"attach '{path}' as {name} (read_only)")
        query = "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'whole'"
        tables = [table for (table,) in connection.execute(query).fetchall()]
        assert len(tables) == 49
        differing = [
            table
            for table in tables
            if connection.execute(
                f"select * from ((from whole.{table} except all from carried.{table})"
                f" union all (from carried.{table} except all from whole.{table}))"
            ).fetchall()
        ]
    assert differing == []
