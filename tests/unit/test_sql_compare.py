"""Two versions side by side: rows by table and figures, held against a slow comparison in plain Python."""

import io
import json
import os
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import TthcError, UsageFault
from pipelines.gate.keys import table_keys
from pipelines.gate.suites import load_suites
from pipelines.reports.sql_shell.answers import interruptible
from pipelines.reports.sql_shell.compare import Comparison
from pipelines.reports.sql_shell.compare_run import run_comparison
from pipelines.reports.sql_shell.connection import two_versions as opened
from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import begin_run, end_run

from .sql_versions import AFTER, BEFORE, two_versions

SUITES = load_suites(Settings().expectations_dir).by_table
KEYS = table_keys(SUITES)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return two_versions(tmp_path_factory.mktemp("compare") / "warehouse")


def counts(settings: Settings) -> dict[str, tuple[int, int, int]]:
    with opened(settings, BEFORE, AFTER) as connection:
        changes = Comparison(connection, KEYS, "vi").changes
    return {one.table.name: (one.added, one.removed, one.changed) for one in changes}


def test_rows_are_counted_by_the_key_that_the_gate_holds(warehouse: Settings) -> None:
    assert counts(warehouse) == {
        "dim_indicator": (0, 0, 0), "dim_unit": (0, 0, 0), "fct_timeliness": (2, 1, 1),
        "fct_handovers": (1, 1, 0),  # without a key: one of two like rows went
        "indicator_values": (1, 0, 4),
    }  # fmt: skip


def rows(settings: Settings, table: str) -> list[tuple[Any, ...]]:
    with opened(settings, BEFORE, AFTER) as connection:
        return Comparison(connection, KEYS, "vi").rows_of(table).head(None)


def test_the_rows_of_a_table_show_each_value_before_and_after(warehouse: Settings) -> None:
    assert rows(warehouse, "fct_timeliness") == [
        ("added", "H19.01-10", None, None, None), ("added", "H19.01-11", None, None, None),
        ("changed", "H19.01-3", "days", "3", "-1"), ("changed", "H19.01-3", "due_date", "2024-01-04", None),
        ("removed", "H19.01-4", None, None, None),
    ]  # fmt: skip
    assert rows(warehouse, "fct_handovers") == [("added", 1, None, None), ("removed", 1, "H19.01-1", "H19.01")]
    assert rows(warehouse, "dim_unit") == []


def test_the_biggest_change_comes_first_and_counts_are_weighed_by_their_size(warehouse: Settings) -> None:
    with opened(warehouse, BEFORE, AFTER) as connection:
        answer = Comparison(connection, KEYS, "en").figures()
        found = [dict(zip(answer.names, row, strict=True)) for row in answer.head(None)]
    assert [(one["indicator"], one["unit_code"], one["value_before"], one["value_after"]) for one in found] == [
        ("On time", "H19.31", 0.5, 0.9), ("On time", "H19.01", 0.9, 0.8), ("Open datasets", "H19", 100.0, 102.0),
        ("On time", "H19.01", None, 1.0),
    ]  # fmt: skip


COLUMNS = ("dossier_code", "unit_code", "days")
values = st.tuples(st.none() | st.sampled_from(["", "H19.01", "null"]), st.none() | st.integers(-1, 1))
tables = st.dictionaries(st.none() | st.sampled_from(["", "a", "b", "c", "d"]), values, max_size=5)
lists = st.lists(st.tuples(st.none() | st.sampled_from(["", "a"]), *[st.none() | st.sampled_from(["x"])]), max_size=6)


def in_memory(before: tuple[Any, Any], after: tuple[Any, Any]) -> duckdb.DuckDBPyConnection:
    """Return two versions of a table with a key and one without, as `two_versions` would open them."""
    connection = duckdb.connect()
    for name, (keyed, plain) in (("before", before), ("after", after)):
        connection.execute(f"attach ':memory:' as {name}; create schema {name}.marts; use {name}.marts")
        connection.execute("create table fct_timeliness (dossier_code varchar, unit_code varchar, days integer)")
        connection.execute("create table fct_handovers (dossier_code varchar, unit_code varchar)")
        for key, rest in keyed.items():
            connection.execute("insert into fct_timeliness values (?, ?, ?)", (key, *rest))
        for row in plain:
            connection.execute("insert into fct_handovers values (?, ?)", row)
    return connection


