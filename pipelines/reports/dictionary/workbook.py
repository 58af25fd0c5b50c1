"""The dictionary as a workbook: tables, columns, indicators with lineage, lists of codes, example queries.

Belongs here: which columns each sheet has. Does not belong here: what they say (`facts`), how a sheet looks
(`officers.sheets`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.reports.dictionary.model import Dictionary
from pipelines.reports.dictionary.wording import side_by_side, words

WIDTHS = {"text": 48, "name": 30, "short": 13}
# By sheet its columns: the text that heads each, and its width.
SHEETS: dict[str, Sequence[tuple[str, str]]] = {
    "tables": (("schema", "short"), ("table", "name"), ("kind", "short"), ("description_vi", "text"),
               ("description_en", "text"), ("grain_vi", "text"), ("grain_en", "text"), ("key", "name"),
               ("reads", "name"), ("sources", "name"), ("used_by", "name")),
    "columns": (("schema", "short"), ("table", "name"), ("column", "name"), ("type", "short"), ("unit", "short"),
                ("empty", "short"), ("key", "short"), ("description_vi", "text"), ("description_en", "text"),
                ("refers_to", "name"), ("fields", "name")),
    "indicators": (("code", "name"), ("rule", "short"), ("name_vi", "text"), ("name_en", "text"),
                   ("numerator_vi", "text"), ("numerator_en", "text"), ("denominator_vi", "text"),
                   ("denominator_en", "text"), ("needs", "name"), ("view", "name"), ("lineage_columns", "text"),
                   ("fields", "text"), ("basis", "text"), ("valid", "name")),
    "codes": (("place", "name"), ("code", "name"), ("words_vi", "text"), ("words_en", "text")),
    "examples": (("table", "name"), ("question_vi", "text"), ("question_en", "text"), ("sql", "text")),
}  # fmt: skip


def write_workbook(dictionary: Dictionary, path: Path) -> None:
    """Write the workbook; its bytes depend on the dictionary alone."""
    from pipelines.reports.officers.sheets import new_book

    created = dt.datetime.fromisoformat(dictionary.as_of)
    with new_book(path, words("title").vi, created) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E4EEEE"})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        for name, columns in SHEETS.items():
            sheet = book.add_worksheet(words(name if name != "columns" else "column").vi)
            rows = list(_rows(name, dictionary))
            for at, (code, width) in enumerate(columns):
                sheet.set_column(at, at, WIDTHS[width], body)
                sheet.write_string(0, at, side_by_side(code), head)
            for line, row in enumerate(rows, 1):
                for at, value in enumerate(row):
                    sheet.write_string(line, at, value, body)
            sheet.freeze_panes(1, 2)
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)


def _rows(sheet: str, d: Dictionary) -> Iterator[Sequence[str]]:
    """Yield the rows of a sheet, all cells as text."""
    rows: dict[str, Any] = {"tables": _tables, "columns": _columns, "indicators": _indicators, "codes": _codes,
                            "examples": _examples}  # fmt: skip
    yield from rows[sheet](d)


def _tables(d: Dictionary) -> Iterator[Sequence[str]]:
    for t in d.tables:
        used = ", ".join(f"{code} ({rule})" for code, rule in t.indicators)
        yield (
            t.schema, t.name, side_by_side("kind_view" if t.is_view else "kind_table"), t.description.vi,
            t.description.en, t.grain.vi, t.grain.en, ", ".join(c.name for c in t.columns if c.is_key),
            ", ".join(t.reads), ", ".join(t.sources), used,
        )  # fmt: skip


def _columns(d: Dictionary) -> Iterator[Sequence[str]]:
    for t in d.tables:
        for c in t.columns:
            yield (
                t.schema, t.name, c.name, c.type, f"{c.unit.vi} / {c.unit.en}" if c.unit else "",
                side_by_side("may_be_empty" if c.may_be_empty else "never_empty"), "x" if c.is_key else "",
                c.description.vi, c.description.en, c.refers_to or "", ", ".join(c.fields),
            )  # fmt: skip


def _indicators(d: Dictionary) -> Iterator[Sequence[str]]:
    for one in d.indicators:
        i, lineage = one.indicator, one.lineage
        yield (
            i.code, i.rule, i.name.vi, i.name.en, i.numerator.vi, i.numerator.en, i.denominator.vi, i.denominator.en,
            ", ".join(i.needs), lineage.view or "",
            "; ".join(f"{table}: {', '.join(columns)}" for table, columns in lineage.columns.items()),
            "; ".join(f"{source}: {', '.join(fields)}" for source, fields in lineage.fields.items()),
            i.legal_basis, f"{i.valid_from} – {i.valid_to or '…'}",
        )  # fmt: skip


def _codes(d: Dictionary) -> Iterator[Sequence[str]]:
    for code in d.codes:
        yield code.place, code.code, code.words.vi, code.words.en


def _examples(d: Dictionary) -> Iterator[Sequence[str]]:
    for t in d.tables:
        yield t.name, t.example.question.vi, t.example.question.en, t.example.sql
