"""Whole nights after a file came for the newest day: what nothing new touches is carried over, with the same result."""

from pathlib import Path

import duckdb
import pytest

from tests.conftest import Night
from tests.differing import differing_tables
from tests.later_file import land_later_file, next_night

pytestmark = pytest.mark.slow


@pytest.fixture
def landed(night: Night, tmp_path: Path) -> Path:
    return land_later_file(night, tmp_path / "raw")


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
    assert differing_tables(tmp_path / "carried", tmp_path / "whole") == []
