"""What text of a delivery must not look like: one definition for the door, the gate, the audit and the quality page.

Every pattern here means the same to Rust's regex (polars) and to RE2 (DuckDB): digits and letters are written out,
because the short forms (backslash d, backslash w) differ between the two, and there is no lookaround. The patterns
named `DOOR_…` use Unicode properties that RE2 lacks, so only the door can check them; each refuses at least what its
counterpart for all does.
"""

# --- Codes: the signs that one is made of. A contract may add some (`also`) or narrow it (`pattern`).
CODE_SIGNS = "A-Za-z0-9._/-"
CODE = f"[{CODE_SIGNS}]+"

# --- Words that programs write for an empty cell; the whole cell, in any letter case.
NULL_WORD = (
    r"(?i:"
    r"[(<\[{]?(?:null|nil|none|n/a|blank|empty|tr\x{1ed1}ng|r\x{1ed7}ng)[)>\]}]|"
    r"[(<\[{](?:null|nil|none|na|n/a|blank|empty|tr\x{1ed1}ng|r\x{1ed7}ng)[)>\]}]?|"
    r"null|nil|none|n/a|na|nan|nat|-nan|#n/a|#null!?|#na|undefined|dbnull|\\+n"
    r")|[\p{Pd}\x{2212}_.\x{2026}?/*]+"
)

# --- Excel writes a code that it took for a large number as 1.00178E+11 (or 1,00178E+11): the digits are lost.
SCIENTIFIC = r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]+|[+-]?[0-9](?:[.,][0-9]+)?[eE]-[0-9]{2,3}"

# --- Names and other words that people are shown.
# No control, format or private character, no line or paragraph separator, no lost letter (U+FFFD).
UNSHOWN = r"\p{C}\p{Zl}\p{Zp}\x{fffd}"
# The door also refuses what no reader sees although it counts as a letter or mark, digits of other scripts, and marks
# on digits, which a name loses where it is written without diacritics.
DOOR_UNSHOWN = rf"[{UNSHOWN}\p{{Default_Ignorable_Code_Point}}]|[\p{{Nd}}--[0-9]]|[0-9]\p{{M}}"
# A spreadsheet takes text that begins like this for a formula, in either width.
FORMULA = r"=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}"
# The mark of a list before a name: taken off where a blank follows, so that it is certainly no part of a word.
LIST_MARK = (
    r"(?:[-+*\p{Pd}\x{2022}\x{00b7}\x{25cf}\x{25cb}\x{25aa}\x{25ab}\x{25a0}\x{25e6}\x{2023}\x{2043}\x{2212}]\p{Zs}+)+"
)
SHOWN = rf"[^{FORMULA}{UNSHOWN}][^{UNSHOWN}]*"

# --- Persons. Between groups of digits: a point, hyphen or blank of any kind.
_S = r"[\p{Zs}\p{Pd}.]{1,3}"
# A number within a code such as H19.07-240105-0001 or G09.20-20260609-0092637 is part of the code: where a group is
# preceded or followed by a joint and another digit, it does not stand alone.
_FROM = r"(?:^|[^0-9._/-]|(?:^|[^0-9])[._/-])"
_TO = r"(?:$|[^0-9._/-]|[._/-](?:$|[^0-9]))"
# Stricter: not part of any code, such as PA-123456789.
_WORD_FROM = r"(?:^|[^0-9A-Za-z._/-])"
_WORD_TO = r"(?:$|[^0-9A-Za-z._/-]|[.](?:$|[^0-9A-Za-z]))"
_NOT_ROUND = "(?:[1-9][0-9]{2}|[0-9][1-9][0-9]|[0-9]{2}[1-9])"  # 500.000.000 is an amount


def _groups(first: str, *sizes: int) -> str:
    """Return a pattern for groups of digits: `first`, then groups of the sizes, each after a separator."""
    return first + "".join(f"{_S}[0-9]{{{size}}}" for size in sizes)


