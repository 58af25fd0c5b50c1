"""Moments (timestamp, date, time) in text: whether a cell is written exactly as a strptime pattern writes it.

Belongs here: the form of a moment, and the years that are possible. Does not belong here: which reason a wrong moment
gets (`column_types`).
"""

import re

import polars as pl

from pipelines.contracts.fields import ContractField

# The years that are possible; a contract may set an earlier first year for a field.
EARLIEST, LATEST = 1990, 2099
# Regular expression of what strptime directives write; always two digits for a day.
DIRECTIVE_FORMS = {
    "%Y": "[0-9]{4}", "%m": "(?:0[1-9]|1[0-2])", "%d": "(?:0[1-9]|[12][0-9]|3[01])", "%H": "(?:[01][0-9]|2[0-3])",
    "%M": "[0-5][0-9]", "%S": "[0-5][0-9]",
}  # fmt: skip
DIRECTIVE = re.compile("%.")


def years_of(field: ContractField) -> tuple[int, int]:
    """Return the first and the last year in which a moment of the field may lie."""
    return field.earliest or EARLIEST, LATEST


def regex_of_pattern(pattern: str, years: str = "[0-9]{4}") -> str | None:
    """Return a regular expression of what the pattern writes, or None if it has a directive outside DIRECTIVE_FORMS.

    Args:
        pattern: A strptime pattern.
        years: Regular expression of the years that are possible.
    """
    directives = DIRECTIVE.findall(pattern)
    if set(directives) - set(DIRECTIVE_FORMS):
        return None
    literals = [re.escape(part) for part in DIRECTIVE.split(pattern)]
    forms = [years if directive == "%Y" else DIRECTIVE_FORMS[directive] for directive in directives]
    return f"^{''.join(a + b for a, b in zip(literals, [*forms, ''], strict=True))}$"


def is_written_as_pattern(text: pl.Expr, read: pl.Expr, pattern: str) -> pl.Expr:
    """Return the condition that a cell is exactly what the pattern would write.

    strptime alone is not strict: it also reads "2024-1-1", "2024 1 5 8 0 0" and seconds of 60.

    Args:
        text: The cell.
        read: The moment that was parsed from it.
        pattern: The strptime pattern.
    """
    form = regex_of_pattern(pattern)
    return read.dt.to_string(pattern) == text if form is None else text.str.contains(form)
