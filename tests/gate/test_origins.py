"""A failed check leads back to the delivery: file, row and field, never the value."""

from pathlib import Path

import duckdb
import pytest

from pipelines.contracts.model import load_contracts
from pipelines.gate.origins import columns_read, failing_rows, locate_failures
from pipelines.gate.results import CheckResult, GateResult, TableResult
from pipelines.gate.suites import load_suites
from pipelines.registers.publication import load_register
from pipelines.settings import Settings
from pipelines.transform.delivered import load_origins

UNITS = """
    create schema marts;
    create table marts.dim_unit as
    select * from (values
        ('H19', 'Tỉnh', 'tinh', null, null::date, null::date, null),
        ('H19.07', 'Sở Bí Mật', 'so', 'H19', date '2024-02-01', date '2024-01-01', null)
    ) as t (unit_code, unit_name, unit_level, parent_unit_code, valid_from, valid_to, replaced_by);
"""
BASE = """
    create schema state;
    create table state.base_don_vi as
    select * from (values
        ('H19', 'don_vi/2024-12-01/a.csv', 2, 1, 'accepted'),
        ('H19.07', 'don_vi/2024-12-01/a.csv', 3, 1, 'superseded'),
        ('H19.07', 'don_vi/2024-12-31/b.xlsx', 8, 2, 'accepted'),
        ('H19.07', 'don_vi/2024-12-31/c.xlsx', 9, 3, 'rejected')
    ) as t (MaDonVi, _source_file, _row_number, newness, disposition);
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Return a candidate and the workspace that it was made in, below a folder with a quote in its name."""
    folder = tmp_path / "it's here"
    folder.mkdir()
    for name, script in (("tthc.duckdb", UNITS), ("workspace.duckdb", BASE)):
        with duckdb.connect(str(folder / name)) as connection:
            connection.execute(script)
    return folder / "tthc.duckdb", folder / "workspace.duckdb"


def verdict(table: str, *failed: str) -> GateResult:
    """Return a verdict on a table in which these checks failed."""
    checks = tuple(CheckResult(check, "…", "…", success=False, unexpected_count=1) for check in failed)
    return GateResult((TableResult(table, len(checks), checks),), "a", "b")


def test_a_row_that_a_check_found_leads_to_the_delivery_that_was_accepted(files: tuple[Path, Path]) -> None:
    found = locate_failures(verdict("dim_unit", "validity_ordered", "unit_level_known"), Settings(), *files)
    assert found == {"dim_unit.validity_ordered": ["don_vi/2024-12-31/b.xlsx row 8 HieuLucDen, HieuLucTu"]}
    assert "Bí Mật" not in str(found)


def test_a_check_of_great_expectations_own_leads_there_too(files: tuple[Path, Path]) -> None:
    with duckdb.connect(str(files[0])) as connection:
        connection.execute("insert into marts.dim_unit select * from marts.dim_unit where unit_code = 'H19'")
    found = locate_failures(verdict("dim_unit", "unit_code_unique"), Settings(), *files)
    assert found == {"dim_unit.unit_code_unique": ["don_vi/2024-12-01/a.csv row 2 MaDonVi"]}


def test_a_child_row_leads_to_its_own_file(files: tuple[Path, Path]) -> None:
    """By the whole key of a fee, not by its dossier's."""
    with duckdb.connect(str(files[0])) as connection:
        connection.execute(
            "create table marts.fct_payments as select 'A' as dossier_code, 'F2' as fee_code, -1 as amount_vnd"
        )
    with duckdb.connect(str(files[1])) as connection:
        connection.execute(
            "create table state.base_le_phi as select *, 1 as newness, 'accepted' as disposition"
            " from (values ('A', 'F1', 'x.csv', 2), ('A', 'F2', 'x.csv', 3))"
            " as t (MaHoSo, MaPhiLePhi, _source_file, _row_number)"
        )
    found = locate_failures(verdict("fct_payments", "amount_sound"), Settings(), *files)
    assert found == {"fct_payments.amount_sound": ["x.csv row 3 Gia"]}


def test_a_check_over_the_whole_table_or_of_another_kind_has_no_place(files: tuple[Path, Path]) -> None:
    whole = verdict("dim_unit", "one_province", "columns", "no_such_check")
    assert locate_failures(whole, Settings(), *files) == {}
    assert (
        locate_failures(verdict("dim_unit", "validity_ordered"), Settings(), files[0], files[1].with_name("gone")) == {}
    )


def test_the_map_names_fields_of_the_contracts_and_columns_that_are_published() -> None:
    settings = Settings()
    contracts = load_contracts(settings.contracts_dir)
    suites = load_suites(settings.expectations_dir).by_table
    opened = {table.name: {column.name for column in table.columns}
              for table in load_register(settings.registers_dir / "vietnam").tables}  # fmt: skip
    for table, origin in load_origins().items():
        fields = {field for names in origin.fields.values() for field in names} | set(origin.key.values())
        assert fields <= {field.name for field in contracts[origin.source].fields}, table
        columns = opened.get(table) or next(
            set(check.kwargs["column_set"]) for check in suites[table].checks if check.id == "columns"
        )
        assert set(origin.key) <= columns, table
        dossier = {"handling_unit_unknown",
                   "status_code", "channel_code", "is_online", "service_level", "is_paid_online", "procedure_code",
                   "due_date", "received_date", "finished_date"}  # fmt: skip
        assert set(origin.fields) - columns <= (dossier if origin.source == "ho_so" else set()), table


def test_what_fails_of_a_row_has_a_field() -> None:
    """Of every check of a delivered list that looks at single rows and can run, the condition names a field."""
    origins = load_origins()
    for table in ("dim_unit", "dim_procedure"):
        for check in load_suites(Settings().expectations_dir).by_table[table].checks:
            query = failing_rows(table, check)
            if query is not None and "having" not in query and check.id != "replaced_by_sound":
                assert origins[table].fields_of(columns_read(query)), f"{table}.{check.id}"
