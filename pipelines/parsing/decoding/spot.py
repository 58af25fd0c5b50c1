"""Line and column of a byte in a text, as an editor counts them."""


class Spot:
    """Counts lines and columns over the pieces of a text."""

    def __init__(self) -> None:
        self._line, self._column = 1, 0

    def see(self, piece: bytes) -> None:
        """Count the next piece."""
        self._line, self._column = self._after(piece)

    def at(self, piece: bytes, offset: int) -> dict[str, int]:
        """Return `line` and `column`, from 1, of the byte at `offset` in the piece that comes next."""
        line, column = self._after(piece[:offset])
        return {"line": line, "column": column + 1}

    def _after(self, text: bytes) -> tuple[int, int]:
        lines = text.count(b"\n")
        tail = len(text[text.rfind(b"\n") + 1 :].decode(errors="ignore"))
        return self._line + lines, tail if lines else self._column + tail
