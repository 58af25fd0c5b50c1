"""What somebody typed is cut where DuckDB would cut it, and every statement knows its line."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports.sql_shell.prompt import is_ready
from pipelines.reports.sql_shell.statements import Piece, ends_statement, pieces


def test_texts_names_and_comments_end_nothing() -> None:
    text = "select 'Đồng; Nai' as \"a;b\" -- c; d\n; /* ; */ select $$x;y$$;"
    assert [piece.text for piece in pieces(text)] == [
        "select 'Đồng; Nai' as \"a;b\" -- c; d", "select $$x;y$$",
    ]  # fmt: skip


def test_statements_and_commands_know_their_line() -> None:
    text = "-- first\n\nselect 1;\n.tables dim\n\nselect\n  2; select 3;\n\\d dim_unit\nselect 4"
    assert list(pieces(text)) == [
        Piece("select 1", 1 + 2), Piece(".tables dim", 4, is_command=True), Piece("select\n  2", 6),
        Piece("select 3", 7), Piece("\\d dim_unit", 8, is_command=True), Piece("select 4", 9),
    ]  # fmt: skip


def test_a_point_within_a_statement_is_no_command() -> None:
    assert [piece.is_command for piece in pieces("select 1 +\n.5;\n")] == [False]
    assert [piece.text for piece in pieces("select\n.tables\n;")] == ["select\n.tables"]


@pytest.mark.parametrize("text", ["", " \n ", "-- nothing", "/* ; */", ";;", " ; -- ;"])
def test_where_there_is_nothing_to_run_nothing_is(text: str) -> None:
    assert list(pieces(text)) == []


@pytest.mark.parametrize(
    ("text", "ready"),
    [("select 1", False), ("select 1;", True), ("select 1; -- done", True), ("select ';", False),
     ("select 1 /*;", False), ("select 1;\nselect", False), (".tables", True), ("\\d t", True), ("help", True),
     ("QUIT;", True), ("", True), ("select 1 -- ;", False)],
)  # fmt: skip
def test_enter_runs_what_is_whole(text: str, ready: bool) -> None:
    assert is_ready(text) is ready


parts = st.lists(
    st.sampled_from(["select 1", "select 'a;b'", 'select 2 as "x;"', "select $$;$$", "-- ;\n select 3",
                     "/* ; */ select 4", "select 'đ;ệ' -- x;y\n"]),
    max_size=6,
)  # fmt: skip


@given(parts, st.sampled_from([";", " ; ", ";\n", "\n;\n\n"]))
def test_as_many_statements_as_duckdb_finds(texts: list[str], between: str) -> None:
    text = between.join([*texts, ""])
    assert len(list(pieces(text))) == len(duckdb.connect().extract_statements(text)) == len(texts)
    assert ends_statement(text) is bool(texts)