@given(tables, tables, lists, lists)
@hypothesis_settings(max_examples=20)
def test_any_two_versions_differ_as_python_says(
    before: dict[str | None, Any], after: dict[str | None, Any], one: list[Any], other: list[Any]
) -> None:
    with in_memory((before, one), (after, other)) as connection:
        found = Comparison(connection, KEYS, "vi")
        changes = {each.table.name: (each.added, each.removed, each.changed) for each in found.changes}
        listed = found.rows_of("fct_timeliness").head(None)
    changed = {key: (before[key], after[key]) for key in before.keys() & after.keys() if before[key] != after[key]}
    assert changes == {
        "fct_timeliness": (len(after.keys() - before.keys()), len(before.keys() - after.keys()), len(changed)),
        "fct_handovers": ((Counter(other) - Counter(one)).total(), (Counter(one) - Counter(other)).total(), 0),
    }
    cells = {
        (key, column, None if a is None else str(a), None if b is None else str(b))
        for key, (old, new) in changed.items() for column, a, b in zip(COLUMNS[1:], old, new, strict=True) if a != b
    }  # fmt: skip
    assert {row[1:] for row in listed if row[0] == "changed"} == cells


def altered(tmp_path: Path, statement: str) -> Settings:
    settings = two_versions(tmp_path / "warehouse")
    with duckdb.connect(str(settings.versions_dir / AFTER / DATABASE_FILE)) as connection:
        connection.execute(f"set schema = 'marts'; {statement}")
    return settings


def test_versions_of_other_software_are_compared_as_far_as_they_agree(tmp_path: Path) -> None:
    settings = altered(tmp_path, """
        alter table dim_unit add column extra integer; alter table dim_unit drop column unit_level;
        alter table fct_timeliness alter days type varchar;
        drop table fct_handovers; create table worklist (dossier_code varchar);
    """)  # fmt: skip
    with opened(settings, BEFORE, AFTER) as connection:
        found = Comparison(connection, KEYS, "vi")
        changes = {one.table.name: one for one in found.changes}
    assert changes["dim_unit"].changed_columns == "+extra, −unit_level" and not changes["dim_unit"].is_same
    assert (changes["fct_timeliness"].changed, changes["fct_timeliness"].table.retyped) == (1, ("days",))
    assert (changes["fct_handovers"].table.only_in, changes["fct_handovers"].removed) == ("before", 3)
    assert changes["worklist"].table.only_in == "after" and not changes["worklist"].is_same
    with pytest.raises(UsageFault, match="sql_compare_one_side"):
        rows(settings, "worklist")


def test_a_table_whose_key_one_version_lacks_is_compared_by_whole_rows(tmp_path: Path) -> None:
    settings = altered(tmp_path, "alter table fct_timeliness rename dossier_code to code")
    assert counts(settings)["fct_timeliness"] == (3, 2, 0)


def shown(settings: Settings, *versions: str, **wanted: Any) -> str:
    console = Console(file=io.StringIO(), width=160, color_system=None)
    arguments = {"table": None, "output": "table", "target": None, "rows": None, **wanted}
    run_comparison(settings, console, versions, **arguments)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_the_view_names_tables_and_figures(warehouse: Settings) -> None:
    said = shown(warehouse, BEFORE)
    assert f"{BEFORE} (trước) → {AFTER} (sau)" in said
    assert "2 bảng còn lại giống nhau" in said
    (line,) = [line for line in said.splitlines() if "fct_timeliness" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        "fct_timeliness", "10", "2", "1", "1", "due_date 1, days 1",
    ]  # fmt: skip
    figures = [line for line in said.splitlines() if "2024-01 " in line]
    assert "50.00% (5/10) │ 90.00% (9/10) │         +40.00" in figures[0]
    assert [cell.strip() for cell in figures[2].strip("│").split("│")][-3:] == ["100", "102", "+2"]
    assert "giống nhau" in shown(warehouse, AFTER, AFTER) and "│" not in shown(warehouse, AFTER, AFTER)


