"""Finds marked cells in an old .xls by reading its records: formulas, errors, scaled numbers; refuses repeated cells.

Does not belong here: values, which calamine reads (`excel`).
"""

import struct
from collections.abc import Iterator

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.marks import Marks, cell_name
from pipelines.parsing.decoding.number_formats import BUILTIN, is_misleading

PASSWORD, BOF, EOF, BOUNDSHEET, FORMAT, XF = 0x002F, (0x0009, 0x0209, 0x0409, 0x0809), 0x000A, 0x0085, 0x041E, 0x00E0
FORMULAS, BOOL_OR_ERROR = (0x0006, 0x0206, 0x0406), 0x0205
NUMBER, RK, MANY_RK, MANY_BLANK = 0x0203, 0x027E, 0x00BD, 0x00BE
# Records of one cell: number, label, blank, truth value or error, rich text, RK, shared text, formulas.
CELLS = {0x0203, 0x0204, 0x0201, 0x0205, 0x00D6, 0x027E, 0x00FD, *FORMULAS}


def records(book: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield offset, kind and content of each record."""
    at = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield at, kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _number(rk: int) -> float:
    """Return the number in an RK value: 30 bits of an integer or of a double, possibly multiplied by 100."""
    if rk & 2:
        value = float((rk >> 2) - (1 << 30) if rk & 0x80000000 else rk >> 2)
    else:
        value = struct.unpack("<d", struct.pack("<II", 0, rk & 0xFFFFFFFC))[0]
    return value / 100 if rk & 1 else value


def _format_of(content: bytes, is_unicode: bool) -> tuple[int, str]:
    if not is_unicode:
        return struct.unpack_from("<H", content)[0], content[3 : 3 + content[2]].decode("latin-1")
    number, length, flags = struct.unpack_from("<HHB", content)
    text = content[5 : 5 + length * 2] if flags & 1 else content[5 : 5 + length]
    return number, text.decode("utf-16-le" if flags & 1 else "latin-1", errors="replace")


class _WorkbookScan:
    """Formats, styles, sheets and marks of a workbook, collected record by record."""

    def __init__(self) -> None:
        self.formats, self.styles, self.starts = dict(BUILTIN), list[int](), list[int]()
        self.is_unicode = True
        self.found: dict[int, Marks] = {}
        self._taken: set[tuple[int, int]] = set()
        self._marks: Marks | None = None
        self._depth = 0

    def see(self, at: int, kind: int, content: bytes) -> None:
        """Process the next record. Raise FileRefused for a password, or a second record of one cell."""
        if kind in BOF:
            self._begin(at, content)
        elif kind == EOF:
            self._depth -= 1
        elif kind == PASSWORD:
            raise FileRefused("password")
        elif kind == BOUNDSHEET:
            self.starts.append(struct.unpack_from("<I", content)[0])
        elif kind == FORMAT:
            number, pattern = _format_of(content, self.is_unicode)
            self.formats[number] = pattern
        elif kind == XF:
            self.styles.append(struct.unpack_from("<HH", content)[1])
        elif self._marks is not None and self._depth == 1 and (kind in CELLS or kind in (MANY_RK, MANY_BLANK)):
            self._see_cells(self._marks, kind, content)

    def _begin(self, at: int, content: bytes) -> None:
        self._depth += 1
        if at == 0:
            self.is_unicode = struct.unpack_from("<H", content)[0] >= 0x0600
        elif self._depth == 1:
            self._marks, self._taken = self.found.setdefault(at, Marks()), set()

    def _see_cells(self, marks: Marks, kind: int, content: bytes) -> None:
        for row, column, style, value in _cells(kind, content):
            if (row, column) in self._taken:
                raise FileRefused("cell_twice", cell=cell_name(row, column))
            self._taken.add((row, column))
            pattern = self.formats.get(self.styles[style], "") if style < len(self.styles) else ""
            if value is not None and pattern and is_misleading(pattern, value):
                marks.scaled.append((row, column))
            if kind in FORMULAS:
                marks.formulas.append((row, column))
            if kind == BOOL_OR_ERROR and content[7]:
                marks.errors.append((row, column))


def marks_of_sheets(book: bytes) -> list[Marks]:
    """Return the marks of every sheet, in the order of the workbook.

    Raises:
        FileRefused: If there is a password, or a cell has two records.
    """
    scan = _WorkbookScan()
    for at, kind, content in records(book):
        scan.see(at, kind, content)
    return [scan.found.get(start, Marks()) for start in scan.starts]


def _cells(kind: int, content: bytes) -> Iterator[tuple[int, int, int, float | None]]:
    """Yield row, column, style and number (None if it is no number) of the cells of a record."""
    row, column = struct.unpack_from("<HH", content)
    if kind == MANY_BLANK:
        for nth in range((len(content) - 6) // 2):
            yield row, column + nth, 0, None
    elif kind == MANY_RK:
        for nth in range((len(content) - 6) // 6):
            style, rk = struct.unpack_from("<HI", content, 4 + 6 * nth)
            yield row, column + nth, style, _number(rk)
    else:
        style = struct.unpack_from("<H", content, 4)[0]
        value = None
        if kind == NUMBER:
            value = struct.unpack_from("<d", content, 6)[0]
        elif kind == RK:
            value = _number(struct.unpack_from("<I", content, 6)[0])
        yield row, column, style, value
