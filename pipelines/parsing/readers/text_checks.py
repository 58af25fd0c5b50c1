"""Checks of a whole text file without which its rows are uncertain: quoting in CSV, nesting and escapes in JSON.

Each check gets the file piece by piece (`see`), then its end (`end`); both raise FileRefused. Does not belong here:
checks of the bytes that all text formats share (`scan`).
"""

import re

import numpy as np

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.spot import Spot
from pipelines.parsing.readers.lines import Lines

ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
HIGH, LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
# The sync message has four levels; the memory of a reader grows with the square of the depth.
DEEPEST = 64
# Up to so many blanks may stand between a delimiter and a quote that opens a cell.
LONGEST_INDENT = 200
NO_OFFSETS = np.empty(0, dtype=np.int64)


class Quotes:
    """Checks quoting in CSV: a quote that begins a cell must also end it, and is doubled inside.

    Text after a closing quote (`"ab"c`) refuses the file, since readers differ on where the cell ends. A quote within a
    cell that began without one (`ab"c`) is plain text to every reader, but RFC 4180 forbids it: records with one are in
    `stray`. If only blanks precede it and its record has an odd number of them (` "ab`), some readers open a quoted
    cell there, so the file is refused.

    Attributes:
        lines: Counts records and lines.
        stray: Numbers of the records, from 0, that have a quote within a plain cell.
    """

    def __init__(self, delimiter: str, quote: str) -> None:
        self._quote, self._sign, self._blanks = quote.encode(), ord(quote), b" \t".replace(delimiter.encode(), b"")
        self._is_edge = np.zeros(256, dtype=bool)
        self._is_edge[list(b"\r\n" + delimiter.encode())] = True
        # `_closing`: the previous piece ended with a quote that closed a cell, unless a second one follows.
        self._is_open, self._closing, self._last = False, False, ord("\n")
        self._from_edge = True  # only blanks since the cell began
        self.lines = Lines()
        self.stray: set[int] = set()
        # By record that has not ended: whether the number of its stray quotes is odd, and whether one may open a cell.
        self._pending: dict[int, tuple[bool, bool]] = {}

    def see(self, piece: bytes) -> None:
        """Check the next piece.

        Raises:
            FileRefused: If it is not certain where a cell ends.
        """
        if not piece:
            return
        was_open, toggles, stray = self._is_open, NO_OFFSETS, list[int]()
        if self._closing or self._quote in piece:
            content = np.frombuffer(piece, dtype=np.uint8)
            toggles = np.flatnonzero(content == self._sign)
            if not self._see_regular(content, toggles):
                toggles, stray = self._see_each(piece, toggles.tolist())
        first = self.lines.records
        ends = self.lines.see(piece, toggles, was_open, exactly=bool(stray))
        if ends is not None and stray:
            self._record_stray(piece, stray, first + np.searchsorted(ends, stray))
        if self._pending:
            self._check_ended(self.lines.records)
        rest = piece.rstrip(self._blanks)
        self._from_edge = bool(self._is_edge[rest[-1]]) if rest else self._from_edge
        self._last = piece[-1]

    def _see_regular(self, content: np.ndarray, quotes: np.ndarray) -> bool:
        """Check all quotes at once if each opens or closes a cell at its edge; return False if that is not so."""
        opening, closing = (quotes[1::2], quotes[0::2]) if self._is_open else (quotes[0::2], quotes[1::2])
        before, after = content[opening[opening > 0] - 1], content[closing[closing + 1 < len(content)] + 1]
        is_regular = (self._is_edge[before] | (before == self._sign)).all()
        is_regular = is_regular and (self._is_edge[after] | (after == self._sign)).all()
        if len(opening) and opening[0] == 0:
            is_regular = is_regular and (self._is_edge[self._last] or self._closing)
        if self._closing:
            is_regular = is_regular and (self._is_edge[content[0]] or content[0] == self._sign)
        if is_regular:
            self._is_open ^= bool(len(quotes) % 2)
            self._closing = bool(len(closing)) and closing[-1] == len(content) - 1
        return bool(is_regular)

    def _see_each(self, piece: bytes, quotes: list[int]) -> tuple[np.ndarray, list[int]]:
        """Return the offsets at which quoted cells open and close, and those of quotes within plain cells."""
        if self._closing and piece[0] != self._sign and not self._is_edge[piece[0]]:
            raise FileRefused("quote_inside", line=self.lines.current)
        was_open = is_open = self._is_open
        closing, doubled = False, -1
        toggles, stray = list[int](), list[int]()
        for at in quotes:
            if at == doubled:
                continue
            if not is_open:
                is_open = bool(self._is_edge[piece[at - 1] if at else self._last]) or (at == 0 and self._closing)
                (toggles if is_open else stray).append(at)
                continue
            if at + 1 < len(piece) and piece[at + 1] == self._sign:
                doubled = at + 1
                continue
            if at + 1 < len(piece) and not self._is_edge[piece[at + 1]]:
                self.lines.see(piece[:at], np.array(toggles, dtype=np.int64), was_open)
                raise FileRefused("quote_inside", line=self.lines.current)
            is_open, closing = False, at + 1 == len(piece)
            toggles.append(at)
        self._is_open, self._closing = is_open, closing
        return np.array(toggles, dtype=np.int64), stray

    def _record_stray(self, piece: bytes, stray: list[int], records: np.ndarray) -> None:
        """Store the records of stray quotes, and whether only blanks precede one in its cell."""
        for at, record in zip(stray, records.tolist(), strict=True):
            before = piece[max(at - LONGEST_INDENT, 0) : at].rstrip(self._blanks)
            may_open = bool(self._is_edge[before[-1]]) if before else self._from_edge
            is_odd, some_may = self._pending.get(record, (False, False))
            self._pending[record] = not is_odd, some_may or may_open
        self.stray.update(records.tolist())

    def _check_ended(self, ended: int) -> None:
        """Raise FileRefused if in a record that has ended a stray quote may open a cell that never closes."""
        for record in [record for record in self._pending if record < ended]:
            is_odd, may_open = self._pending.pop(record)
            if is_odd and may_open:
                raise FileRefused("quote_inside", line=int(self.lines.of(np.array([record]))[0]))

    def end(self) -> None:
        """Raise FileRefused if the last quoted cell was not closed."""
        self._check_ended(self.lines.records + 1)
        if self._is_open:
            raise FileRefused("unclosed_quote", line=self.lines.current)


