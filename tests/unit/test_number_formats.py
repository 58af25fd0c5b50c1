"""Number formats of Excel that show another number than the one stored."""

import pytest

from pipelines.parsing.decoding.marks import cell_name, column_letters
from pipelines.parsing.decoding.number_formats import is_misleading
from pipelines.parsing.decoding.sheet_xml import column_of

DASH_FOR_ZERO = '_-* #,##0\\ _₫_-;\\-* #,##0\\ _₫_-;_-* "-"\\ _₫_-;_-@_-'


@pytest.mark.parametrize(
    ("pattern", "value", "other"),
    [
        ("General", 5, False),
        ("0", 5, False),
        ("#,##0", 1_200_000, False),
        ('#,##0 "đồng"', 5, False),
        ("0.00E+00", 5, False),
        ("[Red]0", 5, False),
        ("#,##0;(#,##0)", -5, False),
        ("0;[Red]0", -5, False),
        (DASH_FOR_ZERO, 0, False),
        (DASH_FOR_ZERO, 5, False),
        ("0;-0;;@", 5, False),
        ("0%", 0.5, True),
        ("0.00%", 1, True),
        ("#,##0,", 1_200_000, True),
        ("#,##0.0,,", 1_200_000, True),
        ('0"000"', 5, True),
        ("0\\0", 5, True),
        ("0\\%", 5, True),
        (";;;", 5, True),
        ("0;-0;;@", 0, True),
        ("0;0", -5, True),
        ("[>=1000]#,##0,;0", 5, True),
    ],
)
def test_a_format_shows_another_number_or_not(pattern: str, value: float, other: bool) -> None:
    assert is_misleading(pattern, value) is other


def test_letters_of_columns() -> None:
    assert [column_letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_of(column_letters(n)) == n for n in range(2000))
    assert cell_name(7, 4) == "E8"
