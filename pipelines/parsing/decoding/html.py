"""HTML under the name .xls as a grid: the one table that is a list, its cells at their places.

lxml mends what is wrong and says nothing, so what was written is counted against what it made of it.
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
    """Return merged ranges and rows of the only table with three or more columns.

    Title and signature blocks have fewer.
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
    # The parser mends what is wrong and says nothing: what was written must all be there.
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
    """Return cells at their places: a cell over several columns or rows takes them all and stands in the first.

    None if a row ends before its last column.
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
            taken[at, column] = _shown(cell)
            if wide > 1 or high > 1:
                merged.append((at, column, at + high - 1, column + wide - 1))
            column += wide
    width = max((column for _, column in taken), default=-1) + 1
    # A table within a table, or a cell outside of any row: which cell is whose is not certain.
    if width > 2 and sum(map(len, cells)) != len(table.xpath(".//td | .//th")):
        raise FileRefused("not_a_workbook")
    if width * len(rows) > MOST_CELLS:
        raise FileRefused("too_large", limit=f"{MOST_CELLS:,}")
    return merged, [[taken.get((at, n)) for n in range(width)] for at in range(len(rows))]


def _shown(cell: Any) -> str:
    """Return the text of a cell as a browser shows it: runs of blanks are one, lines break only at <br>."""
    lines = BLANKS.sub(" ", cell.text_content()).split(LINE_BREAK)
    return "\n".join(line.strip() for line in lines).strip()


def _spans(cell: Any, rows_left: int) -> tuple[int, int]:
    """Return how many columns and rows a cell takes; 0 rows means all that are left."""
    written = (re.match(r"\s*\+?([0-9]{1,9})", cell.get(name, "")) for name in ("colspan", "rowspan"))
    wide, high = (int(digits[1]) if digits else 1 for digits in written)
    if wide > LARGEST_SPAN or high > LARGEST_SPAN:
        raise FileRefused("too_large", limit=f"{LARGEST_SPAN:,}")
    return max(wide, 1), min(high or rows_left, rows_left)
