"""Where in a text a byte stands, as an editor counts it."""


class Spot:
    """Line and column of a place in a text that is seen piece by piece, as an editor counts them."""

    def __init__(self) -> None:
        self._line, self._column = 1, 0

    def see(self, piece: bytes) -> None:
        """Take the next piece."""
        self._line, self._column = self._after(piece)

    def at(self, piece: bytes, offset: int) -> dict[str, int]:
        """Return line and column of the byte at `offset` of the piece that comes next."""
        line, column = self._after(piece[:offset])
        return {"line": line, "column": column + 1}

    def _after(self, text: bytes) -> tuple[int, int]:
        lines = text.count(b"\n")
        tail = len(text[text.rfind(b"\n") + 1 :].decode(errors="ignore"))
        return self._line + lines, tail if lines else self._column + tail
