"""How numbers, dates and names read: vi-VN and en, and a name without its diacritics.

Belongs here: formatting of what is final. Does not belong here: arithmetic; a number is shown as the CSV has it.
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
    """Return a decimal number as the CSV has it ("1234.50"), as people of that language write it ("1.234,5")."""
    return format_number(Decimal(text), lang)


def percent(text: str, lang: str, bound: str = "") -> str:
    """Return a share in per cent, after the sign of a bound if it is one; no blank stands before the per cent sign."""
    return f"{BOUNDS[bound]}{number(text, lang)}%"


def date(text: str, lang: str) -> str:
    """Return an ISO date, as people of that language write it."""
    return format_day(dt.date.fromisoformat(text), lang)


def size(count: int, lang: str) -> str:
    """Return a file's size in decimal units, whole below 10 kB, else two or three digits."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(UNITS_OF_SIZE) - 1:
        amount, unit = amount / 1000, unit + 1
    rounded = f"{amount:.1f}" if unit and amount < 100 else f"{amount:.0f}"
    return f"{number(rounded, lang)} {UNITS_OF_SIZE[unit]}"


def folded(text: str) -> str:
    """Return a name as someone without a Vietnamese keyboard types it.

    "Đồng Nai" → "dong nai". đ is a letter of its own.
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return " ".join(bare.replace("Đ", "d").replace("đ", "d").casefold().split())


def slug(text: str) -> str:
    """Return a name as part of an address: folded, everything but letters and digits a hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")
