"""`tthc sql` reads the published version and can do nothing else."""

import errno
import json
import os
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pipelines.common.errors import TthcError
from pipelines.reports.sql_shell import read_only_connection
from pipelines.reports.sql_shell.run import Wanted, run_sql
from pipelines.settings import Settings


def show(settings: Settings, console: Console, query: str, output: str) -> None:
    run_sql(settings, console, Wanted(query, output=output))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(warehouse_dir=tmp_path)
    folder = settings.versions_dir / "v1"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "tthc.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.t as select 1 as a, 'Đồng Nai' as b, null as c")
    settings.current_link.symlink_to(Path("versions") / "v1")
    return settings


@pytest.mark.parametrize(
    "query",
    ["insert into t values (2, 'x', null)", "drop table t", "copy t to 'x.csv'", "from read_csv('/etc/passwd')",
     "attach 'other.db'", "install httpfs", "set enable_external_access = true", "select * from nowhere", "select"],
)  # fmt: skip
def test_what_is_not_a_question_is_refused(settings: Settings, query: str) -> None:
    with pytest.raises(TthcError, match="sql_failed"):
        show(settings, Console(quiet=True), query, "table")


@pytest.mark.parametrize(
    ("query", "hint"),
    [("from nowhere", ".tables"), ("select z from t", ".schema"), ("copy t to 'x.csv'", "-o"), ("drop table t", "-o")],
)
def test_an_error_says_what_to_do(settings: Settings, query: str, hint: str) -> None:
    with pytest.raises(TthcError) as failed:
        show(settings, Console(quiet=True), query, "table")
    assert hint in str(failed.value).splitlines()[-1]


def test_answers_come_as_csv_json_or_a_table(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    show(settings, Console(), "select a, b, c from t", "csv")
    assert capsys.readouterr().out == "a,b,c\n1,Đồng Nai,\n"
    show(settings, Console(), "select a, b, c from t", "json")
    assert json.loads(capsys.readouterr().out) == [{"a": 1, "b": "Đồng Nai", "c": None}]
    show(settings, Console(), "select b from t", "table")
    assert "Đồng Nai" in capsys.readouterr().out


def test_where_nothing_is_published_the_answer_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TthcError, match="tthc run"):
        show(Settings(warehouse_dir=tmp_path), Console(), "select 1", "table")


def _files(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in settings.warehouse_dir.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("option", ["", " (use_tmp_file false)", " (format csv, per_thread_output)"])
@pytest.mark.parametrize("ending", ["", ".wal", ".tmp", ".wal.checkpoint"])
def test_no_query_writes_the_published_file_or_anything_beside_it(settings: Settings, ending: str, option: str) -> None:
    before = _files(settings)
    for name in ("current", "versions/v1"):
        target = settings.warehouse_dir / name / f"tthc.duckdb{ending}"
        for query in (f"copy (select 1) to '{target}'{option}", f"explain analyze copy t to '{target}'{option}"):
            with pytest.raises(TthcError, match="sql_failed"):
                show(settings, Console(quiet=True), query, "table")
    with read_only_connection(settings) as connection:
        (own,) = connection.execute("select path from duckdb_databases() where not internal").fetchone() or ("",)
        with pytest.raises(duckdb.Error):
            connection.execute(f"copy (select 1) to '{own}{ending}'{option}")
    assert _files(settings) == before
    assert not [path for path in settings.warehouse_dir.iterdir() if path.name.startswith(".reader")]


def test_a_log_that_somebody_put_beside_the_published_file_is_not_believed(settings: Settings) -> None:
    database = settings.versions_dir / "v1" / "tthc.duckdb"
    forged = settings.warehouse_dir / "forged.duckdb"
    forged.write_bytes(database.read_bytes())
    with duckdb.connect(str(forged), config={"checkpoint_threshold": "1TB"}) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown; update marts.t set a = 99")
        log = forged.with_name("forged.duckdb.wal").read_bytes()
    database.with_name("tthc.duckdb.wal").write_bytes(log)
    with duckdb.connect(str(database), read_only=True) as deceived:
        assert deceived.execute("select a from marts.t").fetchone() == (99,)
    with pytest.raises(TthcError, match=r"log_beside_version.*tthc\.duckdb\.wal"):
        show(settings, Console(quiet=True), "select a from t", "table")


def test_a_reader_without_a_place_of_its_own_beside_the_file_reads_a_copy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def other_file_system(*_: object) -> None:
        raise OSError(errno.EXDEV, "cross-device link")

    monkeypatch.setattr(os, "link", other_file_system)
    show(settings, Console(), "select a from t", "csv")
    assert capsys.readouterr().out == "a\n1\n"
