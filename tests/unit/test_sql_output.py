"""`tthc sql` from files and pipes, and its answers in files: read back, they are what was asked for."""

import datetime as dt
import io
import json
import os
import sys
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import TthcError, UsageFault
from pipelines.reports.sql_shell import answers, session, workbooks
from pipelines.reports.sql_shell.run import Wanted, run_sql
from pipelines.settings import Settings

from .sql_versions import AFTER, two_versions

MIXED = """
    select 'H19.01' as unit, '007' as code, '=1+1' as formula, 'a,"b"
c' as quoted, null::varchar as nothing, 12::bigint as whole, 0.5::double as share, 1.10::decimal(9,2) as fee,
    true as met, date '2024-02-29' as day, timestamp '2024-02-29 10:30:00' as at, [1, null] as list, {'a': 'Đ'} as pair,
    interval 1 day as span, '\\x01'::blob as bytes, time '10:00' as clock, 9007199254740993::bigint as big,
    2::hugeint as huge, 'nan'::double as nan
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return two_versions(tmp_path_factory.mktemp("sql") / "warehouse")


def run(settings: Settings, **wanted: object) -> str:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    run_sql(settings, console, Wanted(**wanted))  # type: ignore[arg-type]
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_csv_read_back_has_the_same_values(warehouse: Settings, tmp_path: Path) -> None:
    run(warehouse, query=MIXED, target=tmp_path / "a.csv")
    (row,) = duckdb.read_csv(str(tmp_path / "a.csv"), all_varchar=True).fetchall()
    assert row == (
        "H19.01", "007", "=1+1", 'a,"b"\nc', None, "12", "0.5", "1.10", "true", "2024-02-29",
        "2024-02-29T10:30:00.000000", "[1, null]", '{"a": "Đ"}', "1 day, 0:00:00", "01",
        "10:00:00.000000000", "9007199254740993", "2", "NaN",
    )  # fmt: skip


def test_json_read_back_has_the_same_values(warehouse: Settings, tmp_path: Path) -> None:
    run(warehouse, query=MIXED, target=tmp_path / "a.json")
    (row,) = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (row["code"], row["nothing"], row["whole"], row["share"], row["fee"]) == ("007", None, 12, 0.5, "1.10")
    assert (row["met"], row["day"], row["at"]) == (True, "2024-02-29", "2024-02-29 10:30:00")
    assert (row["list"], row["pair"], row["big"], row["huge"]) == ([1, None], {"a": "Đ"}, 9007199254740993, 2)
    assert row["nan"] is None


def test_parquet_read_back_has_the_same_values_and_types(warehouse: Settings, tmp_path: Path) -> None:
    run(warehouse, query=MIXED, target=tmp_path / "a.parquet")
    back = duckdb.read_parquet(str(tmp_path / "a.parquet"))
    kinds = dict(zip(back.columns, map(str, back.types), strict=True))
    assert {name: kinds[name] for name in ("code", "whole", "share", "fee", "met", "day", "at", "list", "clock")} == {
        "code": "VARCHAR", "whole": "BIGINT", "share": "DOUBLE", "fee": "DECIMAL(9,2)", "met": "BOOLEAN", "day": "DATE",
        "at": "TIMESTAMP", "list": "INTEGER[]", "clock": "TIME",
    }  # fmt: skip
    row = dict(zip(back.columns, back.fetchall()[0], strict=True))
    assert (row["quoted"], row["big"], row["list"], row["pair"]) == ('a,"b"\nc', 2**53 + 1, [1, None], {"a": "Đ"})


def test_excel_read_back_has_numbers_days_and_texts_as_they_are(warehouse: Settings, tmp_path: Path) -> None:
    run(warehouse, query=MIXED, target=tmp_path / "a.xlsx")
    head, row = openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows()
    cell = {name.value: value for name, value in zip(head, row, strict=True)}
    assert (cell["code"].value, cell["code"].data_type) == ("007", "s")
    assert (cell["formula"].value, cell["formula"].data_type) == ("=1+1", "s")
    assert (cell["whole"].value, cell["share"].value, cell["fee"].value, cell["huge"].value) == (12, 0.5, 1.1, 2)
    assert cell["day"].value == dt.datetime(2024, 2, 29) and cell["day"].number_format == "yyyy-mm-dd"
    assert (cell["at"].value, cell["met"].value) == (dt.datetime(2024, 2, 29, 10, 30), True)
    assert cell["big"].value == "9007199254740993"  # Excel would make …992 of it
    assert (cell["nothing"].value, cell["list"].value, cell["nan"].value) == (None, "[1, null]", "nan")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("select 1 as a, 2 as a, 3 as a_1", ["a", "a_2", "a_1"]),
        ("select 1 as a_1, 2 as a, 3 as a", ["a_1", "a", "a_2"]),
    ],
)
def test_columns_of_one_name_are_all_written(warehouse: Settings, tmp_path: Path, query: str, names: list[str]) -> None:
    for ending in ("csv", "json", "parquet"):
        run(warehouse, query=query, target=tmp_path / f"a.{ending}")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == ",".join(names) + "\n1,2,3\n"
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == [dict(zip(names, (1, 2, 3), strict=True))]
    assert duckdb.read_parquet(str(tmp_path / "a.parquet")).columns == names


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "0012", "1e5", "http://a.b", "2024-01-01"])
def test_excel_takes_no_text_for_anything_else(warehouse: Settings, tmp_path: Path, text: str) -> None:
    run(warehouse, query=f"select '{text}' as a", target=tmp_path / "a.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_what_excel_cannot_hold_is_refused_and_no_file_is_left(
    warehouse: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 5)
    run(warehouse, query="from range(5)", target=tmp_path / "five.xlsx")
    with pytest.raises(TthcError, match="sql_too_many_rows"):
        run(warehouse, query="from range(6)", target=tmp_path / "six.xlsx")
    with pytest.raises(TthcError, match="sql_cell_too_long"):
        run(warehouse, query="select repeat('a', 32768) as a", target=tmp_path / "long.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["five.xlsx"]


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx"])
@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_every_row_arrives_once_however_many_are_written_at_a_time(
    warehouse: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, rows: int
) -> None:
    monkeypatch.setattr(answers, "AT_ONCE", 2)
    path = tmp_path / f"a.{ending}"
    run(warehouse, query=f"select i, 'H' || i as code from range({rows}) as r(i)", target=path)
    if ending == "csv":
        found = [tuple(line.split(",")) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    elif ending == "json":
        found = [(str(row["i"]), row["code"]) for row in json.loads(path.read_text(encoding="utf-8"))]
    elif ending == "parquet":
        found = [(str(i), code) for i, code in duckdb.read_parquet(str(path)).fetchall()]
    else:
        lines = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
        assert lines[0] == ("i", "code")
        found = [(str(i), code) for i, code in lines[1:]]
    assert found == [(str(i), f"H{i}") for i in range(rows)]


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=5)


@given(st.lists(st.tuples(st.none() | words, st.none() | st.integers(-(2**63), 2**63 - 1)), max_size=5))
@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_rows_are_the_same_when_read_back(
    warehouse: Settings, tmp_path: Path, rows: list[tuple[str | None, int | None]]
) -> None:
    values = ", ".join(f"({'null' if a is None else _quoted(a)}, {'null' if b is None else b})" for a, b in rows)
    query = f"select * from (values ('first'::varchar, 0::bigint){values and ', ' + values}) as v(a, b)"
    for ending in ("json", "parquet"):
        run(warehouse, query=query, target=tmp_path / f"a.{ending}")
    back = [tuple(row.values()) for row in json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))]
    assert back == duckdb.read_parquet(str(tmp_path / "a.parquet")).fetchall() == [("first", 0), *rows]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def test_a_failing_query_leaves_the_earlier_file(warehouse: Settings, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    run(warehouse, query="select 1 as a", target=path)
    late = "select cast(if(i < 300000, '1', 'x') as int) as a from range(400000) as r(i)"
    with pytest.raises(TthcError, match="sql_failed"):
        run(warehouse, query=late, target=path)
    assert path.read_text(encoding="utf-8") == "a\n1\n"
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_no_file_is_written_where_it_makes_no_sense(warehouse: Settings, tmp_path: Path) -> None:
    for path, code in (
        (tmp_path / "a.doc", "sql_unknown_ending"), (tmp_path / "nowhere" / "a.csv", "sql_no_folder"),
        (warehouse.versions_dir / AFTER / "a.csv", "sql_not_there"),
        (warehouse.current_link / "a.csv", "sql_not_there"),
    ):  # fmt: skip
        with pytest.raises(UsageFault, match=code):
            run(warehouse, query="select 1", target=path)
    assert [path.name for path in (warehouse.versions_dir / AFTER).iterdir()] == ["tthc.duckdb"]


def test_a_file_of_statements_is_run_in_order(warehouse: Settings, tmp_path: Path) -> None:
    script = tmp_path / "a.sql"
    script.write_text(
        "\ufeff-- đếm\ncreate temp table late as from fct_timeliness where days > 5;\n"
        "select count(*) as n from late;\n.blocks\nselect 'x;y' as text",
        encoding="utf-8",
    )
    said = run(warehouse, file=script)
    assert [line.rstrip() for line in said.splitlines()][3:] == [
        "│ 3 │", "└───┘", "Mỗi dòng một khối", "─── dòng 1 ───", "text  x;y",
    ]  # fmt: skip
    run(warehouse, query="create temp table t as select 1 as a; from t", target=tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "a\n1\n"


def test_a_file_stops_at_its_first_error_and_says_where(warehouse: Settings, tmp_path: Path) -> None:
    script = tmp_path / "a.sql"
    script.write_text("select 1 as one;\n\n-- the wrong one\nselect\n  nothing;\nselect 3 as three;", encoding="utf-8")
    console = Console(file=io.StringIO(), width=120)
    with pytest.raises(TthcError) as failed:
        run_sql(warehouse, console, Wanted(file=script))
    assert failed.value.code == "sql_script_failed"
    assert (failed.value.params["number"], failed.value.params["line"]) == (2, 4)
    assert "LINE 5:" in str(failed.value)
    assert "one" in console.file.getvalue() and "three" not in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("content", "code"), [(b"select '\xff'", "sql_not_utf8"), (None, "sql_no_file")])
def test_a_file_that_cannot_be_read_is_named(
    warehouse: Settings, tmp_path: Path, content: bytes | None, code: str
) -> None:
    path = tmp_path / "a.sql"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageFault, match=code):
        run(warehouse, file=path)


def test_files_that_read_each_other_come_to_an_end(warehouse: Settings, tmp_path: Path) -> None:
    script = tmp_path / "a.sql"
    script.write_text(f".read {script}", encoding="utf-8")
    with pytest.raises(TthcError, match="sql_too_deep"):
        run(warehouse, file=script)


@pytest.mark.parametrize("query", ["select 1; select 2", "create temp table t as select 1"])
def test_one_file_takes_one_answer(warehouse: Settings, tmp_path: Path, query: str) -> None:
    with pytest.raises(UsageFault, match="sql_one_answer"):
        run(warehouse, query=query, target=tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_table_stops_at_its_limit_and_says_how_to_get_all(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "ROWS_SHOWN", 3)
    assert "--rows 0" in run(warehouse, query="from range(4)") and "--rows 0" not in run(
        warehouse, query="from range(3)"
    )
    assert "│     3 │" in run(warehouse, query="from range(4)", rows=0)
    run(warehouse, query="from range(4)", output="csv")
    assert capsys.readouterr().out == "range\n0\n1\n2\n3\n"


def invoke(warehouse: Settings, *arguments: str, piped: str | None = None) -> tuple[int, str, str]:
    command = ["--lang", "en", "sql", *arguments, "--warehouse", str(warehouse.warehouse_dir)]
    done = CliRunner().invoke(app, command, input=piped)
    return done.exit_code, done.stdout, str(done.exception or "")


def test_what_is_piped_in_is_answered_without_a_prompt(warehouse: Settings) -> None:
    assert invoke(warehouse, "--format", "csv", piped="select 1 as a;\nselect\n2 as b") == (0, "a\n1\nb\n2\n", "")
    code, said, _ = invoke(warehouse, piped=".tables handovers\n.quit\nselect 1 as never;")
    assert code == 0 and "fct_handovers" in said and "never" not in said
    code, _, error = invoke(warehouse, piped="select 1; select nothing")
    assert code == 1 and "sql_script_failed" in error


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["select 1", "select 2"], "sql_one_query"), (["select 1", "-f", "a.sql"], "sql_one_query"),
     (["select 1", "--table", "t"], "sql_table_without_compare")],
)  # fmt: skip
def test_wrong_use_says_what_is_right(warehouse: Settings, arguments: list[str], code: str) -> None:
    assert code in invoke(warehouse, *arguments)[2]


def test_a_reader_that_leaves_early_is_no_fault(warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "w", encoding="utf-8") as left:
        monkeypatch.setattr(sys, "stdout", left)
        run(warehouse, query="select repeat('x', 100) as a from range(10000)", output="csv")
