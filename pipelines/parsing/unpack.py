"""The bytes of a text file as UTF-8, unpacked where it is gzip and transcoded where its contract says so.

Belongs here: opening, and the limits that a packed file must keep. Does not belong here: what the bytes say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from pipelines.errors import FileRefused
from pipelines.parsing.decoding.limits import LARGEST_RATIO, RATIO_COUNTS_FROM_BYTES

BOM = b"\xef\xbb\xbf"
# Small enough to stay in the processor's cache from one step to the next.
BLOCK_BYTES = 1 << 20
# A full extract of ten million dossiers is about 3 GB; real tables pack ten to fifty times.
LARGEST_BYTES = 32 << 30


@contextmanager
def open_bytes(path: Path, packed: bool, encoding: str = "utf-8") -> Iterator[BinaryIO]:
    """The file as a stream of UTF-8 bytes. Raises FileRefused where it does not unpack or decode.

    The stream is Arrow's own, so that reading from it in one thread does not wait for Python in another.
    """
    try:
        with pa.input_stream(path, compression="gzip" if packed else None) as stream:
            yield stream if encoding == "utf-8" else pa.transcoding_input_stream(stream, encoding, "utf-8")
    except UnicodeDecodeError:
        raise FileRefused("wrong_encoding", encoding=encoding) from None
    except OSError:
        if packed:
            raise FileRefused("cannot_unpack") from None
        raise


def blocks(stream: BinaryIO, path: Path, packed: bool) -> Iterator[bytes]:
    """The stream block by block. Raises FileRefused once it holds more than any honest extract would."""
    size, ceiling = 0, LARGEST_BYTES
    if packed:
        ceiling = min(ceiling, max(path.stat().st_size * LARGEST_RATIO, RATIO_COUNTS_FROM_BYTES))
    while block := stream.read(BLOCK_BYTES):
        size += len(block)
        if size > ceiling:
            raise FileRefused("too_large", limit=f"{ceiling:,}")
        yield block
