"""Where in a JSON file something stands, found by reading it once more: only for what is refused or rejected."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

# Beyond this a file is not held in memory to find the line of a fault in it.
LARGEST_SEARCHED = 256 << 20


@contextmanager
def _bytes(path: Path, packed: bool) -> Iterator[BinaryIO]:
    with gzip.open(path) if packed else path.open("rb") as stream:
        yield cast(BinaryIO, stream)


def lines_of_objects(path: Path, packed: bool) -> list[int] | None:
    """Return the line of each object of an NDJSON file, None if not every line holds exactly one."""
    lines = []
    with _bytes(path, packed) as stream:
        for number, line in enumerate(stream, 1):
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if text:
                lines.append(number)
            if b"}{" in text or b"} {" in text:
                return None
    return lines


def syntax_error(path: Path, packed: bool, *, by_line: bool) -> tuple[str, dict[str, int]]:
    """Return the refusal's code of a file that is not well-formed, with line and column if they can be found."""
    with _bytes(path, packed) as stream:
        if not by_line:
            content = stream.read(LARGEST_SEARCHED + 1)
            return _fault_of(content, 1) or ("not_json", {}) if len(content) <= LARGEST_SEARCHED else ("not_json", {})
        for number, line in enumerate(stream, 1):
            if line.strip() and (fault := _fault_of(line, number)):
                return fault
    return "not_json", {}


def _fault_of(text: bytes, first_line: int) -> tuple[str, dict[str, int]] | None:
    try:
        json.loads(text.decode("utf-8-sig"), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = {"line": first_line + error.lineno - 1, "column": error.colno}
        is_next_object = error.msg.startswith("Extra data") and error.doc[error.pos : error.pos + 1] == "{"
        return ("is_ndjson" if is_next_object and error.doc.lstrip()[:1] == "{" and first_line == 1 and error.lineno > 1
                else "not_json", place)  # fmt: skip
    except (ValueError, RecursionError):
        return None
    return None


def _no_constant(name: str) -> None:
    raise ValueError(name)
