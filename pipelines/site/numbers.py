"""How numbers, dates and names read: vi-VN and en, and a name without its diacritics.

Belongs here: formatting of what is final. Does not belong here: arithmetic; a number is shown as the CSV has it.
"""

import datetime as dt
import re
import unicodedata

# CLDR: thousands and decimal sign. Both languages write the per cent sign without a space.
SIGNS = {"vi": (".", ","), "en": (",", ".")}
BOUNDS = {"": "", ">=": "≥ ", "<=": "≤ "}
UNITS_OF_SIZE = ("B", "kB", "MB", "GB")


def number(text: str, lang: str) -> str:
    """Return a decimal number as the CSV has it ("1234.50"), as people of that language write it ("1.234,5")."""
    thousands, point = SIGNS[lang]
    whole, _, decimals = text.partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = re.sub(r"(?<=\d)(?=(\d{3})+$)", thousands, digits)
    decimals = decimals.rstrip("0")
    return f"{sign}{grouped}{point}{decimals}" if decimals else f"{sign}{grouped}"


def percent(text: str, lang: str, bound: str = "") -> str:
    """Return a share in per cent, with the sign of a bound before it where it is one."""
    return f"{BOUNDS[bound]}{number(text, lang)}%"


def date(text: str, lang: str) -> str:
    """Return an ISO date, as people of that language write it."""
    day = dt.date.fromisoformat(text)
    return f"{day:%d/%m/%Y}" if lang == "vi" else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


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


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
