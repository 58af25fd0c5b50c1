"""How much a file may hold that its format must keep in memory, and its bytes under that limit."""

import gzip
import zlib
from pathlib import Path

from pipelines.common.errors import FileRefused

CPU_SECONDS = 600
LARGEST_BYTES = 512 << 20
LARGEST_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 64 << 20
MOST_MEMBERS = 2_000
MOST_CELLS = 8_000_000
LARGEST_SPAN = 1_000

# First row, first column, last row, last column.
Merge = tuple[int, int, int, int]


def content_of(path: Path, packed: bool) -> bytes:
    """Return all bytes, unpacked where they are gzip.

    Raise FileRefused above the limit or where they do not unpack.
    """
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise FileRefused("cannot_unpack") from None
    if len(content) > LARGEST_BYTES:
        raise FileRefused("too_large", limit=f"{LARGEST_BYTES:,}")
    return content
