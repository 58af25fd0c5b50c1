"""Finds lines and columns in a JSON file by reading it a second time, only if it is refused or has rejected rows.

Does not belong here: paths of records (`json_records`).
"""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

# A larger file is not loaded into memory to find the line of an error in it.
LARGEST_SEARCHED = 256 << 20


@contextmanager
def _open_unpacked(path: Path, packed: bool) -> Iterator[BinaryIO]:
    with gzip.open(path) if packed else path.open("rb") as stream:
        yield cast(BinaryIO, stream)


def lines_of_objects(path: Path, packed: bool) -> list[int] | None:
    """Return the line of each object of an NDJSON file; None if a line holds several."""
    lines = []
    with _open_unpacked(path, packed) as stream:
        for number, line in enumerate(stream, 1):
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if text:
                lines.append(number)
            if b"}{" in text or b"} {" in text:
                return None
    return lines


def syntax_error(path: Path, packed: bool, *, by_line: bool) -> tuple[str, dict[str, int]]:
    """Return the refusal code of a file that is not valid JSON, and its place: `line` and `column` if they were found.

    Args:
        path: The file.
        packed: Whether it is gzip.
        by_line: Whether it is NDJSON.
    """
    with _open_unpacked(path, packed) as stream:
        if not by_line:
            content = stream.read(LARGEST_SEARCHED + 1)
            found = _find_syntax_error(content, 1) if len(content) <= LARGEST_SEARCHED else None
            return found or ("not_json", {})
        for number, line in enumerate(stream, 1):
            if line.strip() and (fault := _find_syntax_error(line, number)):
                return fault
    return "not_json", {}


def _find_syntax_error(text: bytes, first_line: int) -> tuple[str, dict[str, int]] | None:
    try:
        json.loads(text.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = {"line": first_line + error.lineno - 1, "column": error.colno}
        is_next_object = error.msg.startswith("Extra data") and error.doc[error.pos : error.pos + 1] == "{"
        return ("is_ndjson" if is_next_object and error.doc.lstrip()[:1] == "{" and first_line == 1 and error.lineno > 1
                else "not_json", place)  # fmt: skip
    except (ValueError, RecursionError):
        return None
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
