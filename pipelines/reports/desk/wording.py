"""Wording of the desk page in the current language: texts, numbers, days.

Belongs here: how a value is written. Does not belong here: which values are shown (`render`).
"""

import datetime as dt
from pathlib import Path

from markupsafe import Markup, escape

from pipelines.common.formats import format_day, format_fixed
from pipelines.common.i18n import language, read_catalogue
from pipelines.landing.discover import HOME

HERE = Path(__file__).parent


def text(code: str, **blanks: object) -> str:
    """Return a text of the page in the current language, its blanks filled."""
    return read_catalogue(HERE / "texts.yml")[code][language.get()].format(**blanks)


def coded(sentence: str) -> Markup:
    """Return a sentence of ours as HTML, with what stands in backticks as code."""
    parts = [escape(part) for part in sentence.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def points(value: float) -> str:
    """Return points with two decimals."""
    return format_fixed(value, 2, language.get())


def whole(value: float) -> str:
    """Return a maximum of points: without decimals where it has none."""
    return format_fixed(value, 0 if value == round(value) else 2, language.get())


def count(value: float) -> str:
    """Return a number of cases."""
    return format_fixed(value, 0, language.get())


def share(part: float, whole: float | None) -> str:
    """Return a part in per cent of the whole, with a decimal below 10; a dash where there is nothing to share."""
    if not whole:
        return "–"
    value = 100 * part / whole
    return f"{format_fixed(value, 0 if value >= 9.95 or not value else 1, language.get())}%"


def days(value: float) -> str:
    """Return days with one decimal."""
    return format_fixed(value, 1, language.get())


def whole_days(value: int | None) -> str:
    """Return a number of working days in words; none are the same day, a dash is one that is not known."""
    if value is None:
        return "–"
    return text("steps_same_day") if not value else text("steps_day" if value == 1 else "steps_days", days=count(value))


def signed(value: float, decimals: int = 2) -> str:
    """Return a difference with its sign; what rounds to nothing has none."""
    written = format_fixed(value, decimals, language.get())
    return f"+{written}" if value > 0 and round(value, decimals) else written


def day(value: dt.date | str) -> str:
    """Return a day, of a date or ISO text."""
    found = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return format_day(found, language.get(), short=True)


def moment(value: dt.datetime | str) -> str:
    """Return a moment in Việt Nam's time, to the minute."""
    found = (dt.datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(HOME)
    return f"{day(found.date())} {found:%H:%M}"
