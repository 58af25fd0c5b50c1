"""Rows as people see them: whole values, numbers to the right, folded or in blocks where the terminal is narrow."""

import datetime as dt
import io
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.reports.sql_shell import screen
from pipelines.reports.sql_shell.screen import show_page
from pipelines.reports.sql_shell.tables import Page, render

NAMES = ("unit_name", "received", "value", "day", "note")
TYPES = ("VARCHAR", "BIGINT", "DECIMAL(9,2)", "DATE", "VARCHAR")
DAY = dt.date(2024, 2, 29)
LONG = "Trễ hạn do phải xin ý kiến nhiều cơ quan, đã xin lỗi"
PAGE = Page(NAMES, TYPES, [
    ("UBND xã Mã Đà", 1234567, Decimal("0.10"), DAY, LONG),
    (unicodedata.normalize("NFD", "Sở Tư pháp"), -5, None, None, ""),
])  # fmt: skip


def shown(page: Page, width: int, *, blocks: bool = False) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(render(page, width, blocks=blocks))
    printed = unicodedata.normalize("NFC", console.file.getvalue())  # type: ignore[attr-defined]
    return [line.rstrip() for line in printed.splitlines()]


def test_at_120_columns_everything_stands_in_one_line() -> None:
    assert shown(PAGE, 120) == [
        "┏━━━━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓",
        "┃ unit_name     ┃ received ┃ value ┃ day        ┃ note                                                 ┃",
        "┡━━━━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩",
        "│ UBND xã Mã Đà │  1234567 │  0.10 │ 2024-02-29 │ Trễ hạn do phải xin ý kiến nhiều cơ quan, đã xin lỗi │",
        "│ Sở Tư pháp    │       -5 │  null │ null       │                                                      │",
        "└───────────────┴──────────┴───────┴────────────┴──────────────────────────────────────────────────────┘",
    ]


def test_at_80_columns_texts_are_folded_and_numbers_and_days_are_not() -> None:
    assert shown(PAGE, 80) == [
        "┏━━━━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓",
        "┃ unit_name     ┃ received ┃ value ┃ day        ┃ note                         ┃",
        "┡━━━━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩",
        "│ UBND xã Mã Đà │  1234567 │  0.10 │ 2024-02-29 │ Trễ hạn do phải xin ý kiến   │",
        "│               │          │       │            │ nhiều cơ quan, đã xin lỗi    │",
        "│ Sở Tư pháp    │       -5 │  null │ null       │                              │",
        "└───────────────┴──────────┴───────┴────────────┴──────────────────────────────┘",
    ]


def test_where_folding_is_not_legible_each_row_is_a_block() -> None:
    assert shown(PAGE, 50) == [
        "─── dòng 1 ───",
        "unit_name  UBND xã Mã Đà",
        "received   1234567",
        "value      0.10",
        "day        2024-02-29",
        "note       Trễ hạn do phải xin ý kiến nhiều cơ",
        "           quan, đã xin lỗi",
        "─── dòng 2 ───",
        "unit_name  Sở Tư pháp",
        "received   -5",
        "value      null",
        "day        null",
        "note",
    ]
    assert shown(PAGE, 120, blocks=True)[1] == "unit_name  UBND xã Mã Đà"


@pytest.mark.parametrize("width", [20, 33, 50, 64, 80, 97, 120])
def test_no_value_is_cut_at_any_width(width: int) -> None:
    letters = "".join(shown(PAGE, width)).replace(" ", "").replace("│", "")
    for value in ("1234567", "0.10", "2024-02-29", "UBNDxãMãĐà"):
        assert value in letters
    assert "…" not in letters


def test_values_are_exact() -> None:
    kinds = ("HUGEINT", "DOUBLE", "BOOLEAN", "INTEGER[]", "STRUCT(a VARCHAR)", "BLOB")
    row = (2**100, 0.1 + 0.2, True, [1, None], {"a": "Đ"}, b"\x00\xff")
    text = "\n".join(shown(Page(kinds, kinds, [row]), 200))
    for value in (str(2**100), "0.30000000000000004", "true", "[1, null]", '{"a": "Đ"}', "00ff"):
        assert value in text


def test_a_text_does_not_steer_the_terminal() -> None:
    text = "\n".join(shown(Page(["a"], ["VARCHAR"], [("x\x1b[2Jy\u202ez\r",)]), 80))
    assert "x\\u001b[2Jy\\u202ez\\u000d" in text and "\x1b" not in text


def test_an_answer_without_rows_shows_its_columns() -> None:
    assert "unit_name" in shown(Page(NAMES, TYPES, []), 80)[1]


def terminal(height: int) -> Console:
    return Console(file=io.StringIO(), width=80, height=height, force_terminal=True, color_system=None)


@pytest.mark.parametrize(("height", "paged"), [(50, False), (5, True)])
def test_what_is_longer_than_the_terminal_goes_through_the_users_pager(
    height: int, paged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    monkeypatch.setenv("PAGER", f"tee '{seen}'")
    show_page(console := terminal(height), PAGE, more=False, blocks=False, seconds=0.5)
    assert seen.exists() is paged
    text = (seen.read_text(encoding="utf-8") if paged else "") + console.file.getvalue()  # type: ignore[attr-defined]
    assert "1234567" in text and "2 dòng · 0.50 s" in text


def test_without_a_pager_it_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "/nowhere/pager")
    show_page(console := terminal(5), PAGE, more=True, blocks=False, seconds=0.5)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "1234567" in text and "2+ dòng" in text and "--rows 0" in text


def test_a_pipe_is_not_folded_unless_a_width_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def piped() -> str:
        console = Console(file=io.StringIO(), width=40, color_system=None)
        screen.show_page(console, PAGE, more=False, blocks=False, seconds=0.5)
        return str(console.file.getvalue())  # type: ignore[attr-defined]

    monkeypatch.delenv("COLUMNS", raising=False)
    assert LONG in piped() and " s\n" not in piped()
    monkeypatch.setenv("COLUMNS", "40")
    assert "─── dòng 1 ───" in piped()
