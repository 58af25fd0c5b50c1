"""Cleaning of text cells before they are checked: Unicode form, blanks, list marks, words for empty.

Belongs here: what may be changed in a cell without changing what it says, and which cells need it. Does not belong
here: what makes a cell wrong (`column_types`).
"""

import unicodedata

import polars as pl

from pipelines.common.patterns import LIST_MARK
from pipelines.contracts.fields import ContractField

TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VIETNAMESE = "".join(unicodedata.normalize("NFC", base + tone) for base in "aăâeêioôơuưy" for tone in TONES) + "đ"
# Blanks and line breaks that people type; other white space, such as a vertical tab, counts as a control character.
BLANKS = " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


def unclean_text(field: ContractField) -> str:
    """Return a regular expression of text that `clean_text` might change."""
    letters = VIETNAMESE + VIETNAMESE.upper()
    if field.squish or field.shown:
        return rf"[^\x20-\x7e{letters}]|^ | $|  "
    return rf"[^\x00-\x7f{letters}]"


def _compose_text(field: ContractField) -> pl.Expr:
    """Return text in NFC without blanks around it, and for some fields without repeated blanks inside."""
    text = pl.col(field.name).str.normalize("NFC")
    if field.squish or field.any_case:
        text = text.str.replace_all(rf"[{BLANKS}]+", " ")
    return text if field.type == "text" and not (field.squish or field.shown) else text.str.strip_chars(BLANKS)


def has_list_mark(field: ContractField) -> pl.Expr:
    """Return the condition that `clean_text` removes the mark of a list from a name."""
    return _compose_text(field).str.contains(f"^{LIST_MARK}").fill_null(False)


def clean_text(field: ContractField) -> pl.Expr:
    """Return text as it is checked: in NFC, without extra blanks and list marks, the contract's null values as null."""
    text = _compose_text(field)
    if field.shown:
        text = text.str.replace(f"^{LIST_MARK}", "")
    return pl.when((text != "") & ~text.is_in(list(field.null_values))).then(text).alias(field.name)
