"""Finds marked cells in the XML of an .xlsx: formulas, errors and scaled numbers; refuses repeated cells.

Rows and cells must be in order, each once, since readers differ on which one counts otherwise. Does not belong here:
values, which calamine reads (`excel`).
"""

import re
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.marks import Marks, cell_name
from pipelines.parsing.decoding.number_formats import BUILTIN, is_misleading

REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def _local_name(name: str) -> str:
    return name.rpartition(" ")[2]


def _parse_xml(
    stream: IO[bytes], start: Callable[[str, dict[str, str]], object], end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:  # fmt: skip
    """Parse XML and call `start(name, attributes)`, `end(name)` and `text(characters)`.

    Raises:
        FileRefused: If it is not well-formed.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise FileRefused("not_a_workbook") from error


def styles_of(stream: IO[bytes]) -> dict[int, str]:
    """Return, by index of cell style, the number formats that show some number as another one."""
    formats: dict[int, str] = dict(BUILTIN)
    styles: list[int] = []
    within = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal within
        local = _local_name(name)
        if local == "numFmt" and attributes.get("numFmtId", "").isdigit():
            formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        within = within or local == "cellXfs"
        if within and local == "xf":
            number = attributes.get("numFmtId", "0")
            styles.append(int(number) if number.isdigit() else 0)

    def end(name: str) -> None:
        nonlocal within
        within = within and _local_name(name) != "cellXfs"

    _parse_xml(stream, start, end)
    probes = (1.0, -1.0, 0.0)
    odd = {n for n, pattern in formats.items() if any(is_misleading(pattern, probe) for probe in probes)}
    return {at: formats[n] for at, n in enumerate(styles) if n in odd}


def column_of(letters: str) -> int:
    """Return the index of a column, from 0, by its letters."""
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number - 1


class _Sheet:
    """Collects the marks of one sheet while its XML is parsed.

    Attributes:
        marks: The marks so far; rows and columns are counted from 0.
        repeated: Name of the first cell or row that is repeated or out of order; None if there is none.
    """

    def __init__(self, styles: dict[int, str]) -> None:
        self.marks, self._styles = Marks(), styles
        self._row, self._column, self._type, self._format = -1, -1, "", ""
        self._value: list[str] | None = None
        self._in_data = False
        self.repeated: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "c" and self._in_data:
            self._cell(attributes)
        elif local == "v":
            self._value = []
        elif local == "f" and self._in_data:
            self.marks.formulas.append((self._row, self._column))
        elif local == "row" and self._in_data:
            number = attributes.get("r", "")
            row = int(number) - 1 if number.isdigit() else self._row + 1
            if row <= self._row:
                self.repeated = self.repeated or str(row + 1)
            self._row, self._column = row, -1
        elif local == "sheetData":
            self._in_data = True

    def _cell(self, attributes: dict[str, str]) -> None:
        row, column = self._row, self._column + 1
        if reference := attributes.get("r"):
            found = REFERENCE.fullmatch(reference)
            if found is None:
                raise FileRefused("not_a_workbook")
            row, column = int(found[2]) - 1, column_of(found[1])
        if row != self._row or column <= self._column:
            self.repeated = self.repeated or cell_name(row, column)
        self._column, self._type = column, attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._format = self._styles.get(int(style) if style.isdigit() else 0, "")
        if self._type == "e":
            self.marks.errors.append((row, column))

    def text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def end(self, name: str) -> None:
        local = _local_name(name)
        if local == "v":
            value, self._value = "".join(self._value or ()), None
            if self._format and self._type == "n" and _is_misleading(self._format, value):
                self.marks.scaled.append((self._row, self._column))
        elif local == "sheetData":
            self._in_data = False


def _is_misleading(pattern: str, value: str) -> bool:
    try:
        return is_misleading(pattern, float(value))
    except ValueError:
        return False


def marks_of(stream: IO[bytes], styles: dict[int, str]) -> Marks:
    """Return the marks of a sheet.

    Args:
        stream: Its XML.
        styles: Number formats that may mislead, by cell style (`styles_of`).

    Raises:
        FileRefused: If a row or cell is repeated or out of order.
    """
    sheet = _Sheet(styles)
    # Values are only needed if some style may show another number.
    _parse_xml(stream, sheet.start, *((sheet.end, sheet.text) if styles else ()))
    if sheet.repeated is not None and not sheet.marks.formulas:
        raise FileRefused("cell_twice", cell=sheet.repeated)
    return sheet.marks


def sheets_of(workbook: IO[bytes], relations: IO[bytes]) -> list[str]:
    """Return the name of the package member that holds each sheet, in the order of the workbook."""
    targets: dict[str, str] = {}
    sheets: list[str] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local_name(name) == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local_name(name) == "sheet":
            sheets.append({_local_name(key): value for key, value in attributes.items()}.get("id", ""))

    _parse_xml(relations, relation)
    _parse_xml(workbook, sheet)
    return [targets.get(identifier, "") for identifier in sheets]
