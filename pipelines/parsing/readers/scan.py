"""Checks the bytes of a text file while it is read, for errors that make every row uncertain.

These are a wrong encoding, NUL bytes, too many bytes, and what the check of the format finds (`text_checks`). Does not
belong here: rows and columns.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.kinds import HEAD_BYTES, refuse_other_kind
from pipelines.parsing.decoding.spot import Spot
from pipelines.parsing.readers.text_checks import JsonText, Quotes
from pipelines.parsing.readers.unpack import BOM, blocks, open_bytes

LONGEST_CELL = 64 << 20
CTRL_Z = b"\x1a"


def is_utf8(content: bytes) -> bool:
    """Return True for valid UTF-8; polars checks ten times as fast as Python decodes."""
    try:
        pl.Series([content]).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


class CheckedText:
    """A readable stream of UTF-8 without byte order mark; reading raises FileRefused if a check fails."""

    def __init__(self, pieces: Iterator[bytes], encoding: str, check: Quotes | JsonText) -> None:
        self._pieces, self._encoding, self._check = pieces, encoding, check
        self._waiting, self._last = b"", b""
        self._spot = Spot()
        self.closed = False

    @property
    def ends_with_line(self) -> bool:
        """True if the last byte that was read ends a line."""
        return self._last in (b"\n", b"\r")

    def peek(self) -> bytes:
        """Return the bytes that come next (about one block) without consuming them."""
        self._waiting = self._waiting or self._next()
        return self._waiting

    def skip(self, size: int) -> None:
        """Consume the next bytes of those that `peek` returned."""
        self._waiting = self._waiting[size:]

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size` and possibly fewer; empty at the end."""
        taken = self.peek()
        if 0 <= size < len(taken):
            taken, self._waiting = taken[:size], taken[size:]
        else:
            self._waiting = b""
        return taken

    def close(self) -> None:
        """Mark the stream as closed; `open_checked` closes the file."""
        self.closed = True

    def _next(self) -> bytes:
        for piece in self._pieces:
            text = piece if self._last else piece.removeprefix(BOM)
            if not is_utf8(text):
                raise FileRefused(
                    "wrong_encoding", encoding=self._encoding, **self._spot.at(text, _first_invalid(text))
                )
            if b"\0" in text:
                self._refuse_nul(text)
            if CTRL_Z in text[-4:]:
                self._refuse_ctrl_z(text)
            self._check.see(text)
            self._last = piece[-1:] or self._last
            self._spot.see(text)
            if text:
                return text
        if not self._last:
            raise FileRefused("empty_file")
        self._check.end()
        return b""

    def _refuse_nul(self, text: bytes) -> None:
        place = self._spot.at(text, text.find(b"\0"))
        to_the_end = not any(rest.strip(b"\0") for rest in (text[text.find(b"\0") :], *self._pieces))
        raise FileRefused("nul_padding" if to_the_end else "nul_byte", **place)

    def _refuse_ctrl_z(self, text: bytes) -> None:
        """Raise FileRefused at the end-of-file mark of DOS, which a reader would take for a cell."""
        following = next(self._pieces, b"")
        end = len(text.rstrip(b"\r\n\x1a"))
        if not following and CTRL_Z in text[end:]:
            raise FileRefused("ctrl_z", **self._spot.at(text, text.index(CTRL_Z, end)))
        self._pieces = chain([following], self._pieces)


def _first_invalid(text: bytes) -> int:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


@contextmanager
def open_checked(path: Path, packed: bool, encoding: str, check: Quotes | JsonText) -> Iterator[CheckedText]:
    """Open a text file as a checked stream.

    Args:
        path: The file.
        packed: Whether it is gzip.
        encoding: The encoding that its contract declares.
        check: The check of its format, which sees every piece.

    Raises:
        FileRefused: If its bytes are of another kind, or it cannot be unpacked or decoded.
    """
    with open_bytes(path, packed) as stream:
        head = stream.read(HEAD_BYTES)
    refuse_other_kind(head, *(["is_utf16"] if encoding.startswith("utf-16") else []))
    if encoding != "utf-8" and (place := _find_utf8(path, packed)):
        raise FileRefused("wrong_encoding", encoding=encoding, **place)
    with open_bytes(path, packed, encoding) as stream:
        yield CheckedText(_pieces(stream, path, packed), encoding, check)


def _pieces(stream: BinaryIO, path: Path, packed: bool) -> Iterator[bytes]:
    """Yield the stream in pieces that split no character and no escape; the last may be empty."""
    rest = b""
    for block in blocks(stream, path, packed):
        cut = (block.rfind(b"\n") + 1) or max(block.rfind(b","), block.rfind(b'"')) + 1
        if cut:
            yield b"".join((rest, memoryview(block)[:cut]))
        elif len(rest) > LONGEST_CELL:
            raise FileRefused("too_large", limit=f"{LONGEST_CELL:,}")
        rest = block[cut:] if cut else rest + block
    yield rest


def _find_utf8(path: Path, packed: bool) -> dict[str, int] | None:
    """Return the place of the first letter outside ASCII if the file is UTF-8; None if it is not, or is only ASCII.

    Any bytes are valid in a one-byte encoding such as windows-1258: UTF-8 would be decoded to wrong letters.
    """
    place, spot = None, Spot()
    with open_bytes(path, packed) as stream:
        for piece in _pieces(stream, path, packed):
            if not is_utf8(piece):
                return None
            if place is None and not piece.isascii():
                place = spot.at(piece, next(n for n, byte in enumerate(piece) if byte > 127))
            spot.see(piece)
    return place
