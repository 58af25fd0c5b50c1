"""Format numbers and dates by language, with CLDR data (Babel).

Belongs here: formatting of final values. Does not belong here: arithmetic and rounding.
"""

import datetime as dt
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import parse_pattern

# English dates have the day first, as everywhere except in the United States.
DAYS = {"vi": "dd/MM/yyyy", "en": "d MMMM yyyy"}
SHORT_DAYS = {"vi": "dd/MM/yyyy", "en": "d MMM yyyy"}
MINUS = "−"
# As many decimals as the number has.
_PATTERN = parse_pattern("#,##0.#")


@cache
def _locale(lang: str) -> Locale:
    return Locale.parse(lang)


def format_number(value: Decimal, lang: str) -> str:
    """Return a number in a language's notation, without trailing zeros: 1234.50 is `1.234,5` or `1,234.5`."""
    written: str = _PATTERN.apply(abs(value), _locale(lang), decimal_quantization=False)
    return f"{MINUS}{written}" if value < 0 else written


def format_fixed(value: float, decimals: int, lang: str) -> str:
    """Return a number with as many decimals as asked for: 7 with two is `7,00` or `7.00`; never a negative zero."""
    rounded = Decimal(f"{value:.{decimals}f}") + 0
    pattern = parse_pattern("#,##0." + "0" * decimals if decimals else "#,##0")
    written: str = pattern.apply(abs(rounded), _locale(lang))
    return f"{MINUS}{written}" if rounded < 0 else written


def format_day(day: dt.date, lang: str, *, short: bool = False) -> str:
    """Return a day: `31/12/2024`, or `31 December 2024` (short: `31 Dec 2024`)."""
    return format_date(day, (SHORT_DAYS if short else DAYS)[lang], locale=_locale(lang))


def month_name(month: int, *, short: bool = False) -> str:
    """Return the English name of a month (1 to 12); Vietnamese numbers its months."""
    names = _locale("en").months["format"]["abbreviated" if short else "wide"]
    return str(names[month])