class JsonText:
    """Checks JSON: nesting of at most DEEPEST levels, and no half of a surrogate pair, which readers would replace."""

    def __init__(self) -> None:
        self._step = np.zeros(256, dtype=np.int64)
        self._step[list(b"[{")], self._step[list(b"]}")] = 1, -1
        self._in_string, self._depth = False, 0
        self._spot = Spot()

    def see(self, piece: bytes) -> None:
        """Check the next piece, which does not end within an escape.

        Raises:
            FileRefused: If it has half of a surrogate pair, or is nested too deeply.
        """
        text = piece
        if b"\\" in piece:
            half = find_half_character(piece) if HALF_CHARACTER.search(piece) else None
            if half is not None:
                raise FileRefused("half_character", **self._spot.at(piece, half))
            text = ESCAPE.sub(b"", piece)
        content = np.frombuffer(text, dtype=np.uint8)
        quotes = np.flatnonzero(content == ord('"'))
        steps = self._step[content]
        brackets = np.flatnonzero(steps)
        outside = (np.searchsorted(quotes, brackets) + self._in_string) % 2 == 0
        depths = self._depth + np.cumsum(steps[brackets[outside]])
        if len(depths):
            if depths.max() > DEEPEST:
                at = int(brackets[outside][np.argmax(depths > DEEPEST)])
                raise FileRefused("too_deep", limit=DEEPEST, **self._spot.at(text, at))
            self._depth = int(depths[-1])
        self._in_string ^= bool(len(quotes) % 2)
        self._spot.see(piece)

    def end(self) -> None:
        """Do nothing: the reader itself notices incomplete JSON."""


def find_half_character(text: bytes) -> int | None:
    """Return the offset of an escaped half of a surrogate pair that stands alone, or None.

    JSON escapes a character above U+FFFF as two halves.
    """
    high, start = -1, 0
    for escape in ESCAPE.finditer(text):
        start = escape.start()
        unit = int(escape[1], 16) if escape[1] else 0
        is_second = high >= 0 and start == high + len("\\uXXXX")
        if (high >= 0 and not is_second) or is_second != (unit in LOW):
            return high if high >= 0 else start
        high = start if unit in HIGH else -1
    return high if high >= 0 else None
