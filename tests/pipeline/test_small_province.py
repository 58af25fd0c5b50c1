"""A province so small that whole weeks have nothing to count: its nights are published as any other's."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import tthc

pytestmark = [pytest.mark.slow, pytest.mark.campaign]

IN_HAND = """
    select period_code, count(dossier_code) as dossiers
    from marts.dim_score_period
    left join marts.fct_timeliness on received_date <= cut_date and coalesce(finished_date, cut_date) >= start_date
    group by period_code
"""


def test_a_week_without_a_dossier_is_no_fault(tmp_path: Path) -> None:
    made, raw, warehouse = (tmp_path / name for name in ("made", "raw", "kho"))
    assert tthc("sample", "--out", str(made), "--dossiers", "400", "--faults", "--by-night").returncode == 0
    for folder in sorted(folder for folder in made.iterdir() if folder.is_dir())[:2]:
        shutil.copytree(folder, raw, dirs_exist_ok=True)
        done = tthc("run", TTHC_RAW_DIR=str(raw), TTHC_WAREHOUSE_DIR=str(warehouse))
        assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(warehouse / "current" / "tthc.duckdb"), read_only=True) as connection:
        scored = "select distinct period_code from marts.decision_766_score"
        rows = connection.execute(
            "select i.dossiers > 0, s.period_code is not null, count(*)"
            f" from ({IN_HAND}) i left join ({scored}) s using (period_code) group by all"
        ).fetchall()
    assert {(has_dossiers, has_score) for has_dossiers, has_score, _ in rows} == {(True, True), (False, False)}
