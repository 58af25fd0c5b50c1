"""The child process in which formats are decoded that can attack their reader: Excel, HTML, Parquet.

Started by `sandbox` as `python -m pipelines.parsing.child KIND PATH PACKED`, with limits on memory and time.
It writes a grid as JSON lines, or Parquet as an Arrow stream, to stdout; a refusal as JSON to stderr. It
imports little, because it starts anew for every file. It knows no contract.
"""

import datetime as dt
import io
import json
import re
import resource
import struct
import sys
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.errors import EXIT_FILE_REFUSED, FileRefused

MEMORY_BYTES = 3 << 30
CPU_SECONDS = 600
LARGEST_BYTES = 512 << 20
LARGEST_RATIO = 200
MOST_MEMBERS = 2_000
MOST_CELLS = 8_000_000
LARGEST_SPAN = 1_000
ROWS_PER_BATCH = 100_000
# Elements of a sheet's XML, with or without a prefix before their name.
SHEET = re.compile(rb"<(?:[^\s<>/!?:]+:)?worksheet[\s>]")
FORMULA = re.compile(rb"<(?:[^\s<>/!?:]+:)?f[\s/>]")
ERROR_CELL = re.compile(rb"<(?:[^\s<>/!?:]+:)?c\s(?:[^<>]*\s)?t\s*=\s*[\"']e[\"']")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Longer than any element's start that honest writers make, so that none is missed between two blocks.
OVERLAP_BYTES = 512
UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
# The old Excel format: a compound file whose streams are chains of sectors, and in it a stream of records.
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
LAST_SECTOR = 0xFFFFFFFA
FORMULA_RECORDS, CELL_RECORD, PASSWORD_RECORD = (0x0006, 0x0206, 0x0406), 0x0205, 0x002F
OPENING_TAG = re.compile(rb"<(table|tr|td|th)[\s/>]", re.IGNORECASE)
HIDDEN = re.compile(r"display:none|visibility:(hidden|collapse)|mso-hide:all")
HTML_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
LINE_BREAK = "\u2028"

Merge = tuple[int, int, int, int]


def content_of(path: Path, packed: bool) -> bytes:
    """All bytes, unpacked where they are gzip. Raises FileRefused above the limit or where they do not unpack."""
    import gzip

    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise FileRefused("cannot_unpack") from None
    if len(content) > LARGEST_BYTES:
        raise FileRefused("too_large", limit=f"{LARGEST_BYTES:,}")
    return content


def check_package(content: bytes) -> None:
    """Limits of an .xlsx as a zip, and what no certain list holds: document types, macros, formulas, error cells.

    The reader gives an error cell as an empty one, so only the XML tells.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            names = [member.filename.lower() for member in members]
            size = sum(member.file_size for member in members)
            ceiling = min(LARGEST_BYTES, max(LARGEST_RATIO * len(content), 64 << 20))
            if len(members) > MOST_MEMBERS or size > ceiling:
                raise FileRefused("too_large", limit=f"{ceiling:,}")
            if any(name.endswith("vbaproject.bin") for name in names):
                raise FileRefused("macros")
            # Of two members of one name readers take either; the other two are formats whose formulas stay unseen.
            if len(set(names)) < len(names) or {"xl/workbook.bin", "content.xml"} & set(names):
                raise FileRefused("not_a_workbook")
            for member in members:
                _check_member(package, member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise FileRefused("not_a_workbook") from error


def _check_member(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Looks through a member by what it holds, not by its name: a sheet may have any."""
    with package.open(member) as stream:
        text = stream.read(1 << 20)
        if text.startswith(UTF16):
            raise FileRefused("not_a_workbook")
        start = text.removeprefix(b"\xef\xbb\xbf").lstrip()
        if start and not start.startswith(b"<"):
            return
        is_sheet = False
        while text:
            is_sheet = is_sheet or SHEET.search(text) is not None
            if DOCTYPE.search(text):
                raise FileRefused("not_a_workbook")
            if is_sheet and FORMULA.search(text):
                raise FileRefused("formulas")
            if is_sheet and ERROR_CELL.search(text):
                raise FileRefused("error_cells")
            block = stream.read(1 << 20)
            text = text[-OVERLAP_BYTES:] + block if block else b""


