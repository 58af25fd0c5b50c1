"""Workbooks written byte by byte, new and old, because no library writes what is wrong."""

import io
import struct
import zipfile
from collections.abc import Sequence

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SECTOR, END, FREE, IS_FAT = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def text_cell(place: str, text: str) -> str:
    """Return a cell of text as XML."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def xml_rows(rows: Sequence[Sequence[str]], first: int = 1) -> str:
    """Return rows of text as XML, the first at Excel's row `first`."""
    return "".join(
        f'<row r="{y}">' + "".join(text_cell(f"{'ABCDEFGH'[x]}{y}", cell) for x, cell in enumerate(row)) + "</row>"
        for y, row in enumerate(rows, first)
    )


def new_workbook(*sheets: str, formats: Sequence[str] = (), extra: Sequence[str] = ()) -> bytes:
    """Return an .xlsx whose sheets hold these rows of XML.

    Style 1 and on are cells of these number formats.
    """
    numbers = range(1, len(sheets) + 1)
    formatted = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{n}"/>' for n in (0, *range(200, 200 + len(formats))))
    members = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>' for n in numbers)
        + f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{formatted}</numFmts><cellXfs>{styles}</cellXfs>'
        "</styleSheet>",
    }
    for number, rows in zip(numbers, sheets, strict=True):
        members[f"xl/worksheets/s{number}.xml"] = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    members |= dict.fromkeys(extra, "x")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in members.items():
            package.writestr(name, HEAD + text)
    return content.getvalue()


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def old_cell(row: int, column: int, value: str | float, style: int = 0) -> bytes:
    """Return a record of one cell, counted from 0: text, a whole number as Excel packs it, or another number."""
    place = struct.pack("<HHH", row, column, style)
    if isinstance(value, str):
        return _record(0x0204, place + _text(value))
    if isinstance(value, int):
        return _record(0x027E, place + struct.pack("<I", (value << 2 | 2) & 0xFFFFFFFF))
    return _record(0x0203, place + struct.pack("<d", value))


def old_rows(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Return records of the cells of these rows."""
    return b"".join(old_cell(y, x, cell) for y, row in enumerate(rows) for x, cell in enumerate(row))


def old_workbook(cells: bytes, formats: Sequence[str] = (), extra: bytes = b"") -> bytes:
    """Return a binary .xls with one sheet of these records.

    Style 1 and on are cells of these number formats.
    """
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)) + extra
    start += b"".join(_record(0x041E, struct.pack("<H", 200 + n) + _text(code)) for n, code in enumerate(formats))
    start += b"".join(
        _record(0x00E0, struct.pack("<HHH", 0, n, 0) + bytes(14)) for n in (0, *range(200, 200 + len(formats)))
    )
    name = b"S"
    size = len(start) + 4 + 8 + len(name) + 4
    start += _record(0x0085, struct.pack("<IBBBB", size, 0, 0, len(name), 0) + name) + _record(0x000A, b"")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)) + cells + _record(0x000A, b"")
    return _compound(start + sheet)


def _entry(name: str, kind: int, first: int, size: int, child: int = FREE) -> bytes:
    written = (name + "\0").encode("utf-16-le") if name else b""
    return (written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, FREE, FREE, child)
            + bytes(36) + struct.pack("<IQ", first, size))  # fmt: skip


def _compound(stream: bytes) -> bytes:
    """Return the stream as the only one of a compound file: header, table of sectors, directory, content."""
    stream = stream.ljust(max(-(-len(stream) // SECTOR) * SECTOR, 4096), b"\0")
    count = len(stream) // SECTOR
    chain = [IS_FAT, END, *range(3, count + 2), END]
    assert len(chain) <= SECTOR // 4
    table = struct.pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIIIIIII", 1, 1, 0, 4096, END, 0, END, 0, 0) + struct.pack("<I", FREE) * 108
    directory = _entry("Root Entry", 5, END, 0, child=1) + _entry("Workbook", 2, 2, len(stream)) + bytes(256)
    return head + table + directory + stream
