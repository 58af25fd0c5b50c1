"""SQL that is made rather than written, in the style that `make format` gives."""

from sqlfmt.api import Mode, format_string

LINE = 120


def formatted_sql(text: str) -> str:
    """Return SQL or a macro as sqlfmt lays it out."""
    return format_string(text, Mode(line_length=LINE))