def check_compound(content: bytes) -> None:
    """The same for the old format, whose formulas and error cells the reader does not tell either."""
    try:
        streams = _streams(content)
        if "EncryptedPackage" in streams:
            raise FileRefused("password")
        if "_VBA_PROJECT_CUR" in streams or "_VBA_PROJECT" in streams:
            raise FileRefused("macros")
        book = streams["Workbook"] if "Workbook" in streams else streams["Book"]
        at = 0
        while at + 4 <= len(book):
            kind, size = struct.unpack_from("<HH", book, at)
            if kind == PASSWORD_RECORD:
                raise FileRefused("password")
            if kind in FORMULA_RECORDS:
                raise FileRefused("formulas")
            if kind == CELL_RECORD and book[at + 11]:
                raise FileRefused("error_cells")
            at += 4 + size
    except (struct.error, LookupError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error


def _streams(content: bytes) -> dict[str, bytes]:
    """The names in a compound file, with the bytes of its workbook. Raises an error where it is damaged."""
    shift, mini_shift = struct.unpack_from("<HH", content, 0x1E)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("sectors of an unknown size")
    folder, _, smallest, mini_table, _, more, _ = struct.unpack_from("<7I", content, 0x30)

    def sector(number: int) -> bytes:
        return content[(number + 1) << shift : (number + 2) << shift]

    def chain(number: int, table: array, piece: Callable[[int], bytes]) -> bytes:
        pieces: list[bytes] = []
        while number < LAST_SECTOR:
            if len(pieces) > len(table):
                raise ValueError("a chain without end")
            pieces.append(piece(number))
            number = table[number]
        return b"".join(pieces)

    numbers = array("I", content[0x4C:0x200])
    for _ in range(len(content) >> shift):
        if more >= LAST_SECTOR:
            break
        numbers.extend(array("I", sector(more)))
        more = numbers.pop()
    table = array("I", b"".join(sector(number) for number in numbers if number < LAST_SECTOR))
    entries = chain(folder, table, sector)
    minis = array("I", chain(mini_table, table, sector))
    mini_stream = b""

    def mini_sector(number: int) -> bytes:
        return mini_stream[number << mini_shift : (number + 1) << mini_shift]

    found: dict[str, bytes] = {}
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        first, size = struct.unpack_from("<II", entries, at + 116)
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le")
        if kind == 5:
            mini_stream = chain(first, table, sector)
        elif name not in ("Workbook", "Book"):
            found[name] = b""
        elif size < smallest:
            found[name] = chain(first, minis, mini_sector)[:size]
        else:
            found[name] = chain(first, table, sector)[:size]
    return found


def excel_grid(content: bytes) -> tuple[list[Merge], Iterator[list[Any]]]:
    """Merged ranges and rows of the only visible sheet."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    if content.startswith(COMPOUND):
        check_compound(content)
    elif content.startswith(b"PK"):
        check_package(content)
    else:
        raise FileRefused("not_a_workbook")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            visible = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
            if len(visible) != 1:
                raise FileRefused("sheets", sheets=len(visible))
            sheet = book.get_sheet_by_name(visible[0])
            last_row, last_column = sheet.end or (-1, -1)
            if (last_row + 1) * (last_column + 1) > MOST_CELLS:
                raise FileRefused("too_large", limit=f"{MOST_CELLS:,}")
            merged = [
                (top, left, min(bottom, last_row), min(right, last_column))
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
                if top <= last_row and left <= last_column
            ]
            # Merged ranges never overlap, so they cannot be more cells than the sheet has.
            if sum((m[2] - m[0] + 1) * (m[3] - m[1] + 1) for m in merged) > (last_row + 1) * (last_column + 1):
                raise FileRefused("not_a_workbook")
            return merged, iter(sheet.to_python(skip_empty_area=False))
    except PasswordError:
        raise FileRefused("password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error


def html_grid(content: bytes) -> tuple[list[Merge], Iterator[list[Any]]]:
    """Merged ranges and rows of the only table with three or more columns; title and signature blocks have fewer."""
    import lxml.etree
    import lxml.html

    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        content.decode()
    except UnicodeDecodeError:
        raise FileRefused("wrong_encoding", encoding="utf-8") from None
    lower = content.lower()
    if b"\0" in content:
        raise FileRefused("nul_byte")
    if lower.count(b"<table") != lower.count(b"</table"):
        raise FileRefused("cut_off")
    try:
        parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        tree = lxml.html.document_fromstring(content, parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error
    # The parser mends what is wrong and says nothing: what was written must all be there.
    if len(OPENING_TAG.findall(content)) != sum(1 for _ in tree.iter("table", "tr", "td", "th")):
        raise FileRefused("not_a_workbook")
    if any(
        _is_hidden(element) for element in tree.xpath("//*[@style or @hidden][ancestor-or-self::table or .//table]")
    ):
        raise FileRefused("hidden_cells")
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
    """Cells at their places: a cell over several columns or rows takes them all and stands in the first. None
    where a row ends before its last column."""
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
    """The text of a cell as a browser shows it: runs of blanks are one, lines break only at <br>."""
    lines = HTML_BLANKS.sub(" ", cell.text_content()).split(LINE_BREAK)
    return "\n".join(line.strip() for line in lines).strip()


def _spans(cell: Any, rows_left: int) -> tuple[int, int]:
    """How many columns and rows a cell takes; 0 rows means all that are left."""
    written = (re.match(r"\s*\+?([0-9]{1,9})", cell.get(name, "")) for name in ("colspan", "rowspan"))
    wide, high = (int(digits[1]) if digits else 1 for digits in written)
    if wide > LARGEST_SPAN or high > LARGEST_SPAN:
        raise FileRefused("too_large", limit=f"{LARGEST_SPAN:,}")
    return max(wide, 1), min(high or rows_left, rows_left)


def _plain(cell: Any) -> Any:
    """A cell as JSON: text, numbers and truth values as they are, moments as [kind, ISO]."""
    # Excel keeps moments as fractions of a day; whole seconds are what was meant.
    half_second = dt.timedelta(milliseconds=500)
    if isinstance(cell, dt.datetime):
        return ["datetime", (cell + half_second).replace(microsecond=0).isoformat()]
    if isinstance(cell, dt.time):
        moment = dt.datetime.combine(dt.date(1900, 1, 1), cell) + half_second
        return ["time", (cell if moment.day > 1 else moment.time().replace(microsecond=0)).isoformat()]
    if isinstance(cell, dt.date):
        return ["date", cell.isoformat()]
    return ["duration", str(cell)] if isinstance(cell, dt.timedelta) else cell


def write_grid(out: BinaryIO, merged: list[Merge], rows: Iterator[list[Any]]) -> None:
    """First line the merged ranges, then one line per row, last line how many rows there were."""
    count = 0
    out.write(json.dumps({"merged": merged}).encode() + b"\n")
    for row in rows:
        out.write(json.dumps([_plain(cell) for cell in row]).encode() + b"\n")
        count += 1
    out.write(json.dumps({"rows": count}).encode() + b"\n")


def write_parquet(out: BinaryIO, content: bytes | None, path: Path) -> None:
    """The columns of a Parquet file as an Arrow stream; every column must be text."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        source = io.BytesIO(content) if content is not None else path
        with parquet.ParquetFile(source, page_checksum_verification=True) as file:
            text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)
            odd = [c.name for c in file.schema_arrow if not any(is_kind(c.type) for is_kind in text)]
            if odd:
                raise FileRefused("column_not_text", columns=", ".join(name[:40] for name in odd[:60]))
            schema = pa.schema([(name, pa.large_string()) for name in file.schema_arrow.names])
            # A text that stands once in the file may stand in every row: packed so, a small file holds any size.
            packed_size = len(content) if content is not None else path.stat().st_size
            size, ceiling = 0, max(LARGEST_RATIO * packed_size, LARGEST_BYTES)
            with pa.ipc.new_stream(out, schema) as stream:
                for block in file.iter_batches(ROWS_PER_BATCH):
                    size += block.nbytes
                    if size > ceiling:
                        raise FileRefused("too_large", limit=f"{ceiling:,}")
                    stream.write_table(pa.Table.from_batches([block]).cast(schema))
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileRefused("not_parquet") from error


def decode(kind: str, path: Path, packed: bool, out: BinaryIO) -> None:
    """Decodes one file. An .xls is told by its bytes: the old Excel format, a new one, or HTML."""
    if kind == "parquet":
        write_parquet(out, content_of(path, packed) if packed else None, path)
        return
    content = content_of(path, packed)
    is_html = kind == "xls" and content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    grid: Callable[[bytes], tuple[list[Merge], Iterator[list[Any]]]] = html_grid if is_html else excel_grid
    write_grid(out, *grid(content))


def main() -> None:
    """Sets the limits, decodes, and says a refusal on stderr."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind, path, packed = sys.argv[1:]
    try:
        decode(kind, Path(path), packed == "1", sys.stdout.buffer)
    except FileRefused as error:
        sys.stderr.write("\n" + json.dumps({"code": error.code, "params": error.params}))
        raise SystemExit(EXIT_FILE_REFUSED) from None


if __name__ == "__main__":
    main()
