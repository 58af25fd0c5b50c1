"""Write answers as sheets of an Excel workbook, row by row, so that a million rows need no more memory than a few.

Numbers, dates and texts keep their kind: codes with leading zeros and texts that begin with =, +, - or @ stay texts,
and so does a number that Excel would round. Does not belong here: papers for officers (`reports.officers.sheets`).
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.common.errors import TthcError
from pipelines.reports.sql_shell.answers import Answer, as_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# Limits of the format.
MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 1_048_576 - 1, 16_384, 32_767
EXACT = 15  # digits of a number that Excel keeps
FIRST_DAY = dt.date(1900, 3, 1)  # Excel counts a day too many before
NARROW, WIDE = 8, 48
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
FORMATS = {dt.date: "yyyy-mm-dd", dt.datetime: "yyyy-mm-dd hh:mm:ss", dt.time: "hh:mm:ss"}
Write = Callable[[int, int, Any], int]


def write_workbook(path: Path, answers: Mapping[str, Answer]) -> list[int]:
    """Write answers as the sheets of a workbook, and return the number of rows of each.

    Args:
        path: The file.
        answers: By name of the sheet, at most 31 letters.

    Raises:
        TthcError: If one has more rows, columns or letters in a cell than Excel takes; no file is left.
    """
    from xlsxwriter import Workbook

    # What is not yet in the file lies on the same disk.
    with Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)}) as book:
        try:
            return [_write_sheet(book, book.add_worksheet(name), answer) for name, answer in answers.items()]
        except TthcError:
            path.unlink(missing_ok=True)
            raise


def _write_sheet(book: "Workbook", sheet: "Worksheet", answer: Answer) -> int:
    names = answer.empty.schema.names
    if len(names) > MOST_COLUMNS:
        raise TthcError("sql_too_wide", most=f"{MOST_COLUMNS:,}")
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
    for at, name in enumerate(names):
        sheet.write_string(0, at, name, head)
    widths, count = [len(name) + 3 for name in names], 0
    for frame in answer.frames():
        if count + len(frame) > MOST_ROWS:
            raise TthcError("sql_too_many_rows", most=f"{MOST_ROWS:,}")
        for row in frame.iter_rows():
            count += 1
            for at, value in enumerate(row):
                if value is not None:
                    widths[at] = max(widths[at], min(WIDE, _write_cell(sheet, count, at, value, formats)))
    for at, width in enumerate(widths):
        sheet.set_column(at, at, max(NARROW, min(WIDE, width)))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, count, len(names) - 1)
    return count


def _write_cell(sheet: "Worksheet", row: int, at: int, value: Any, formats: Mapping[type, Any]) -> int:
    """Write one value in the kind that it is, and return about how many letters wide it is."""
    if isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, int | float | Decimal) and _is_exact(value):
        sheet.write_number(row, at, float(value))
    elif type(value) in formats and _has_day(value):
        sheet.write_datetime(row, at, value, formats[type(value)])
    else:
        text = as_text(value)
        if len(text) > MOST_LETTERS:
            raise TthcError("sql_cell_too_long", most=f"{MOST_LETTERS:,}", row=row)
        sheet.write_string(row, at, text)
        return len(text) + 1
    return len(str(value)) + 1


def _is_exact(value: float | Decimal) -> bool:
    """Return True if Excel shows a number as it is."""
    if isinstance(value, float):
        return math.isfinite(value)
    return len(Decimal(value).normalize().as_tuple().digits) <= EXACT


def _has_day(value: Any) -> bool:
    """Return True if Excel knows the day; times with a zone are not what it shows."""
    if isinstance(value, dt.time):
        return True
    if isinstance(value, dt.datetime):
        return value.tzinfo is None and value.date() >= FIRST_DAY
    return bool(value >= FIRST_DAY)
