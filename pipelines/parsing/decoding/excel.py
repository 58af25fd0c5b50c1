"""Decodes Excel workbooks into a grid: .xlsx (a zip of XML) and the old .xls (a compound file of records).

calamine reads the values of both; formulas, error cells and macros, which it does not report, are found in the bytes.
Belongs here: limits, macros, and choosing the sheet. Does not belong here: cells of a sheet (`sheet_xml`, `records`).
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.kinds import COMPOUND, HEAD_BYTES, is_text, refuse_other_kind
from pipelines.parsing.decoding.limits import (
    LARGEST_BYTES,
    LARGEST_RATIO,
    MOST_CELLS,
    MOST_MEMBERS,
    RATIO_COUNTS_FROM_BYTES,
    Merge,
)
from pipelines.parsing.decoding.marks import Marks
from pipelines.parsing.decoding.records import marks_of_sheets
from pipelines.parsing.decoding.sheet_xml import marks_of, sheets_of, styles_of

SHEET = re.compile(rb"<(?:[^\s<>/!?:]+:)?worksheet[\s>]")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Longer than the start tag of any element in real files, so that none is missed between two blocks.
OVERLAP_BYTES = 512
UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
WORKBOOK, RELATIONS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"


def check_package(content: bytes) -> list[Marks]:
    """Return the marks of every sheet of an .xlsx, in order; they are read from the XML.

    Raises:
        FileRefused: If the zip exceeds its limits, is no workbook, or holds a document type, macros, or formulas
            outside of the workbook's sheets.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            names = [member.filename.lower() for member in members]
            size = sum(member.file_size for member in members)
            ceiling = min(LARGEST_BYTES, max(LARGEST_RATIO * len(content), RATIO_COUNTS_FROM_BYTES))
            if len(members) > MOST_MEMBERS or size > ceiling:
                raise FileRefused("too_large", limit=f"{ceiling:,}")
            if any(name.endswith("vbaproject.bin") for name in names):
                raise FileRefused("macros")
            # Readers differ on which of two members of one name they use. The other two names belong to formats (.xlsb,
            # .ods) whose formulas are not found here.
            if len(set(names)) < len(names) or {"xl/workbook.bin", "content.xml"} & set(names):
                raise FileRefused("not_a_workbook")
            sheets = [member.filename for member in members if _is_sheet(package, member)]
            return _marks_of_package(package, sheets)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise FileRefused("not_a_workbook") from error


def _marks_of_package(package: zipfile.ZipFile, sheets: list[str]) -> list[Marks]:
    by_name = {name.lower(): name for name in package.namelist()}
    if not {WORKBOOK, RELATIONS} <= set(by_name):
        raise FileRefused("not_a_workbook")
    with package.open(by_name[WORKBOOK]) as workbook, package.open(by_name[RELATIONS]) as relations:
        order = [by_name.get(name.lower(), "") for name in sheets_of(workbook, relations)]
    styles: dict[int, str] = {}
    if STYLES in by_name:
        with package.open(by_name[STYLES]) as stream:
            styles = styles_of(stream)
    found: dict[str, Marks] = {}
    for name in sheets:
        with package.open(name) as stream:
            found[name] = marks_of(stream, styles)
        if name not in order:
            found[name].refuse_any(0)
    # A chart has a sheet of its own and no cells.
    return [found.get(name, Marks()) for name in order]


def _is_sheet(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Return True if the content of a member is a sheet, whatever its name is."""
    with package.open(member) as stream:
        text = stream.read(1 << 20)
        if text.startswith(UTF16):
            raise FileRefused("not_a_workbook")
        start = text.removeprefix(b"\xef\xbb\xbf").lstrip()
        if start and not start.startswith(b"<"):
            return False
        is_sheet = False
        while text:
            is_sheet = is_sheet or SHEET.search(text) is not None
            if DOCTYPE.search(text):
                raise FileRefused("not_a_workbook")
            block = stream.read(1 << 20)
            text = text[-OVERLAP_BYTES:] + block if block else b""
    return is_sheet


def check_compound(content: bytes) -> list[Marks]:
    """Return the marks of every sheet of an old .xls, in order.

    Raises:
        FileRefused: If it is no workbook, is encrypted or has macros.
    """
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content), raise_defects=olefile.DEFECT_INCORRECT) as file:
            names = {entry[0] for entry in file.listdir(streams=True, storages=True)}
            if "EncryptedPackage" in names:
                raise FileRefused("password")
            if names & {"_VBA_PROJECT_CUR", "_VBA_PROJECT"}:
                raise FileRefused("macros")
            book = file.openstream("Workbook" if "Workbook" in names else "Book").read()
        return marks_of_sheets(book)
    except (OSError, struct.error, LookupError, ValueError, TypeError) as error:
        raise FileRefused("not_a_workbook") from error


def _find_list_sheet(book: Any, marks: list[Marks]) -> int:
    """Return the index of the only visible sheet that is not empty.

    Raises:
        FileRefused: If there are several, or if another sheet holds formulas or errors.
    """
    from python_calamine import SheetVisibleEnum

    sheets = book.sheets_metadata
    if len(marks) != len(sheets) or len({sheet.name for sheet in sheets}) < len(sheets):
        raise FileRefused("not_a_workbook")
    visible = [at for at, sheet in enumerate(sheets) if sheet.visible == SheetVisibleEnum.Visible]
    filled = [at for at in visible if not _is_empty(book, at)] if len(visible) > 1 else visible
    if len(filled) > 1 or not visible:
        raise FileRefused("sheets", sheets=len(filled), places=", ".join(str(at + 1) for at in filled))
    chosen = (filled or visible)[0]
    for at, marks_of_sheet in enumerate(marks):
        if at != chosen:
            marks_of_sheet.refuse_any(at + 1)
    return chosen


def _is_empty(book: Any, at: int) -> bool:
    try:
        sheet = book.get_sheet_by_index(at)
    except ValueError:
        return False  # a chart or dialogue is not an empty sheet
    return not any(cell != "" for row in sheet.iter_rows() for cell in row)


def excel_grid(content: bytes) -> tuple[list[Merge], Marks, Iterator[list[Any]]]:
    """Return merged ranges, marks and rows of the only visible sheet that is not empty.

    Raises:
        FileRefused: If the workbook cannot be read with certainty.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if content.startswith(COMPOUND):
        marks = check_compound(content)
    elif content.startswith(b"PK"):
        marks = check_package(content)
    else:
        refuse_other_kind(content[:HEAD_BYTES])
        raise FileRefused("is_text" if is_text(content[:HEAD_BYTES]) else "not_a_workbook")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            at = _find_list_sheet(book, marks)
            sheet = book.get_sheet_by_index(at)
            last_row, last_column = sheet.end or (-1, -1)
            if (last_row + 1) * (last_column + 1) > MOST_CELLS:
                raise FileRefused("too_large", limit=f"{MOST_CELLS:,}")
            merged = [
                (top, left, min(bottom, last_row), min(right, last_column))
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
                if top <= last_row and left <= last_column
            ]
            # Merged ranges never overlap, so they cannot be more cells than the sheet has.
            if sum((m[2] - m[0] + 1) * (m[3] - m[1] + 1) for m in merged) > (last_row + 1) * (last_column + 1):
                raise FileRefused("not_a_workbook")
            return merged, marks[at], iter(sheet.to_python(skip_empty_area=False))
    except PasswordError:
        raise FileRefused("password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error
