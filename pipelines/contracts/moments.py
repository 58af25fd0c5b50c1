"""How a moment is written: as its contract's pattern would write it, within the years that are possible.

Belongs here: form and range. Does not belong here: which reason a wrong moment gets (`column_types`).
"""

import re

import polars as pl

from pipelines.contracts.fields import ContractField

# Years that a moment may lie in; a contract may let one field reach further back.
EARLIEST, LATEST = 1990, 2099
# How each of strptime's letters is written, two digits for a day and never more or fewer.
WRITTEN = {
    "%Y": "[0-9]{4}", "%m": "(?:0[1-9]|1[0-2])", "%d": "(?:0[1-9]|[12][0-9]|3[01])", "%H": "(?:[01][0-9]|2[0-3])",
    "%M": "[0-5][0-9]", "%S": "[0-5][0-9]",
}  # fmt: skip
DIRECTIVE = re.compile("%.")


def years_of(field: ContractField) -> tuple[int, int]:
    """Return the first and the last year in which a moment of the field may lie."""
    return field.earliest or EARLIEST, LATEST


def regex_of_pattern(pattern: str, years: str = "[0-9]{4}") -> str | None:
    """Return a regular expression of what the pattern writes, or None if it has letters other than those of WRITTEN."""
    found = DIRECTIVE.findall(pattern)
    if set(found) - set(WRITTEN):
        return None
    literals = [re.escape(part) for part in DIRECTIVE.split(pattern)]
    letters = [years if letter == "%Y" else WRITTEN[letter] for letter in found]
    return f"^{''.join(a + b for a, b in zip(literals, [*letters, ''], strict=True))}$"


def is_written_as_pattern(text: pl.Expr, read: pl.Expr, pattern: str) -> pl.Expr:
    """Return True if the cell is what the pattern would write.

    strptime also reads "2024-1-1", "2024 1 5 8 0 0" and seconds of 60.
    """
    form = regex_of_pattern(pattern)
    return read.dt.to_string(pattern) == text if form is None else text.str.contains(form)
