"""The list of the site's pages: address, template and contents of each.

Belongs here: which pages there are. Addresses consist of codes and names that do not change, and are the same in both
languages. Does not belong here: markup (`render`, templates).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pipelines.open_data.vintage_store import AUDIT_FILE, CHANGES_FILE, METHOD_FILES
from pipelines.registers.publication import Table
from pipelines.site.downloads import Download, by_table
from pipelines.site.editions import ShownEdition, feed_address
from pipelines.site.fields import Field
from pipelines.site.figures import Row
from pipelines.site.numbers import folded
from pipelines.site.offices import active_units, answer, closed_units, overview, ranked
from pipelines.site.revisions import revised
from pipelines.site.scores import Scores
from pipelines.site.tile_map import Block, mapped_indicators, mapped_periods, tile_names
from pipelines.site.vintage_reader import PROVINCE, OfficeUnit, VintageReader

OTHER_TABLES = ("thanh-toan", "phan-anh")
WORST_FIRST = "-thap-truoc"


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        path: Address within a language.
        template: Name of the template.
        shown: Values for the template.
        preview: Key of the preview picture.
        same_as: Address of the canonical page of which this is another sort order; None if it is canonical itself.
    """

    path: str
    template: str
    shown: dict[str, Any]
    preview: str = PROVINCE
    same_as: str | None = None


def pages(
    vintage: VintageReader, every_field: list[Field], downloads: list[Download], own_files: dict[str, list[Download]],
    tables: list[str], explorable: Sequence[tuple[Table, Download]], tiles: Sequence[Block],
    editions: Sequence[ShownEdition] = (),
) -> Iterator[Page]:  # fmt: skip
    """Yield every page of the site once; each is rendered in both languages.

    Args:
        vintage: The vintage.
        every_field: All fields.
        downloads: The open-data files.
        own_files: Files of each office, by code.
        tables: Names of the published tables, in the register's order.
        tiles: The blocks of the map.
        explorable: The tables that a browser can read, with their files.
        editions: Published editions, the newest first.
    """
    province = vintage.whole
    groups = list(_groups(vintage))
    others = {table: rows for table in OTHER_TABLES if (rows := _recent(vintage, table))}
    periods = {period.code: period for period in vintage.periods}
    scores = Scores(vintage)
    yield Page(
        "index.html", "home.html.j2", {"view": overview(vintage, province), "groups": groups, "others": list(others)}
    )
    for level, units in vintage.levels.items():
        view = overview(vintage, vintage.level_subject(level))
        shown = {"level": level, "view": view, "target": view.answer.target}
        for order in ("", WORST_FIRST):
            lists = _lists(vintage, units, worst_first=bool(order))
            first = f"cap/{level}.html" if order else None
            yield Page(
                f"cap/{level}{order}.html", "level.html.j2", shown | lists | {"order": order}, f"cap-{level}", first
            )
    for unit in vintage.units.values():
        if unit.code != vintage.province.code:
            lists = _lists(vintage, unit.children, together=unit.has_ended)
            target = next((answers[0].target for _, answers in lists["offices"] if answers[0].target), None)
            shown = {
                "unit": unit,
                "view": overview(vintage, unit.subject),
                "target": target,
                "files": own_files[unit.code],
                "score": scores.of(unit.subject),
            }
            yield Page(f"co-quan/{unit.code}.html", "office.html.j2", shown | lists, preview=unit.code)
    letters = [
        (letter, list(part)) for letter, part in groupby(every_field, lambda field: folded(field.name)[:1].upper())
    ]
    yield Page("linh-vuc/index.html", "fields.html.j2", {"letters": letters})
    for field in every_field:
        yield Page(f"linh-vuc/{field.address}.html", "field.html.j2", {"field": field})
    yield Page("ke-hoach.html", "plan.html.j2", {"sections": _sections(vintage), "periods": periods})
    score = {"score": scores.of(province), "ranking": scores.ranking(), "view": overview(vintage, province)}
    yield Page("diem-766.html", "scores.html.j2", score)
    yield Page("chi-tieu.html", "indicators.html.j2", {"indicators": _indicators(vintage)})
    for table, rows in others.items():
        yield Page(f"{table}.html", "table.html.j2", {"table": table, "rows": rows, "periods": periods})
    yield Page("ban-do.html", "map.html.j2", _map(vintage, tiles))
    yield Page("kham-pha.html", "explore.html.j2", {"tables": explorable})
    yield Page("tai-ve.html", "downloads.html.j2", by_table(downloads, tables))
    yield Page("lan-cong-bo.html", "editions.html.j2", {"editions": editions, "feed": feed_address()})
    method = [file for file in downloads if file.name in (*METHOD_FILES.values(), AUDIT_FILE)]
    yield Page("cach-tinh.html", "method.html.j2", {"notes": method})
    changes = [file for file in downloads if file.name == CHANGES_FILE]
    yield Page("thay-doi.html", "changes.html.j2", {"revised": revised(vintage), "notes": changes})


