"""Detects number formats of Excel that show another number than the stored one.

A cell of 0.5 with the format `0%` shows 50 %, 1200000 with `#,##0,` shows 1,200, 5 with `0"000"` shows 5000, and any
number with `;;;` shows nothing. Does not belong here: rounding and separators, which change no number.
"""

import re

# Formats of Excel by their number that have no entry in the workbook.
BUILTIN = {9: "0%", 10: "0.00%"}
QUOTED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
CONDITION = re.compile(r"\[[^\]]*\]")
PLACEHOLDER = re.compile(r"[0#?]|general|@|[ymdhsbeg]", re.IGNORECASE)
SCALED = re.compile(r"%|[0#?],+(?![0#?,])")


def _sections(pattern: str) -> list[str]:
    """Return the sections for positive, negative and zero numbers; a `;` within quotes is no separator."""
    parts, quoted, escaped = [""], False, False
    for sign in pattern:
        if sign == '"' and not escaped:
            quoted = not quoted
        if sign == ";" and not quoted and not escaped:
            parts.append("")
            continue
        escaped = sign == "\\" and not escaped and not quoted
        parts[-1] += sign
    return parts


def _misleads(section: str, value: float) -> bool:
    """Return True if a number in this section of a format is shown as another one, or not at all."""
    literal = "".join(found[1] or found[2] or "" for found in QUOTED.finditer(section))
    plain = CONDITION.sub("", QUOTED.sub("", section))
    if any(sign.isdigit() or sign == "%" for sign in literal) or SCALED.search(plain):
        return True
    if PLACEHOLDER.search(plain):
        return False
    # The number is not shown at all; accounting formats show zero as a dash.
    return value != 0 or not literal.strip(" \u00a0")


def is_misleading(pattern: str, value: float) -> bool:
    """Return True if a number with this format is shown as another one, or not at all."""
    sections = _sections(pattern)
    if re.search(r"\[[<>=]", pattern):
        return any(_misleads(section, value) for section in sections)
    if value < 0 and len(sections) > 1:
        # A section without sign or bracket shows a positive number; a colour in brackets counts as a sign.
        return _misleads(sections[1], value) or not re.search(r"[-(\[]", sections[1])
    return _misleads(sections[2 if value == 0 and len(sections) > 2 else 0], value)
