"""Sidecar files of a delivery: `<file>.sha256`, its hash, and `<file>.rows`, its number of rows.

Belongs here: reading and validating them, with limits. Does not belong here: comparing them with the file (`ingest`).
"""

import codecs
import errno
import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.common.errors import FileRefused
from pipelines.common.files import open_regular

LARGEST_BYTES = 4_096
# More rows than any file can have would overflow the ledger.
ROW_COUNT = re.compile(r"[0-9]{1,15}")
SHA256 = re.compile(r"[0-9a-fA-F]{64}")
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class LeftForNextRun(Exception):
    """A file stays in landing until the next run looks again; `code` names the sentence that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Sidecars:
    """Hash (lower-case hex) and number of rows that the deliverer states for a file; None if not stated."""

    sha256: str | None
    rows: int | None


def refuse_other_count(expected: int | None, got: int) -> None:
    """Raise FileRefused if a file has another number of rows than expected; None expects nothing."""
    if expected is not None and expected != got:
        raise FileRefused("wrong_row_count", expected=expected, got=got)


def read_sidecars(path: Path) -> Sidecars:
    """Return the content of a file's sidecars.

    Raises:
        LeftForNextRun: If one is not a small text file, or holds no valid hash or number.
    """
    sha, rows = _first_word(path, ".sha256"), _first_word(path, ".rows")
    if sha is not None and not SHA256.fullmatch(sha):
        raise LeftForNextRun("left_wrong_sha256")
    if rows is not None and not ROW_COUNT.fullmatch(rows):
        raise LeftForNextRun("left_wrong_rows")
    return Sidecars(sha.lower() if sha is not None else None, int(rows) if rows is not None else None)


def _first_word(path: Path, suffix: str) -> str | None:
    """Return the first word of a sidecar; empty if it holds none, None if there is no such file."""
    try:
        with open_regular(path.with_name(path.name + suffix)) as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # the name with its suffix is longer than any file's may be
            return None
        raise LeftForNextRun("left_odd_sidecar") from error
    if len(content) > LARGEST_BYTES:
        raise LeftForNextRun("left_odd_sidecar")
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    words = content.decode(encoding, errors="replace").split()
    return words[0] if words else ""
