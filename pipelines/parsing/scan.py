"""The bytes of a text file, looked through before anything is made of them: what makes every row uncertain.

Another encoding, a NUL, too many bytes, and what the format's own check finds (`text_checks`). Does not belong
here: rows and columns.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import polars as pl

from pipelines.errors import FileRefused
from pipelines.parsing.text_checks import JsonText, Quotes
from pipelines.parsing.unpack import BOM, blocks, open_bytes

LONGEST_CELL = 64 << 20


def is_utf8(content: bytes) -> bool:
    """True for well-formed UTF-8. Polars looks ten times as fast as Python decodes."""
    try:
        pl.Series([content]).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


class Checked:
    """A readable stream of UTF-8 without byte order mark. Reading raises FileRefused at what cannot be certain."""

    def __init__(self, pieces: Iterator[bytes], encoding: str, check: Quotes | JsonText) -> None:
        self._pieces, self._encoding, self._check = pieces, encoding, check
        self._waiting, self._last = b"", b""
        self.closed = False

    @property
    def ends_whole(self) -> bool:
        """True where the last byte so far ends a line."""
        return self._last in (b"\n", b"\r")

    def peek(self) -> bytes:
        """What comes next, without taking it: about as much as a block."""
        self._waiting = self._waiting or self._next()
        return self._waiting

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`, and fewer at times; none at the end."""
        taken = self.peek()
        if 0 <= size < len(taken):
            taken, self._waiting = taken[:size], taken[size:]
        else:
            self._waiting = b""
        return taken

    def close(self) -> None:
        """For those who close what they have read; the file itself is closed by whoever opened it."""
        self.closed = True

    def _next(self) -> bytes:
        for piece in self._pieces:
            if not is_utf8(piece):
                raise FileRefused("wrong_encoding", encoding=self._encoding)
            if b"\0" in piece:
                raise FileRefused("nul_byte")
            text = piece if self._last else piece.removeprefix(BOM)
            self._check.see(text)
            self._last = piece[-1:] or self._last
            if text:
                return text
        if not self._last:
            raise FileRefused("empty_file")
        self._check.end()
        return b""


@contextmanager
def open_checked(path: Path, packed: bool, encoding: str, check: Quotes | JsonText) -> Iterator[Checked]:
    """The file as a checked stream. Raises FileRefused where it does not unpack or decode."""
    if encoding != "utf-8" and _is_utf8_in_disguise(path, packed):
        raise FileRefused("wrong_encoding", encoding=encoding)
    with open_bytes(path, packed, encoding) as stream:
        yield Checked(_pieces(stream, path, packed), encoding, check)


def _pieces(stream: BinaryIO, path: Path, packed: bool) -> Iterator[bytes]:
    """The stream in pieces that end where no character and no escape is cut in two. The last may be empty."""
    rest = b""
    for block in blocks(stream, path, packed):
        cut = (block.rfind(b"\n") + 1) or max(block.rfind(b","), block.rfind(b'"')) + 1
        if cut:
            yield b"".join((rest, memoryview(block)[:cut]))
        elif len(rest) > LONGEST_CELL:
            raise FileRefused("too_large", limit=f"{LONGEST_CELL:,}")
        rest = block[cut:] if cut else rest + block
    yield rest


def _is_utf8_in_disguise(path: Path, packed: bool) -> bool:
    """A one-byte encoding such as windows-1258 reads any bytes, UTF-8 too, and makes nonsense of it."""
    only_ascii = True
    with open_bytes(path, packed) as stream:
        for piece in _pieces(stream, path, packed):
            if not is_utf8(piece):
                return False
            only_ascii = only_ascii and piece.isascii()
    return not only_ascii
