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
import sys
import zipfile
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
ROWS_PER_BATCH = 100_000
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

Merge = tuple[int, int, int, int]


def content_of(path: Path, packed: bool) -> bytes:
    """All bytes, unpacked where they are gzip. Raises FileRefused above the limit or where they do not unpack."""
    import gzip
    import zlib

    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise FileRefused("cannot_unpack") from None
    if len(content) > LARGEST_BYTES:
        raise FileRefused("too_large", limit=f"{LARGEST_BYTES:,}")
    return content


def check_package(content: bytes) -> None:
    """Limits of an .xlsx as a zip, and what no certain list holds: document types, macros, formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            size = sum(member.file_size for member in members)
            ceiling = min(LARGEST_BYTES, max(LARGEST_RATIO * len(content), 64 << 20))
            if len(members) > MOST_MEMBERS or size > ceiling:
                raise FileRefused("too_large", limit=f"{ceiling:,}")
            for member in members:
                name = member.filename.lower()
                if name.endswith("vbaproject.bin"):
                    raise FileRefused("macros")
                if name.endswith((".xml", ".rels")):
                    _check_member(package, member, is_sheet="worksheets/" in name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise FileRefused("not_a_workbook") from error


def _check_member(package: zipfile.ZipFile, member: zipfile.ZipInfo, *, is_sheet: bool) -> None:
    tail = b""
    with package.open(member) as stream:
        while block := stream.read(1 << 20):
            if DOCTYPE.search(tail + block):
                raise FileRefused("not_a_workbook")
            if is_sheet and FORMULA.search(tail + block):
                raise FileRefused("formulas")
            tail = block[-16:]


def excel_grid(content: bytes) -> tuple[list[Merge], Iterator[list[Any]]]:
    """Merged ranges and rows of the only visible sheet."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    if content[:2] == b"PK":
        check_package(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            visible = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
            if len(visible) != 1:
                raise FileRefused("sheets", sheets=len(visible))
            sheet = book.get_sheet_by_name(visible[0])
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise FileRefused("too_large", limit=f"{MOST_CELLS:,}")
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or []]
            return merged, iter(sheet.to_python(skip_empty_area=False))
    except PasswordError:
        raise FileRefused("password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error


def html_grid(content: bytes) -> tuple[list[Merge], Iterator[list[Any]]]:
    """Merged ranges and rows of the only table with three or more columns; title and signature blocks have fewer."""
    import lxml.etree
    import lxml.html

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
    if tree.xpath("//table//*[contains(translate(@style, ' ', ''), 'display:none')]"):
        raise FileRefused("hidden_cells")
    for line_break in tree.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    grids = [_spread(table) for table in tree.iter("table")]
    wide = [(merged, rows) for merged, rows in grids if max(map(len, rows), default=0) > 2]
    if len(wide) != 1:
        raise FileRefused("tables", tables=len(wide))
    return wide[0][0], iter(wide[0][1])


def _spread(table: Any) -> tuple[list[Merge], list[list[Any]]]:
    """Cells at their places: a cell over several columns or rows takes them all and stands in the first."""
    taken: dict[tuple[int, int], str] = {}
    merged: list[Merge] = []
    rows = table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")
    for at, row in enumerate(rows):
        column = 0
        for cell in row.xpath("./td | ./th"):
            while (at, column) in taken:
                column += 1
            wide, high = (_span(cell.get(name)) for name in ("colspan", "rowspan"))
            high = min(high, len(rows) - at)
            taken.update({(at + y, column + x): "" for y in range(high) for x in range(wide)})
            taken[at, column] = cell.text_content().strip()
            if wide > 1 or high > 1:
                merged.append((at, column, at + high - 1, column + wide - 1))
            column += wide
    width = max((column for _, column in taken), default=-1) + 1
    return merged, [[taken.get((at, n), "") for n in range(width)] for at in range(len(rows))]


def _span(written: str | None) -> int:
    if written is None or not written.strip().isdigit():
        return 1
    if int(written) > 1000:
        raise FileRefused("too_large", limit="1,000")
    return max(int(written), 1)


def _plain(cell: Any) -> Any:
    """A cell as JSON: text, numbers and truth values as they are, moments as [kind, ISO]."""
    if isinstance(cell, dt.datetime):
        # Excel keeps moments as fractions of a day; whole seconds are what was meant.
        return ["datetime", (cell + dt.timedelta(milliseconds=500)).replace(microsecond=0).isoformat()]
    if isinstance(cell, (dt.date, dt.time)):
        return [type(cell).__name__, cell.isoformat()]
    return str(cell) if isinstance(cell, dt.timedelta) else cell


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
        with parquet.ParquetFile(io.BytesIO(content) if content is not None else path) as file:
            text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)
            odd = [c.name for c in file.schema_arrow if not any(is_kind(c.type) for is_kind in text)]
            if odd:
                raise FileRefused("column_not_text", columns=", ".join(name[:40] for name in odd[:60]))
            schema = pa.schema([(name, pa.large_string()) for name in file.schema_arrow.names])
            with pa.ipc.new_stream(out, schema) as stream:
                for block in file.iter_batches(ROWS_PER_BATCH):
                    stream.write_table(pa.Table.from_batches([block]).cast(schema))
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
        sys.stderr.write(json.dumps({"code": error.code, "params": error.params}))
        raise SystemExit(EXIT_FILE_REFUSED) from None


if __name__ == "__main__":
    main()
