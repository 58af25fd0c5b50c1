"""Which pages the site has, at which address, and what each shows.

Belongs here: the list. Addresses are made of codes and names that do not change, and are the same in both languages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pipelines.site.book import Book, Unit
from pipelines.site.downloads import Download, by_table
from pipelines.site.editions import ShownEdition, feed_address
from pipelines.site.fields import fields
from pipelines.site.figures import Row
from pipelines.site.numbers import folded
from pipelines.site.offices import answer, overview, ranked
from pipelines.site.revisions import revised

OTHER_TABLES = ("thanh-toan", "phan-anh")
METHOD_FILES = ("PHUONG-PHAP.md", "METHOD.md", "audit.json")
CHANGES_FILE = "CHANGES.md"


@dataclass(frozen=True)
class Page:
    """One page: its address within a language, its template, what the template is given."""

    path: str
    template: str
    shown: dict[str, Any]


def pages(
    book: Book, downloads: list[Download], tables: list[str], editions: Sequence[ShownEdition] = ()
) -> Iterator[Page]:
    """Every page of the site, once; each is printed in both languages. `tables`: those of the register, in order;
    `editions`: those that were out, the newest first."""
    every_field = fields(book)
    province = book.level_subject("tinh")
    groups = list(_groups(book))
    others = {table: rows for table in OTHER_TABLES if (rows := _recent(book, table))}
    periods = {period.code: period for period in book.periods}
    yield Page(
        "index.html", "home.html.j2", {"view": overview(book, province), "groups": groups, "others": list(others)}
    )
    for level, units in book.levels.items():
        view = overview(book, book.level_subject(level))
        shown = {"level": level, "view": view, "offices": ranked(book, units), "target": view.answer.target}
        yield Page(f"cap/{level}.html", "level.html.j2", shown)
    for unit in book.units.values():
        if unit.level != "tinh":
            offices = ranked(book, unit.children)
            target = next((answers[0].target for _, answers in offices if answers[0].target), None)
            shown = {"unit": unit, "view": overview(book, unit.subject), "offices": offices, "target": target}
            yield Page(f"co-quan/{unit.code}.html", "office.html.j2", shown)
    letters = [(letter, list(part)) for letter, part in groupby(every_field, lambda one: folded(one.name)[:1].upper())]
    yield Page("linh-vuc/index.html", "fields.html.j2", {"letters": letters})
    for one in every_field:
        yield Page(f"linh-vuc/{one.address}.html", "field.html.j2", {"field": one})
    yield Page("ke-hoach.html", "plan.html.j2", {"sections": _sections(book), "periods": periods})
    yield Page("chi-tieu.html", "indicators.html.j2", {"indicators": _indicators(book)})
    for table, rows in others.items():
        yield Page(f"{table}.html", "table.html.j2", {"table": table, "rows": rows, "periods": periods})
    yield Page("tai-ve.html", "downloads.html.j2", by_table(downloads, tables))
    yield Page("lan-cong-bo.html", "editions.html.j2", {"editions": editions, "feed": feed_address()})
    method = [file for file in downloads if file.name in METHOD_FILES]
    yield Page("cach-tinh.html", "method.html.j2", {"notes": method})
    changes = [file for file in downloads if file.name == CHANGES_FILE]
    yield Page("thay-doi.html", "changes.html.j2", {"revised": revised(book), "notes": changes})


def _groups(book: Book) -> Iterator[tuple[str, Unit | None, list[tuple[Unit, Any]]]]:
    """The list of all offices for the front page: departments, then each district and below it its communes."""
    departments = book.levels.get("so", [])
    if departments:
        yield "so", None, [(unit, answer(book, unit.subject)) for unit in departments]
    districts = book.levels.get("huyen", [])
    for district in districts:
        members = [district, *district.children]
        yield district.code, district, [(unit, answer(book, unit.subject)) for unit in members]
    placed = {unit.code for district in districts for unit in district.children}
    others = [unit for unit in book.levels.get("xa", []) if unit.code not in placed]
    if others:
        yield "xa", None, [(unit, answer(book, unit.subject)) for unit in others]


def _sections(book: Book) -> list[tuple[str, list[Row]]]:
    rows = book.data.rows("muc-tieu-ke-hoach")
    newest = max((row["nam"] for row in rows), default="")
    return [
        (section, list(part))
        for section, part in groupby((row for row in rows if row["nam"] == newest), lambda row: row["muc"])
    ]


def _indicators(book: Book) -> list[tuple[str, list[Row]]]:
    """The catalogue by indicator: its rules together."""
    found: dict[str, list[Row]] = {}
    for (code, _), row in book.catalogue.items():
        found.setdefault(code, []).append(row)
    return list(found.items())


def _recent(book: Book, table: str) -> list[Row]:
    """A table's rows of the periods that the site speaks of."""
    shown = {period.code for period in [*book.months, *book.form_periods]}
    return [row for row in book.data.rows(table) if row["ky"] in shown]
