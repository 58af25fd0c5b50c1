"""Words of officers' reports, and values as a Vietnamese paper writes them.

Belongs here: looking up `words.yml`, days, numbers and shares as text, files' names. Does not belong here: figures.
"""

import datetime as dt
import unicodedata
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.common.formats import MINUS, format_day, format_number
from pipelines.common.yaml import read_yaml

WORDS = Path(__file__).parent / "words.yml"
NOTHING = "–"


@cache
def _words() -> dict[str, str]:
    content: dict[str, str] = read_yaml(WORDS.read_text(encoding="utf-8"))
    return content


def word(code: str, /, **blanks: object) -> str:
    """Return a text of words.yml with its blanks filled.

    Raises:
        KeyError: For an unknown code.
    """
    return _words()[code].format(**blanks)


def day_text(day: dt.date | None) -> str:
    """Return a day as 31/12/2024; a dash if there is none."""
    return format_day(day, "vi") if day is not None else NOTHING


def number_text(value: int | None) -> str:
    """Return a whole number as 1.234; a dash if there is none."""
    return format_number(Decimal(value), "vi") if value is not None else NOTHING


def share_text(share: float | None) -> str:
    """Return a share from 0 to 1 as 97,25%; a dash if there is none."""
    return f"{Decimal(str(share)) * 100:.2f}%".replace(".", ",") if share is not None else NOTHING


def signed_text(value: int) -> str:
    """Return a difference with its sign: +3, −2, 0."""
    return f"+{number_text(value)}" if value > 0 else number_text(value).replace("-", MINUS)


def share_of(part: int, whole: int) -> float | None:
    """Return a share; None where there is nothing to share."""
    return part / whole if whole else None


def order_of(name: str) -> str:
    """Return what a name is sorted by: its letters without tones, đ after d."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(letter)
    )
    return plain.replace("đ", "d~")


def level_name(level: str) -> str:
    """Return the name of a level; `*` is the province as a whole."""
    return word("level_all" if level == "*" else f"level_{level}")


def period_words(period: dict[str, Any]) -> dict[str, str]:
    """Return code, first and last day and cut of a period, for texts with these blanks."""
    return {
        "period": period["period_code"], "start": day_text(period["start_date"]), "end": day_text(period["end_date"]),
        "cut": day_text(period["cut_date"]),
    }  # fmt: skip
