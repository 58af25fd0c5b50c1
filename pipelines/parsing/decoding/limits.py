"""Limits of a file whose format must be held in memory, and loading its bytes within them."""

import gzip
import zlib
from pathlib import Path

from pipelines.common.errors import FileRefused

CPU_SECONDS = 600
LARGEST_BYTES = 512 << 20
# How many times larger than the packed file its content may be; smaller contents may be packed to any size.
LARGEST_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 64 << 20
MOST_MEMBERS = 2_000
MOST_CELLS = 8_000_000
LARGEST_SPAN = 1_000

# A merged range: first row, first column, last row, last column, from 0.
Merge = tuple[int, int, int, int]


def content_of(path: Path, packed: bool) -> bytes:
    """Return all bytes of a file, unpacked if it is gzip.

    Raises:
        FileRefused: If they are too many or cannot be unpacked.
    """
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise FileRefused("cannot_unpack") from None
    if len(content) > LARGEST_BYTES:
        raise FileRefused("too_large", limit=f"{LARGEST_BYTES:,}")
    return content
