"""The program of the child process: decodes one file to stdout, as a grid in JSON lines or as an Arrow stream.

A refusal is written to stderr as one line of JSON. Does not belong here: any format.
"""

import dataclasses
import datetime as dt
import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.common.errors import EXIT_FILE_REFUSED, FileRefused
from pipelines.parsing.decoding.limits import CPU_SECONDS, Merge, content_of
from pipelines.parsing.decoding.marks import Marks


def _json_cell(cell: Any) -> Any:
    """Return a cell as a JSON value: text, numbers and truth values as they are, moments as [kind, ISO text]."""
    # Excel stores moments as fractions of a day, so they are rounded to whole seconds.
    half_second = dt.timedelta(milliseconds=500)
    if isinstance(cell, dt.datetime):
        return ["datetime", (cell + half_second).replace(microsecond=0).isoformat()]
    if isinstance(cell, dt.time):
        moment = dt.datetime.combine(dt.date(1900, 1, 1), cell) + half_second
        return ["time", (cell if moment.day > 1 else moment.time().replace(microsecond=0)).isoformat()]
    if isinstance(cell, dt.date):
        return ["date", cell.isoformat()]
    return ["duration", str(cell)] if isinstance(cell, dt.timedelta) else cell


def write_grid(out: BinaryIO, merged: list[Merge], marks: Marks, rows: Iterator[list[Any]]) -> None:
    """Write a grid in JSON lines: merged ranges and marks, then one line per row, last the number of rows."""
    count = 0
    out.write(json.dumps({"merged": merged, **dataclasses.asdict(marks)}).encode() + b"\n")
    for row in rows:
        out.write(json.dumps([_json_cell(cell) for cell in row]).encode() + b"\n")
        count += 1
    out.write(json.dumps({"rows": count}).encode() + b"\n")


def decode(kind: str, path: Path, packed: bool, out: BinaryIO) -> None:
    """Decode one file to a stream.

    Args:
        kind: `parquet`, `xlsx` or `xls`; the bytes of an .xls decide whether it is Excel or HTML. `form` is a workbook
            with a numbered form on one of its sheets.
        path: The file.
        packed: Whether it is gzip.
        out: Where the output is written.

    Raises:
        FileRefused: If the file cannot be decoded with certainty.
    """
    try:
        path.open("rb").close()
    except OSError:
        raise FileRefused("cannot_open") from None
    if kind == "parquet":
        from pipelines.parsing.decoding.parquet import write_parquet

        write_parquet(out, content_of(path, packed) if packed else None, path)
        return
    content = content_of(path, packed)
    if kind == "form":
        from pipelines.parsing.decoding.forms import form_rows

        write_grid(out, [], Marks(), form_rows(content))
        return
    is_html = kind == "xls" and content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    if is_html:
        from pipelines.parsing.decoding.html import html_grid

        merged, rows = html_grid(content)
        write_grid(out, merged, Marks(), rows)
    else:
        from pipelines.parsing.decoding.excel import excel_grid

        write_grid(out, *excel_grid(content))


def main() -> None:
    """Set the limits, decode, and report a refusal on stderr."""
    kind, path, packed, memory = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        decode(kind, Path(path), packed == "1", sys.stdout.buffer)
    except FileRefused as error:
        sys.stderr.write("\n" + json.dumps({"code": error.code, "params": error.params}))
        raise SystemExit(EXIT_FILE_REFUSED) from None


if __name__ == "__main__":
    main()
