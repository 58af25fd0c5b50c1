"""The bytes of a text file, looked through before anything is made of them: what makes every row uncertain.

Another encoding, a NUL, too many bytes, and what the format's own check finds (`text_checks`). Does not belong here:
rows and columns.
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
    """Return True for well-formed UTF-8.

    Polars looks ten times as fast as Python decodes.
    """
    try:
        pl.Series([content]).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


class CheckedText:
    """A readable stream of UTF-8 without byte order mark.

    Reading raises FileRefused at what cannot be certain.
    """

    def __init__(self, pieces: Iterator[bytes], encoding: str, check: Quotes | JsonText) -> None:
        self._pieces, self._encoding, self._check = pieces, encoding, check
        self._waiting, self._last = b"", b""
        self._spot = Spot()
        self.closed = False

    @property
    def ends_whole(self) -> bool:
        """True if the last byte so far ends a line."""
        return self._last in (b"\n", b"\r")

    def peek(self) -> bytes:
        """Return what comes next, without taking it: about as much as a block."""
        self._waiting = self._waiting or self._next()
        return self._waiting

    def skip(self, size: int) -> None:
        """Leave out the next bytes of what was peeked at."""
        self._waiting = self._waiting[size:]

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size`, and fewer at times; none at the end."""
        taken = self.peek()
        if 0 <= size < len(taken):
            taken, self._waiting = taken[:size], taken[size:]
        else:
            self._waiting = b""
        return taken

    def close(self) -> None:
        """Do nothing: the file itself is closed by whoever opened it."""
        self.closed = True

    def _next(self) -> bytes:
        for piece in self._pieces:
            text = piece if self._last else piece.removeprefix(BOM)
            if not is_utf8(text):
                raise FileRefused("wrong_encoding", encoding=self._encoding, **self._spot.at(text, _first_bad(text)))
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
        """Raise FileRefused at the end-of-file mark of DOS: it is no cell, but a reader takes it for one."""
        following = next(self._pieces, b"")
        end = len(text.rstrip(b"\r\n\x1a"))
        if not following and CTRL_Z in text[end:]:
            raise FileRefused("ctrl_z", **self._spot.at(text, text.index(CTRL_Z, end)))
        self._pieces = chain([following], self._pieces)


def _first_bad(text: bytes) -> int:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


@contextmanager
def open_checked(path: Path, packed: bool, encoding: str, check: Quotes | JsonText) -> Iterator[CheckedText]:
    """Open the file as a checked stream.

    Raises:
        FileRefused: If it is of another kind, does not unpack or decode.
    """
    with open_bytes(path, packed) as stream:
        head = stream.read(HEAD_BYTES)
    refuse_other_kind(head, *(["is_utf16"] if encoding.startswith("utf-16") else []))
    if encoding != "utf-8" and (place := _utf8_in_disguise(path, packed)):
        raise FileRefused("wrong_encoding", encoding=encoding, **place)
    with open_bytes(path, packed, encoding) as stream:
        yield CheckedText(_pieces(stream, path, packed), encoding, check)


def _pieces(stream: BinaryIO, path: Path, packed: bool) -> Iterator[bytes]:
    """Yield the stream in pieces that end where no character and no escape is cut in two.

    The last may be empty.
    """
    rest = b""
    for block in blocks(stream, path, packed):
        cut = (block.rfind(b"\n") + 1) or max(block.rfind(b","), block.rfind(b'"')) + 1
        if cut:
            yield b"".join((rest, memoryview(block)[:cut]))
        elif len(rest) > LONGEST_CELL:
            raise FileRefused("too_large", limit=f"{LONGEST_CELL:,}")
        rest = block[cut:] if cut else rest + block
    yield rest


def _utf8_in_disguise(path: Path, packed: bool) -> dict[str, int] | None:
    """Return where the first letter of UTF-8 stands, None if the file is not UTF-8 or only ASCII.

    A one-byte encoding such as windows-1258 reads any bytes, UTF-8 too, and makes nonsense of it.
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
