"""Decodes a printed form in a workbook of several sheets: the first visible sheet with the row (1) to (n).

Unlike a list that is delivered (`excel`), a form is read to be compared, never to count: formulas are taken by the
value that the workbook keeps of them. Limits, macros and document types are judged as in lists. Does not belong here:
what its rows and columns mean (`reports.officers`).
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.excel import check_compound, check_package
from pipelines.parsing.decoding.kinds import COMPOUND, HEAD_BYTES, is_text, refuse_other_kind
from pipelines.parsing.decoding.limits import MOST_CELLS

NUMBER = re.compile(r"\s*\((\d{1,2})\)\s*(=.*)?")
# Columns that a form must number, (1) to (13).
NUMBERED = frozenset(range(1, 14))


def numbers_in(row: list[Any]) -> dict[int, int]:
    """Return the column of each number in a row like `(1) (2) (3)=(4)+(5)`; the first where one stands twice."""
    found: dict[int, int] = {}
    for at, cell in enumerate(row):
        if isinstance(cell, str) and (match := NUMBER.fullmatch(cell)):
            found.setdefault(int(match[1]), at)
    return found


def form_rows(content: bytes) -> Iterator[list[Any]]:
    """Return the rows of the first visible sheet that has a row with the numbers (1) to (13); none if no sheet has one.

    Raises:
        FileRefused: If the file is no workbook that can be read with certainty.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    if content.startswith(COMPOUND):
        check_compound(content)
    elif content.startswith(b"PK"):
        check_package(content)
    else:
        refuse_other_kind(content[:HEAD_BYTES])
        raise FileRefused("is_text" if is_text(content[:HEAD_BYTES]) else "not_a_workbook")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            for at, metadata in enumerate(book.sheets_metadata):
                if metadata.visible != SheetVisibleEnum.Visible:
                    continue
                sheet = book.get_sheet_by_index(at)
                last_row, last_column = sheet.end or (-1, -1)
                if (last_row + 1) * (last_column + 1) > MOST_CELLS:
                    raise FileRefused("too_large", limit=f"{MOST_CELLS:,}")
                rows = sheet.to_python(skip_empty_area=False)
                if any(numbers_in(row).keys() >= NUMBERED for row in rows):
                    return iter(rows)
    except PasswordError:
        raise FileRefused("password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("not_a_workbook") from error
    return iter([])
