"""Decodes HTML under the name .xls into a grid: the one table that is a list, with merged cells spread.

lxml repairs wrong HTML silently, so the tags in the bytes are counted and compared with its result. Does not belong
here: which rows are the header (`readers.grid_header`).
"""

import re
from collections.abc import Iterator
from typing import Any

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.kinds import HEAD_BYTES, refuse_other_kind
from pipelines.parsing.decoding.limits import LARGEST_SPAN, MOST_CELLS, Merge
from pipelines.parsing.decoding.spot import Spot

OPENING_TAG = re.compile(rb"<(table|tr|td|th)[\s/>]", re.IGNORECASE)
HIDDEN = re.compile(r"display:none|visibility:(hidden|collapse)|mso-hide:all")
BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
LINE_BREAK = "\u2028"


def html_grid(content: bytes) -> tuple[list[Merge], Iterator[list[Any]]]:
    """Return merged ranges and rows of the only table with three or more columns; titles and signatures have fewer.

    Raises:
        FileRefused: If the bytes are no complete HTML in UTF-8, cells are hidden, or several tables are that wide.
    """
    import lxml.etree
    import lxml.html

    refuse_other_kind(content[:HEAD_BYTES], "is_html")
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise FileRefused("wrong_encoding", encoding="utf-8", **Spot().at(content, error.start)) from None
    lower = content.lower()
    if b"\0" in content:
        code = "nul_byte" if b"\0" in content.rstrip(b"\0") else "nul_padding"
        raise FileRefused(code, **Spot().at(content, content.find(b"\0")))
    if lower.count(b"<table") != lower.count(b"</table"):
        raise FileRefused("cut_off", line=Spot().at(content, len(content))["line"])
    try:
        parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        tree = lxml.html.document_fromstring(content, parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error
    # The parser repairs wrong HTML silently: all tags of the bytes must be in its result.
    if len(OPENING_TAG.findall(content)) != sum(1 for _ in tree.iter("table", "tr", "td", "th")):
        raise FileRefused("not_a_workbook")
    for element in tree.xpath("//*[@style or @hidden][ancestor-or-self::table or .//table]"):
        if _is_hidden(element):
            raise FileRefused("hidden_cells", line=element.sourceline)
    lxml.etree.strip_elements(tree, "script", "style", with_tail=False)
    for line_break in tree.iter("br"):
        line_break.tail = LINE_BREAK + (line_break.tail or "")
    grids = [_spread(table) for table in tree.iter("table")]
    wide = [(merged, rows) for merged, rows in grids if max(map(len, rows), default=0) > 2]
    if len(wide) != 1:
        raise FileRefused("tables", tables=len(wide))
    return wide[0][0], iter(wide[0][1])


def _is_hidden(element: Any) -> bool:
    return "hidden" in element.attrib or bool(HIDDEN.search("".join(element.get("style", "").lower().split())))


def _spread(table: Any) -> tuple[list[Merge], list[list[Any]]]:
    """Return merged ranges and rows: a cell that spans several columns or rows is in the first, the others are empty.

    Where a row has fewer cells than the table has columns, the missing ones are None.
    """
    taken: dict[tuple[int, int], str] = {}
    merged: list[Merge] = []
    rows = table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")
    cells = [row.xpath("./td | ./th") for row in rows]
    spans = [[_spans(cell, len(rows) - at) for cell in row] for at, row in enumerate(cells)]
    if sum(wide * high for row in spans for wide, high in row) > MOST_CELLS:
        raise FileRefused("too_large", limit=f"{MOST_CELLS:,}")
    for at, row in enumerate(cells):
        column = 0
        for cell, (wide, high) in zip(row, spans[at], strict=True):
            while (at, column) in taken:
                column += 1
            taken.update({(at + y, column + x): "" for y in range(high) for x in range(wide)})
            taken[at, column] = _visible_text(cell)
            if wide > 1 or high > 1:
                merged.append((at, column, at + high - 1, column + wide - 1))
            column += wide
    width = max((column for _, column in taken), default=-1) + 1
    # A table within a table, or a cell outside of any row: it is not certain to which row a cell belongs.
    if width > 2 and sum(map(len, cells)) != len(table.xpath(".//td | .//th")):
        raise FileRefused("not_a_workbook")
    if width * len(rows) > MOST_CELLS:
        raise FileRefused("too_large", limit=f"{MOST_CELLS:,}")
    return merged, [[taken.get((at, n)) for n in range(width)] for at in range(len(rows))]


def _visible_text(cell: Any) -> str:
    """Return the text of a cell as a browser shows it: runs of blanks become one, lines break only at <br>."""
    lines = BLANKS.sub(" ", cell.text_content()).split(LINE_BREAK)
    return "\n".join(line.strip() for line in lines).strip()


def _spans(cell: Any, rows_left: int) -> tuple[int, int]:
    """Return how many columns and rows a cell spans; a rowspan of 0 means all rows that are left."""
    written = (re.match(r"\s*\+?([0-9]{1,9})", cell.get(name, "")) for name in ("colspan", "rowspan"))
    wide, high = (int(digits[1]) if digits else 1 for digits in written)
    if wide > LARGEST_SPAN or high > LARGEST_SPAN:
        raise FileRefused("too_large", limit=f"{LARGEST_SPAN:,}")
    return max(wide, 1), min(high or rows_left, rows_left)
