"""Excel workbooks as a grid: the new format (a zip of XML) and the old one (a compound file of records).

calamine reads both; what it does not tell (formulas, error cells, macros) is looked for in the bytes.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from pipelines.errors import FileRefused
from pipelines.parsing.decoding.limits import (
    LARGEST_BYTES,
    LARGEST_RATIO,
    MOST_CELLS,
    MOST_MEMBERS,
    RATIO_COUNTS_FROM_BYTES,
    Merge,
)

# Elements of a sheet's XML, with or without a prefix before their name.
SHEET = re.compile(rb"<(?:[^\s<>/!?:]+:)?worksheet[\s>]")
FORMULA = re.compile(rb"<(?:[^\s<>/!?:]+:)?f[\s/>]")
ERROR_CELL = re.compile(rb"<(?:[^\s<>/!?:]+:)?c\s(?:[^<>]*\s)?t\s*=\s*[\"']e[\"']")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Longer than any element's start that honest writers make, so that none is missed between two blocks.
OVERLAP_BYTES = 512
UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
# Kinds of records in an old workbook; a cell record (BoolErr) holds a truth value or, with its last byte set, an error.
FORMULA_RECORDS, CELL_RECORD, PASSWORD_RECORD = (0x0006, 0x0206, 0x0406), 0x0205, 0x002F


def check_package(content: bytes) -> None:
    """Limits of an .xlsx as a zip, and what no certain list holds: document types, macros, formulas, error cells.

    The reader gives an error cell as an empty one, so only the XML tells.
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
            # Of two members of one name readers take either; the other two are formats whose formulas stay unseen.
            if len(set(names)) < len(names) or {"xl/workbook.bin", "content.xml"} & set(names):
                raise FileRefused("not_a_workbook")
            for member in members:
                _check_member(package, member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise FileRefused("not_a_workbook") from error


def _check_member(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Looks through a member by what it holds, not by its name: a sheet may have any."""
    with package.open(member) as stream:
        text = stream.read(1 << 20)
        if text.startswith(UTF16):
            raise FileRefused("not_a_workbook")
        start = text.removeprefix(b"\xef\xbb\xbf").lstrip()
        if start and not start.startswith(b"<"):
            return
        is_sheet = False
        while text:
            is_sheet = is_sheet or SHEET.search(text) is not None
            if DOCTYPE.search(text):
                raise FileRefused("not_a_workbook")
            if is_sheet and FORMULA.search(text):
                raise FileRefused("formulas")
            if is_sheet and ERROR_CELL.search(text):
                raise FileRefused("error_cells")
            block = stream.read(1 << 20)
            text = text[-OVERLAP_BYTES:] + block if block else b""


def check_compound(content: bytes) -> None:
    """The same for the old format, whose formulas and error cells the reader does not tell either."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content), raise_defects=olefile.DEFECT_INCORRECT) as file:
            names = {entry[0] for entry in file.listdir(streams=True, storages=True)}
            if "EncryptedPackage" in names:
                raise FileRefused("password")
            if names & {"_VBA_PROJECT_CUR", "_VBA_PROJECT"}:
                raise FileRefused("macros")
            book = file.openstream("Workbook" if "Workbook" in names else "Book").read()
        _check_records(book)
    except (OSError, struct.error, LookupError, ValueError, TypeError) as error:
        raise FileRefused("not_a_workbook") from error


def _check_records(book: bytes) -> None:
    at = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        if kind == PASSWORD_RECORD:
            raise FileRefused("password")
        if kind in FORMULA_RECORDS:
            raise FileRefused("formulas")
        if kind == CELL_RECORD and book[at + 11]:
            raise FileRefused("error_cells")
        at += 4 + size


def excel_grid(content: bytes) -> tuple[list[Merge], Iterator[list[Any]]]:
    """Merged ranges and rows of the only visible sheet."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    if content.startswith(COMPOUND):
        check_compound(content)
    elif content.startswith(b"PK"):
        check_package(content)
    else:
        raise FileRefused("not_a_workbook")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            visible = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
            if len(visible) != 1:
                raise FileRefused("sheets", sheets=len(visible))
            sheet = book.get_sheet_by_name(visible[0])
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
            return merged, iter(sheet.to_python(skip_empty_area=False))
    except PasswordError:
        raise FileRefused("password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error
