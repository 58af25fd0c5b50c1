"""`tthc sql` reads the published version and can do nothing else."""

import json
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pipelines.errors import TthcError
from pipelines.query import show
from pipelines.settings import Settings


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
