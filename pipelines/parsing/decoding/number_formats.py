"""Which number formats of Excel show another number than the one that is stored.

A cell of 0.5 under `0%` shows 50 %, 1200000 under `#,##0,` shows 1,200, 5 under `0"000"` shows 5000, and any number
under `;;;` shows nothing. Rounding and separators change no number and do not belong here.
"""

import re

# Built in, without an entry in the workbook: 0% and 0.00%.
BUILTIN = {9: "0%", 10: "0.00%"}
QUOTED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
CONDITION = re.compile(r"\[[^\]]*\]")
PLACEHOLDER = re.compile(r"[0#?]|general|@|[ymdhsbeg]", re.IGNORECASE)
SCALED = re.compile(r"%|[0#?],+(?![0#?,])")


def _sections(pattern: str) -> list[str]:
    """Return the parts for positive, negative and zero; a `;` within quotes separates nothing."""
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
    literal = "".join(found[1] or found[2] or "" for found in QUOTED.finditer(section))
    plain = CONDITION.sub("", QUOTED.sub("", section))
    if any(sign.isdigit() or sign == "%" for sign in literal) or SCALED.search(plain):
        return True
    if PLACEHOLDER.search(plain):
        return False
    # Nothing of the number is shown. Accounts write zero as a dash.
    return value != 0 or not literal.strip(" \u00a0")


def shows_another(pattern: str, value: float) -> bool:
    """Return True if a number under this format is shown as another one, or not at all."""
    sections = _sections(pattern)
    if re.search(r"\[[<>=]", pattern):
        return any(_misleads(section, value) for section in sections)
    if value < 0 and len(sections) > 1:
        # A colour stands for the sign as well.
        return _misleads(sections[1], value) or not re.search(r"[-(\[]", sections[1])
    return _misleads(sections[2 if value == 0 and len(sections) > 2 else 0], value)
