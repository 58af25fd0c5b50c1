"""Opens a text file as UTF-8 bytes: unpacks gzip, and converts the encoding that the contract declares.

Belongs here: opening, and limits against files that unpack to too much. Does not belong here: checking the text
(`scan`).
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.limits import LARGEST_RATIO, RATIO_COUNTS_FROM_BYTES

BOM = b"\xef\xbb\xbf"
# Small enough to stay in the processor's cache between steps.
BLOCK_BYTES = 1 << 20
# A full extract of ten million dossiers is about 3 GB; gzip makes real tables ten to fifty times smaller.
LARGEST_BYTES = 32 << 30


@contextmanager
def open_bytes(path: Path, packed: bool, encoding: str = "utf-8") -> Iterator[BinaryIO]:
    """Open the file as a stream of UTF-8 bytes.

    The stream is pyarrow's, so that reading it in one thread does not wait for Python code in another.

    Raises:
        FileRefused: If the file cannot be opened, unpacked or decoded.
    """
    try:
        with pa.input_stream(path, compression="gzip" if packed else None) as stream:
            yield stream if encoding == "utf-8" else pa.transcoding_input_stream(stream, encoding, "utf-8")
    except UnicodeDecodeError:
        raise FileRefused("wrong_encoding", encoding=encoding, **_first_undecodable(path, packed, encoding)) from None
    except OSError as error:
        if isinstance(error, PermissionError) or not path.is_file():
            raise FileRefused("cannot_open") from None
        if packed:
            raise FileRefused("cannot_unpack") from None
        raise


def _first_undecodable(path: Path, packed: bool, encoding: str) -> dict[str, int]:
    """Return `line` and `column` of the first byte that cannot be decoded."""
    with gzip.open(path) if packed else path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as error:
                return {"line": number, "column": len(line[: error.start].decode(encoding, errors="ignore")) + 1}
    return {"line": 1, "column": 1}


def blocks(stream: BinaryIO, path: Path, packed: bool) -> Iterator[bytes]:
    """Yield the stream block by block.

    Raises:
        FileRefused: If it is larger than any real extract.
    """
    size, ceiling = 0, LARGEST_BYTES
    if packed:
        ceiling = min(ceiling, max(path.stat().st_size * LARGEST_RATIO, RATIO_COUNTS_FROM_BYTES))
    while block := stream.read(BLOCK_BYTES):
        size += len(block)
        if size > ceiling:
            raise FileRefused("too_large", limit=f"{ceiling:,}")
        yield block