def _alone(*shapes: str) -> str:
    """Return a pattern for any of the shapes, if it is not part of a longer number or code."""
    return f"{_FROM}(?:{'|'.join(shapes)}){_TO}"


# Numbers of identity papers: 9 digits (old) or 12 that begin with 0 (new).
IDENTITY = "|".join(
    (
        "^[0-9]{9}$|^[0-9]{12}$",
        f"^[0-9](?:{_S}[0-9]|[0-9]){{8}}$|^[0-9](?:{_S}[0-9]|[0-9]){{11}}$",
        "(?:^|[^0-9])0[0-9]{11}(?:[^0-9]|$)",
        f"{_WORD_FROM}(?:[0-9]{{9}}|[0-9]{{12}}|{_groups('[0-9]{3}', 3)}{_S}{_NOT_ROUND}){_WORD_TO}",
        _alone(
            _groups("0[0-9]{2}", 3, 3, 3), _groups("0[0-9]{3}", 4, 4), _groups("0[0-9]{2}", 3, 6),
            _groups("0[0-9]{2}", 9), _groups("0[0-9]{2}", 1, 2, 6),
        ),
    )
)  # fmt: skip
# Phone numbers: 10 digits from 0, or 84 in place of the 0.
PHONE = "|".join(
    (
        "^0[1-9][0-9]{8}$",
        r"(?:^|[^0-9])(?:0|84)[35789][0-9]{8}(?:[^0-9]|$)",
        r"(?:\+|(?:^|[^0-9])00)84[\p{Zs}\p{Pd}.()0]{0,5}[1-9](?:[\p{Zs}\p{Pd}.]{0,3}[0-9]){8}(?:[^0-9]|$)",
        _alone(
            _groups("0[1-9][0-9]{2}", 3, 3), _groups("0[1-9][0-9]", 3, 4), _groups("0[1-9][0-9]", 4, 3),
            _groups("0[1-9][0-9]{2}", 6), _groups("0[1-9][0-9]", 7), _groups("0[1-9][0-9]{2}", 2, 2, 2),
            _groups("0[35789]", 4, 4), _groups("0[35789]", 2, 2, 2, 2),
            _groups("84", 9), _groups("84", 2, 3, 4), _groups("84", 3, 3, 3), _groups("84", 2, 7),
            _groups("84[1-9][0-9]", 3, 4), _groups("84[1-9][0-9]{2}", 3, 3),
        ),
        f"^0[1-9](?:{_S}[0-9]|[0-9]){{8}}$",
    )
)  # fmt: skip
EMAIL = r"[^\p{Zs}@]@[^\p{Zs}@]+[.][A-Za-z]"
PERSON = f"{IDENTITY}|{PHONE}|{EMAIL}"
# The same in text that was made here out of a name, where the groups of several numbers may have met.
PERSON_RUN = "(?:^|[^0-9])(?:0[0-9]{11}|(?:0|84)[35789][0-9]{8})(?:[^0-9]|$)"
# Whole codes of 9 or 12 digits that are none of these: a date and a running number (20241231-0001), and the
# national procedure code (1.001780.00).
HONEST = (
    r"(?:20)?[0-9]{2}[.-]?(?:0[1-9]|1[0-2])[.-]?(?:0[1-9]|[12][0-9]|3[01])[.-][0-9]{1,6}"
    r"|[0-9]\.[0-9]{6}(?:\.[0-9]+)+"
)


def match_whole(pattern: str) -> str:
    """Return the pattern as one that the whole text must match."""
    return f"^(?:{pattern})$"


def fill_patterns(sql: str) -> str:
    """Return SQL in which {{ person }}, {{ honest }}, {{ code }} and {{ shown }} are replaced by patterns."""
    for name, pattern in (("person", PERSON), ("honest", HONEST), ("code", CODE), ("shown", SHOWN)):
        sql = sql.replace(f"{{{{ {name} }}}}", pattern)
    return sql
