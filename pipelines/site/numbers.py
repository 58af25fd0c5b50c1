"""Format numbers, dates and sizes in Vietnamese and English, and fold names to ASCII.

Belongs here: formatting of final values. Does not belong here: arithmetic and rounding; numbers are shown as in the
CSV.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from pipelines.common.formats import format_day, format_number

BOUNDS = {"": "", ">=": "≥ ", "<=": "≤ "}
UNITS_OF_SIZE = ("B", "kB", "MB", "GB")


@lru_cache(maxsize=1 << 16)  # the same figures stand on many pages
def number(text: str, lang: str) -> str:
    """Return a decimal number of the CSV ("1234.50") in the notation of a language ("1.234,5")."""
    return format_number(Decimal(text), lang)


def percent(text: str, lang: str, bound: str = "") -> str:
    """Return a share in per cent, after its bound sign if there is one, without a blank before the per cent sign."""
    return f"{BOUNDS[bound]}{number(text, lang)}%"


def date(text: str, lang: str) -> str:
    """Return an ISO date in the notation of a language."""
    return format_day(dt.date.fromisoformat(text), lang)


def size(count: int, lang: str) -> str:
    """Return a file's size in decimal units, whole below 10 kB, else two or three digits."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(UNITS_OF_SIZE) - 1:
        amount, unit = amount / 1000, unit + 1
    rounded = f"{amount:.1f}" if unit and amount < 100 else f"{amount:.0f}"
    return f"{number(rounded, lang)} {UNITS_OF_SIZE[unit]}"


def folded(text: str) -> str:
    """Return a name in lower case without diacritics, such as "dong nai" for "Đồng Nai"."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return " ".join(bare.replace("Đ", "d").replace("đ", "d").casefold().split())


def slug(text: str) -> str:
    """Return a name as part of an address: folded, with hyphens for everything but letters and digits."""
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")
