"""A failed check leads back to the delivery: file and row, never the value."""

from pathlib import Path

import duckdb
import pytest

from pipelines.gate.origins import origins_of
from pipelines.gate.results import CheckResult, GateResult, TableResult
from pipelines.settings import Settings

UNITS = """
    create schema marts;
    create table marts.dim_unit as
    select * from (values
        ('H19', 'Tỉnh', 'tinh', null, null::date, null::date, null),
        ('H19.07', 'Sở Bí Mật', 'so', 'H19', date '2024-02-01', date '2024-01-01', null)
    ) as t (unit_code, unit_name, unit_level, parent_unit_code, valid_from, valid_to, replaced_by);
"""
LAKE = """
    create schema lake;
    create table lake.don_vi as
    select * from (values
        ('H19', 'don_vi/2024-12-01/a.csv', 2, date '2024-12-01'),
        ('H19.07', 'don_vi/2024-12-01/a.csv', 3, date '2024-12-01'),
        ('H19.07', 'don_vi/2024-12-31/b.xlsx', 8, date '2024-12-31')
    ) as t (MaDonVi, _source_file, _row_number, _business_day);
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A candidate and the workspace that it was made in, below a folder with a quote in its name."""
    folder = tmp_path / "it's here"
    folder.mkdir()
    for name, script in (("tthc.duckdb", UNITS), ("workspace.duckdb", LAKE)):
        with duckdb.connect(str(folder / name)) as connection:
            connection.execute(script)
    return folder / "tthc.duckdb", folder / "workspace.duckdb"


def verdict(*failed: str) -> GateResult:
    """A verdict on the units in which these checks failed."""
    checks = tuple(CheckResult(check, "…", "…", success=False, unexpected_count=1) for check in failed)
    return GateResult((TableResult("dim_unit", len(checks), checks),), "a", "b")


def test_a_row_that_a_check_found_leads_to_the_newest_delivery_of_it(files: tuple[Path, Path]) -> None:
    found = origins_of(verdict("validity_ordered", "unit_level_known"), Settings(), *files)
    assert found == {"dim_unit.validity_ordered": ["don_vi/2024-12-31/b.xlsx row 8"]}
    assert "Bí Mật" not in str(found)


def test_a_check_over_the_whole_table_or_of_another_kind_has_no_place(files: tuple[Path, Path]) -> None:
    assert origins_of(verdict("one_province", "columns", "no_such_check"), Settings(), *files) == {}
    assert origins_of(verdict("validity_ordered"), Settings(), files[0], files[1].with_name("gone")) == {}
