"""Reads a finished site back as an outsider would: pages with lxml, CSVs with the standard library."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from lxml import html

HIDDEN_WORDS = {
    "vi": {"c": "kín", "s": "kín", "m": "ít", "o": "không có", "x": "chưa có", "k": "chưa tính", "u": "thiếu đơn vị",
           "w": "chưa đến kỳ", "z": "không áp dụng", "": "–"},
    "en": {"c": "hidden", "s": "hidden", "m": "few", "o": "none", "x": "not yet", "k": "not computed",
           "u": "unit missing", "w": "not due", "z": "n/a", "": "–"},
}  # fmt: skip
NOTES = {"vi": {"r": "đã sửa", "p": "tạm tính"}, "en": {"r": "revised", "p": "provisional"}}


@dataclass(frozen=True)
class Shown:
    """A figure as a page shows it, and the CSV cell that it names."""

    page: Path
    lang: str
    element: html.HtmlElement
    row: dict[str, str]
    column: str

    @property
    def text(self) -> str:
        return " ".join(self.element.text_content().split())

    @property
    def flag(self) -> str:
        """The cell's flag: `co_<column>`, of a rate and of points `co`; a target has none."""
        shared = self.column.startswith("ty_le") or self.column == "diem"
        return self.row.get("co" if shared else f"co_{self.column}", "")

    @property
    def bound(self) -> str:
        return self.row.get("dau", "") if self.column.startswith("ty_le") else ""


@cache
def tree(page: Path) -> html.HtmlElement:
    """Return a page, parsed.

    Pages are UTF-8 whatever lxml would guess.
    """
    return html.fromstring(page.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


@cache
def table(open_data: Path, name: str) -> list[dict[str, str]]:
    with (open_data / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def figures(site: Path, open_data: Path) -> Iterator[Shown]:
    """Yield every element of every page that names a CSV cell."""
    for page in pages(site):
        lang = page.relative_to(site).parts[0]
        for element in tree(page).iterfind(".//*[@data-at]"):
            name, number, column = element.get("data-at").split(":")
            yield Shown(page, lang, element, table(open_data, name)[int(number) - 1], column)


def number_of(text: str, lang: str) -> Decimal:
    """Return what a reader takes the text for: "≥ 1.234,5%" in Vietnamese is 1234.5."""
    pattern = r"(?:[≥≤] ?)?(\d{1,3}(?:\.\d{3})*|\d+)(?:,(\d+))?%?" if lang == "vi" else (
        r"(?:[≥≤] ?)?(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d+))?%?"
    )  # fmt: skip
    found = re.fullmatch(pattern, text)
    assert found, text
    whole = re.sub(r"[.,]", "", found[1])
    return Decimal(f"{whole}.{found[2]}" if found[2] else whole)