def _lists(
    vintage: VintageReader, units: list[OfficeUnit], *, worst_first: bool = False, together: bool = False
) -> dict[str, Any]:
    """Return the template values `offices` (active ones) and `ended` (closed ones by year).

    Args:
        vintage: The vintage.
        units: The offices.
        worst_first: True sorts the worst figure first.
        together: True lists all offices in `offices`, for the page of a closed office.
    """
    return {
        "offices": ranked(vintage, units if together else active_units(units), worst_first=worst_first),
        "ended": [] if together else [(year, ranked(vintage, those, worst_first=worst_first))
                                      for year, those in closed_units(units)],
    }  # fmt: skip


def _map(vintage: VintageReader, tiles: Sequence[Block]) -> dict[str, Any]:
    """Return the template values of the map: blocks, width in columns, choices, how many offices do how well."""
    verdicts = Counter(found.verdict for block in tiles for _, found in block.tiles)
    met, not_met = verdicts["met"], verdicts["not_met"]
    return {
        "blocks": tiles,
        "names": tile_names(tiles),
        "columns": max((block.place[1] for block in tiles if block.place), default=0),
        "indicators": mapped_indicators(vintage),
        "periods": mapped_periods(vintage),
        "counts": {"met": met, "not_met": not_met, "other": verdicts.total() - met - not_met},
    }


@dataclass(frozen=True)
class IndicatorGroup:
    """A group in the list of all offices: a level, a district with its communes, or those closed in a year."""

    key: str
    members: list[tuple[OfficeUnit, Any]]
    level: str = ""
    district: OfficeUnit | None = None
    year: str = ""


def _groups(vintage: VintageReader) -> Iterator[IndicatorGroup]:
    """Yield the groups of the front page's list: level by level, offices with those below them; closed ones by year."""

    def answered(units: list[OfficeUnit]) -> list[tuple[OfficeUnit, Any]]:
        return [(unit, answer(vintage, unit.subject)) for unit in units]

    placed: set[str] = set()
    for level, units in vintage.levels.items():
        open_ones = [unit for unit in active_units(units) if unit.code not in placed]
        if alone := [unit for unit in open_ones if not active_units(unit.children)]:
            yield IndicatorGroup(level, answered(alone), level=level)
        for office in open_ones:
            if below := active_units(office.children):
                yield IndicatorGroup(office.code, answered([office, *below]), district=office)
                placed |= {unit.code for unit in below}
    for year, those in closed_units([unit for level in vintage.levels.values() for unit in level]):
        yield IndicatorGroup(f"het-{year}", answered(those), year=year)


def _sections(vintage: VintageReader) -> list[tuple[str, list[Row]]]:
    rows = vintage.data.rows("muc-tieu-ke-hoach")
    newest = max((row["nam"] for row in rows), default="")
    return [
        (section, list(part))
        for section, part in groupby((row for row in rows if row["nam"] == newest), lambda row: row["muc"])
    ]


def _indicators(vintage: VintageReader) -> list[tuple[str, list[Row]]]:
    """Return the catalogue by indicator, with the rows of its rules."""
    found: dict[str, list[Row]] = {}
    for (code, _), row in vintage.catalogue.items():
        found.setdefault(code, []).append(row)
    return list(found.items())


def _recent(vintage: VintageReader, table: str) -> list[Row]:
    """Return a table's rows of the periods that pages show."""
    shown = {period.code for period in [*vintage.months, *vintage.form_periods]}
    return [row for row in vintage.data.rows(table) if row["ky"] in shown]