@pytest.mark.slow
def test_all_of_it_goes_to_files(warehouse: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in ("csv", "json", "parquet", "xlsx"):
        shown(warehouse, BEFORE, AFTER, target=tmp_path / f"a.{ending}")
    assert duckdb.read_parquet(str(tmp_path / "a.parquet")).shape[0] == 4
    both = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (len(both["tables"]), len(both["figures"])) == (5, 4)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [(sheet.title, sheet.max_row) for sheet in book] == [("tables", 6), ("figures", 5)]
    capsys.readouterr()
    shown(warehouse, BEFORE, AFTER, table="fct_timeliness", output="csv")
    assert capsys.readouterr().out.splitlines()[3] == "changed,H19.01-3,days,3,-1"
    shown(warehouse, BEFORE, AFTER, output="json")
    assert json.loads(capsys.readouterr().out) == both


def test_what_cannot_be_compared_says_what_can(warehouse: Settings) -> None:
    for versions, table, code in (
        (("nowhere",), None, "no_such_version"), ((BEFORE, AFTER, AFTER), None, "sql_compare_two"),
        ((f"../versions/{BEFORE}",), None, "no_such_version"), ((BEFORE,), "fct_timelines", "Gần nhất: fct_timeliness"),
        ((), None, f"sql_compare_which.*{BEFORE}"),
    ):  # fmt: skip
        with pytest.raises(TthcError, match=code):
            shown(warehouse, *versions, table=table)
    assert not (warehouse.warehouse_dir / "ledger").exists()


def test_without_names_the_published_version_is_held_against_the_one_before(tmp_path: Path) -> None:
    settings = two_versions(tmp_path / "warehouse")
    with open_ledger(settings.ledger_file) as ledger:
        for version in (BEFORE, AFTER):
            end_run(ledger, begin_run(ledger, 1), "published", version=version)
    assert f"{BEFORE} (trước) → {AFTER} (sau)" in shown(settings)


def test_neither_version_can_be_written_to(warehouse: Settings, tmp_path: Path) -> None:
    with opened(warehouse, BEFORE, AFTER) as connection:
        for statement in ("drop table before.marts.dim_unit", f"copy (select 1) to '{tmp_path / 'a'}'",
                          "attach 'c.db'", "set enable_external_access = true"):  # fmt: skip
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
        for (own,) in connection.execute("select path from duckdb_databases() where path is not null").fetchall():
            with pytest.raises(duckdb.Error):
                connection.execute(f"copy (select 1) to '{own}'")
    assert list(tmp_path.iterdir()) == []
    assert not [path for path in warehouse.warehouse_dir.iterdir() if path.name.startswith(".reader")]


def test_ctrl_c_stops_a_comparison(warehouse: Settings) -> None:
    forever = "select count(*) from range(100000000) a, range(100000000) b where a.range * b.range % 7 = 3"
    with opened(warehouse, BEFORE, AFTER) as connection:
        found = Comparison(connection, KEYS, "vi")
        assert found.figures().head(1)
        asked = found._asking[-1]
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(TthcError, match="sql_interrupted"):
            interruptible(found, lambda: asked.execute(forever))
        assert found.rows_of("fct_timeliness").head(1)


def test_the_command_takes_versions_where_a_query_would_stand(warehouse: Settings) -> None:
    command = ["--lang", "en", "sql", "--compare", BEFORE, AFTER, "--warehouse", str(warehouse.warehouse_dir)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0 and "Figures that changed" in done.output


def test_most_tables_have_a_key() -> None:
    assert KEYS["indicator_values"] == (
        "indicator_code", "rule", "period_code", "scope", "unit_code", "unit_level"
    ) and KEYS["worklist"] == ("dossier_code",)  # fmt: skip
    assert all(set(key) <= set(SUITES[table].columns) for table, key in KEYS.items())
    assert SUITES.keys() - KEYS.keys() == {
        "deliveries", "dim_run", "dim_score_period", "fct_feedback_handovers", "fct_handovers", "indicator_definitions",
        "quarantine_units", "removals", "rule_differences",
        # Part of their key may be null; and steps are numbered in order, which the gate asks in SQL.
        "department_lateness", "handling_status_by_field", "handling_times", "procedure_bottlenecks", "fct_steps",
    }  # fmt: skip
