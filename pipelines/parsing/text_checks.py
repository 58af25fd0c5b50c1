"""What a whole text file must keep to for its rows to be certain: quoting in CSV, nesting and escapes in JSON.

Each check sees the file piece by piece (`see`) and is told where it ends (`end`); both raise FileRefused.
"""

import re

import numpy as np

from pipelines.errors import FileRefused

ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
HIGH, LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
# The sync message nests four deep; a reader's memory grows with the square of the depth.
DEEPEST = 64


class Quotes:
    """Quoting over pieces of CSV: a quote that begins a cell must end it, and stands doubled inside.

    A quote within a cell that began without one is plain text to every reader. On anything else (`"ab"c`)
    readers differ, so a file that has it is not certain.
    """

    def __init__(self, delimiter: str, quote: str) -> None:
        self._quote, self._sign = quote.encode(), ord(quote)
        self._is_edge = np.zeros(256, dtype=bool)
        self._is_edge[list(b"\r\n" + delimiter.encode())] = True
        # `_closing`: the piece before ended in a quote that closed a cell, unless a second one follows.
        self._is_open, self._closing, self._last = False, False, ord("\n")

    def see(self, piece: bytes) -> None:
        """Takes the next piece. Raises FileRefused where a quoted cell goes on behind its closing quote."""
        if not piece:
            return
        if self._closing or self._quote in piece:
            content = np.frombuffer(piece, dtype=np.uint8)
            quotes = np.flatnonzero(content == self._sign)
            if not self._see_regular(content, quotes):
                self._see_each(piece, quotes.tolist())
        self._last = piece[-1]

    def _see_regular(self, content: np.ndarray, quotes: np.ndarray) -> bool:
        """All quotes at once, where they open and close by turns at the edges of cells. False: look at each."""
        opening, closing = (quotes[1::2], quotes[0::2]) if self._is_open else (quotes[0::2], quotes[1::2])
        before, after = content[opening[opening > 0] - 1], content[closing[closing + 1 < len(content)] + 1]
        sound = (self._is_edge[before] | (before == self._sign)).all()
        sound = sound and (self._is_edge[after] | (after == self._sign)).all()
        if len(opening) and opening[0] == 0:
            sound = sound and (self._is_edge[self._last] or self._closing)
        if self._closing:
            sound = sound and (self._is_edge[content[0]] or content[0] == self._sign)
        if sound:
            self._is_open ^= bool(len(quotes) % 2)
            self._closing = bool(len(closing)) and closing[-1] == len(content) - 1
        return bool(sound)

    def _see_each(self, piece: bytes, quotes: list[int]) -> None:
        if self._closing and piece[0] != self._sign and not self._is_edge[piece[0]]:
            raise FileRefused("quote_inside")
        is_open, closing, doubled = self._is_open, False, -1
        for at in quotes:
            if at == doubled:
                continue
            if not is_open:
                is_open = bool(self._is_edge[piece[at - 1] if at else self._last]) or (at == 0 and self._closing)
            elif at + 1 == len(piece):
                is_open, closing = False, True
            elif piece[at + 1] == self._sign:
                doubled = at + 1
            elif self._is_edge[piece[at + 1]]:
                is_open = False
            else:
                raise FileRefused("quote_inside")
        self._is_open, self._closing = is_open, closing

    def end(self) -> None:
        """Raises FileRefused where the last quote never closed."""
        if self._is_open:
            raise FileRefused("unclosed_quote")


class JsonText:
    """Nesting no deeper than any honest message, and no half of an escaped character, which readers replace."""

    def __init__(self) -> None:
        self._step = np.zeros(256, dtype=np.int64)
        self._step[list(b"[{")], self._step[list(b"]}")] = 1, -1
        self._in_string, self._depth = False, 0

    def see(self, piece: bytes) -> None:
        """Takes the next piece, which ends in no escape. Raises FileRefused for half a character or too deep a nest."""
        if b"\\" in piece:
            if HALF_CHARACTER.search(piece):
                _refuse_half_characters(piece)
            piece = ESCAPE.sub(b"", piece)
        content = np.frombuffer(piece, dtype=np.uint8)
        quotes = np.flatnonzero(content == ord('"'))
        steps = self._step[content]
        brackets = np.flatnonzero(steps)
        outside = (np.searchsorted(quotes, brackets) + self._in_string) % 2 == 0
        depths = self._depth + np.cumsum(steps[brackets[outside]])
        if len(depths):
            if depths.max() > DEEPEST:
                raise FileRefused("too_deep", limit=DEEPEST)
            self._depth = int(depths[-1])
        self._in_string ^= bool(len(quotes) % 2)

    def end(self) -> None:
        """Whether the text is complete is the reader's to say."""


def _refuse_half_characters(text: bytes) -> None:
    """JSON may escape a character above U+FFFF as two halves; one half alone is no character."""
    high, end = False, 0
    for escape in ESCAPE.finditer(text):
        unit = int(escape[1], 16) if escape[1] else 0
        is_second = high and escape.start() == end
        if (high and not is_second) or is_second != (unit in LOW):
            raise FileRefused("half_character")
        high, end = unit in HIGH, escape.end()
    if high:
        raise FileRefused("half_character")
