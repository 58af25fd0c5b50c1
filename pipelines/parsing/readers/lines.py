"""Line numbers of records in a delimited file, as an editor shows them.

Records are counted as pyarrow counts them: from 0 with the header, without blank lines. The line of a record differs
from its number only after blank lines and quoted line breaks, so only these are stored. Does not belong here: finding
quotes (`text_checks`).
"""

import numpy as np

LF, CR = ord("\n"), ord("\r")


class Lines:
    """Counts records and lines over the pieces of a file.

    Attributes:
        records: Number of records that have ended so far.
        lines: Number of lines that have ended so far.
        blank_before: Records before which a blank line was seen.
    """

    def __init__(self) -> None:
        self.records, self.lines, self._last = 0, 0, LF
        # For each line on which no record begins, the record that follows it.
        self._extra_lines: list[np.ndarray] = []
        self.blank_before: list[np.ndarray] = []

    def see(self, piece: bytes, toggles: np.ndarray, is_open: bool, *, exactly: bool = False) -> np.ndarray | None:
        """Count the next piece; return the offsets at which records end in it, or None if they were not computed.

        Args:
            piece: The bytes.
            toggles: Offsets at which quoted cells open and close by turns.
            is_open: Whether a quoted cell was open before.
            exactly: Whether the ends must be computed.
        """
        if not piece:
            return None
        plain = not len(toggles) and not is_open and not exactly
        if plain and not self._has_blank_line(piece):
            ended = piece.count(b"\n") + (piece.count(b"\r") - piece.count(b"\r\n") if b"\r" in piece else 0)
            ended -= self._last == CR and piece[0] == LF
            self.records, self.lines, self._last = self.records + ended, self.lines + ended, piece[-1]
            return None
        content = np.frombuffer(piece, dtype=np.uint8)
        before = np.empty_like(content)
        before[0], before[1:] = self._last, content[:-1]
        ends = np.flatnonzero((content == CR) | ((content == LF) & (before != CR)))
        is_inside = (np.searchsorted(toggles, ends) + is_open) % 2 == 1
        is_blank = ~is_inside & np.isin(before[ends], (LF, CR))
        ends_record = ~is_inside & ~is_blank
        record = self.records + np.cumsum(ends_record) - ends_record
        self._extra_lines.append((record + is_inside)[~ends_record])
        self.blank_before.append(record[is_blank])
        self.records, self.lines = self.records + int(ends_record.sum()), self.lines + len(ends)
        self._last = piece[-1]
        record_ends: np.ndarray = ends[ends_record]
        return record_ends

    def _has_blank_line(self, piece: bytes) -> bool:
        starts = self._last in (LF, CR) and piece[0] in (LF, CR) and not (self._last == CR and piece[0] == LF)
        doubled = b"\n\n" in piece or b"\n\r" in piece
        return starts or doubled or (b"\r" in piece and b"\r\r" in piece)

    def of(self, records: np.ndarray) -> np.ndarray:
        """Return the line, from 1, on which each of these records (from 0) begins."""
        extra = np.concatenate(self._extra_lines) if self._extra_lines else np.empty(0, dtype=np.int64)
        if len(self._extra_lines) > 1:
            self._extra_lines = [extra]
        return records + 1 + np.searchsorted(extra, records, side="right")

    @property
    def current(self) -> int:
        """The line on which the current record, which has not ended yet, begins."""
        return int(self.of(np.array([self.records]))[0])
