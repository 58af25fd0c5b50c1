"""SQL in files: placeholders are filled completely, names are quoted, and every file is read by somebody."""

import sys
from pathlib import Path

import pytest

from pipelines.common import sql
from pipelines.common.sql import quote_identifier, quote_identifiers, read_sql


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a package with one statement, `sql/count`."""
    folder = tmp_path / "statements" / "sql"
    folder.mkdir(parents=True)
    (tmp_path / "statements" / "__init__.py").touch()
    (folder / "count.sql").write_text("select count(*) from {{ table }} where day > $day", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "statements", raising=False)  # another test's, whose folder is gone
    sql._read.cache_clear()
    return "statements"


def test_placeholders_are_filled_and_bound_values_left_alone(package: str) -> None:
    assert read_sql(package, "sql/count", table='"a b"') == 'select count(*) from "a b" where day > $day'


@pytest.mark.parametrize("parts", [{}, {"table": "t", "column": "c"}, {"column": "c"}])
def test_a_missing_or_unknown_part_is_an_error(package: str, parts: dict[str, str]) -> None:
    with pytest.raises(KeyError, match=r"count\.sql"):
        read_sql(package, "sql/count", **parts)


def test_a_missing_file_is_an_error(package: str) -> None:
    with pytest.raises(FileNotFoundError):
        read_sql(package, "sql/other")


def test_a_quoted_name_is_one_identifier() -> None:
    assert quote_identifier('a"; drop table b') == '"a""; drop table b"'
    assert quote_identifiers(["MaHoSo", "a b"]) == '"MaHoSo", "a b"'
