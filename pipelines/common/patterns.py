"""Regular expressions for codes, empty cells, names and personal data, shared by contracts, gate, audit and reports.

Belongs here: these patterns. Each means the same in Rust's regex (polars) and in RE2 (DuckDB): digits and letters are
written out, because the short forms (backslash d, backslash w) differ between the two, and there is no lookaround. The
patterns named `DOOR_…` use Unicode properties that RE2 lacks, so only parsing can check them; each refuses at least
what its counterpart for all does. Does not belong here: which field must match which pattern (`contracts`).
"""

# --- Codes: the characters of a code. A contract may add some (`also`) or restrict them (`pattern`).
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

# --- Scientific notation: Excel writes a code that looks like a large number as 1.00178E+11, and loses its digits.
SCIENTIFIC = r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]+|[+-]?[0-9](?:[.,][0-9]+)?[eE]-[0-9]{2,3}"

# --- Names and other displayed texts.
# No control, format or private character, no line or paragraph separator, no replacement character (U+FFFD).
UNSHOWN = r"\p{C}\p{Zl}\p{Zp}\x{fffd}"
# Parsing also refuses invisible characters that count as letters or marks, digits of other scripts, and marks on
# digits, which a name loses when it is written without diacritics.
DOOR_UNSHOWN = rf"[{UNSHOWN}\p{{Default_Ignorable_Code_Point}}]|[\p{{Nd}}--[0-9]]|[0-9]\p{{M}}"
# Characters with which a spreadsheet's formula begins, in either width.
FORMULA = r"=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}"
# A list mark before a name; it is removed only if a blank follows, so that it cannot be part of a word.
LIST_MARK = (
    r"(?:[-+*\p{Pd}\x{2022}\x{00b7}\x{25cf}\x{25cb}\x{25aa}\x{25ab}\x{25a0}\x{25e6}\x{2023}\x{2043}\x{2212}]\p{Zs}+)+"
)
SHOWN = rf"[^{FORMULA}{UNSHOWN}][^{UNSHOWN}]*"

# --- Personal data. Separators between groups of digits: a point, hyphen or blank of any kind.
_S = r"[\p{Zs}\p{Pd}.]{1,3}"
# A number within a code such as H19.07-240105-0001 or G09.20-20260609-0092637 is not personal: a group of digits that
# is joined to another digit by a separator is part of a code.
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
# The same for text derived from a name, in which several numbers may have been joined.
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
