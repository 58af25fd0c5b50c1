"""From text to typed columns: what a well-formed timestamp, date, number, flag, code or choice is.

Each field becomes two things: the expression of its typed value, and for each reason code the condition under which a
cell is wrong. Does not belong here: formats of files, rows as a whole (`parsing.validate`).
"""

import re
import unicodedata
from dataclasses import dataclass

import polars as pl

from pipelines.common.patterns import (
    CODE_SIGNS,
    DOOR_UNSHOWN,
    FORMULA,
    HONEST,
    LIST_MARK,
    NULL_WORD,
    PERSON,
    SCIENTIFIC,
    match_whole,
)
from pipelines.contracts.batch import Family
from pipelines.contracts.fields import MOMENTS, ContractField, Formats
from pipelines.contracts.moments import is_written_as_pattern, regex_of_pattern, years_of

# UTF-8 that was read as windows-1252 or latin-1 and encoded once more: đ, ư, ơ, ă and all of ạ–ỹ leave these
# traces, which no Vietnamese word holds.
MISREAD_TEXT = "misread_text"
MISREAD = r"á[º»][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u20ac\u2122]|Ä[\u0090\u0091\u0192\u2018]|Æ[°¡]"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VIETNAMESE = "".join(unicodedata.normalize("NFC", base + tone) for base in "aăâeêioôơuưy" for tone in TONES) + "đ"
# What an alphabet forbids. Text in TCVN3 or VNI fonts shows as letters and signs of Western Europe; a letter lost
# on the way, as a question mark within a word or U+FFFD.
FOREIGN = {
    "vietnamese": rf"[\p{{L}}--[a-zA-Z{VIETNAMESE}{VIETNAMESE.upper()}]]|[§¨©¬\u00ad®¶·¸¹¼½¾\ufffd]|\p{{L}}\?\p{{L}}"
}
# Blanks and line breaks as people type them; other white space, such as a vertical tab, is a control character.
BLANKS = " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
LONGEST = {"code": 200, "text": 10_000}
# A number with decimals: after a point in text files; in lists after a comma too, and only so where the contract
# declares Vietnamese numbers, in which a point stands between thousands.
DECIMAL = {
    "text": r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$",
    "plain": r"^-?[0-9]{1,15}([.,][0-9]{1,9})?$",
    "vietnamese": r"^-?[0-9]{1,15}(,[0-9]{1,9})?$",
}
# A whole number as written: digits only, or in lists that a contract declares Vietnamese, 1.234.567.
WHOLE = {"plain": r"^-?[0-9]{1,18}$", "vietnamese": r"^-?([0-9]{1,18}|[0-9]{1,3}(\.[0-9]{3}){1,5})$"}


@dataclass(frozen=True)
class TypedField:
    """How one field is read: its typed value, and for each reason code the condition of a wrong value.

    With `wrong_where_null` a cell is wrong, too, where it holds something and its value is null.
    """

    value: pl.Expr
    wrong: dict[str, pl.Expr]
    wrong_where_null: bool = False


def is_numeric_choice(field: ContractField) -> bool:
    """Return True if a code list has only digits: it becomes a small integer, so that SQL reads `status = 9`."""
    return all(code.isdigit() for code in field.codes or ())


def dtype_of(field: ContractField) -> pl.DataType:
    """Return the column type of a field in the lake."""
    if field.type == "choice":
        return pl.Int16() if is_numeric_choice(field) else pl.String()
    types = {"integer": pl.Int64(), "decimal": pl.Float64(), "flag": pl.Int16(), "timestamp": pl.Datetime("us"),
             "date": pl.Date(), "time": pl.Time()}  # fmt: skip
    return types.get(field.type, pl.String())


def pattern_of(field: ContractField, formats: Formats, family: Family) -> str:
    """Return the strptime pattern of a moment: the field's own, else the contract's for text or for lists."""
    return field.format or getattr(formats, f"{field.type}_{family}")


def _moment(field: ContractField, text: pl.Expr, pattern: str) -> TypedField:
    # Moments hardly repeat, so remembering those already read costs more than it saves.
    if field.type == "time":
        time = text.str.to_time(pattern, strict=False, cache=False)
        value = pl.when(is_written_as_pattern(text, time, pattern)).then(time)
        return TypedField(value, {"bad_time": text.is_not_null() & value.is_null()})
    moment = text.str.to_datetime(pattern, strict=False, time_unit="us", cache=False)
    first, last = years_of(field)
    form = regex_of_pattern(pattern, f"(?:{'|'.join(map(str, range(first, last + 1)))})")
    written = is_written_as_pattern(text, moment, pattern) & moment.is_not_null()
    # One look at the text for form and year: this is done for every moment of every file.
    in_range = moment.dt.year().is_between(first, last)
    sound = written & in_range if form is None else text.str.contains(form)
    value = pl.when(sound).then(moment.dt.date() if field.type == "date" else moment)
    wrong = {f"bad_{field.type}": text.is_not_null() & ~written.fill_null(False), "out_of_range": written & ~in_range}
    return TypedField(value, wrong)


def _out_of_bounds(field: ContractField, value: pl.Expr) -> dict[str, pl.Expr]:
    """Return, for each bound that the contract sets, the condition that a number lies beyond it."""
    bounds = {"below_minimum": (field.minimum, value.lt), "above_maximum": (field.maximum, value.gt)}
    return {code: beyond(bound) for code, (bound, beyond) in bounds.items() if bound is not None}


def _whole(field: ContractField, text: pl.Expr, style: str) -> TypedField:
    digits = text.str.replace_all(".", "", literal=True) if style == "vietnamese" else text
    value = pl.when(text.str.contains(WHOLE[style])).then(digits).cast(pl.Int64, strict=False)
    return TypedField(value, {"bad_integer": text.is_not_null() & value.is_null(), **_out_of_bounds(field, value)})


def _decimal(field: ContractField, text: pl.Expr, style: str) -> TypedField:
    point = text.str.replace(",", ".", literal=True)
    value = pl.when(text.str.contains(DECIMAL[style])).then(point).cast(pl.Float64, strict=False)
    return TypedField(value, {"bad_decimal": text.is_not_null() & value.is_null(), **_out_of_bounds(field, value)})


def _choice(field: ContractField, text: pl.Expr) -> TypedField:
    codes = ["0", "1"] if field.type == "flag" else list(field.codes or ())
    said = text
    if field.any_case:
        said = text.str.to_uppercase().replace_strict([c.upper() for c in codes], codes, default=pl.lit(""))
    known = said.is_in(codes)
    value = pl.when(known).then(said).cast(dtype_of(field), strict=False)
    return TypedField(value, {"not_in_code_list": text.is_not_null() & ~known})


def looks_personal(text: pl.Expr) -> pl.Expr:
    """Return the condition that a text looks like a person's number or address, as the gate and the audit take it."""
    return text.str.contains(PERSON) & ~text.str.contains(match_whole(HONEST))


def _null_word(field: ContractField) -> str:
    """Return the condition that a cell, or one of several values in it, is a word that programs write for empty."""
    if field.separator is None:
        return match_whole(NULL_WORD)
    part = re.escape(field.separator)
    return rf"(?:^|{part})\s*(?:{NULL_WORD})\s*(?:$|{part})"


def _names_things(field: ContractField) -> bool:
    """Return True for a code that people see; it must not be a person's number."""
    return field.type == "code" and not field.technical_id and field.personal is None


def _not_a_code(field: ContractField) -> str:
    if field.pattern is not None:
        return r"[^\x21-\x7e]"  # the pattern says which signs; what is not seen it can never let through
    more = "".join(f"\\x{{{ord(sign):x}}}" for sign in field.also or "")
    return f"[^{more}{CODE_SIGNS}]"


def _words(field: ContractField, text: pl.Expr) -> TypedField:
    """Return the type of codes and text: values as they are written."""
    misread = MISREAD if field.alphabet is None else f"{MISREAD}|{FOREIGN[field.alphabet]}"
    wrong = {MISREAD_TEXT: text.str.contains(misread), "too_long": text.str.len_chars() > LONGEST[field.type]}
    if field.type == "code":
        elsewise = text.str.contains(match_whole(SCIENTIFIC))
        wrong["code_turned_into_number"] = elsewise
        if _names_things(field):
            wrong["code_looks_like_identity_number"] = looks_personal(text)
            elsewise = elsewise | looks_personal(text)
        wrong["bad_code"] = text.str.contains(_not_a_code(field)) & ~elsewise
    if field.shown:
        wrong["bad_name"] = text.str.contains(DOOR_UNSHOWN) | ~text.str.contains(r"[\p{L}0-9]")
        wrong["looks_personal"] = looks_personal(text)
        wrong["looks_like_formula"] = text.str.contains(f"^[{FORMULA}]")
    if field.pattern is not None:
        wrong["not_as_pattern"] = ~text.str.contains(f"^(?:{field.pattern})$")
    return TypedField(text, wrong)


def _typed(field: ContractField, formats: Formats, family: Family) -> TypedField:
    text = pl.col(field.name)
    if field.unit_name:
        return TypedField(pl.when(~text.str.contains(_null_word(field))).then(text), {})
    if field.type in MOMENTS:
        return _moment(field, text, pattern_of(field, formats, family))
    if field.type == "integer":
        return _whole(field, text, formats.number_sheet if family == "sheet" else "plain")
    if field.type == "decimal":
        return _decimal(field, text, formats.number_sheet if family == "sheet" else "text")
    if field.type in ("flag", "choice"):
        return _choice(field, text)
    return _words(field, text)


def type_column(field: ContractField, formats: Formats, family: Family) -> TypedField:
    """Return how the text column named like the field is read in files of a family."""
    typed = _typed(field, formats, family)
    if field.unit_name:
        return typed
    listed = pl.lit(False) if field.codes is None else pl.col(field.name).is_in(list(field.codes))
    null_word = pl.col(field.name).str.contains(_null_word(field)) & ~listed
    # A null word is wrong for that reason and no other: what to do about it is to leave the cell empty.
    others = {code: when & ~null_word for code, when in typed.wrong.items()}
    return TypedField(typed.value, {"null_word": null_word, **others})


def _unclean_text(field: ContractField) -> str:
    letters = VIETNAMESE + VIETNAMESE.upper()
    if field.squish or field.shown:
        return rf"[^\x20-\x7e{letters}]|^ | $|  "
    return rf"[^\x00-\x7f{letters}]"


def type_plain_column(field: ContractField, formats: Formats, family: Family) -> TypedField:
    """Return the same as `type_column` for cells that need no cleaning, which is nearly all of them.

    A cell that might need it, or that could be wrong in a way only cleaned text shows, counts as wrong here and is
    looked at again.
    """
    typed = _typed(field, formats, family)
    text, wrong = pl.col(field.name), dict(typed.wrong)
    if field.unit_name:
        return typed
    if field.type in ("code", "text"):
        # What holds the signs of codes only, or composed letters of Vietnamese, is as NFC writes it.
        if field.type == "code":
            doubtful = [_not_a_code(field), match_whole(SCIENTIFIC), *([PERSON] if _names_things(field) else [])]
            wrong.pop(MISREAD_TEXT)
        else:
            doubtful = [_unclean_text(field), *([f"^[{FORMULA}]", f"^{LIST_MARK}", PERSON] if field.shown else [])]
        exact = {code: when for code, when in wrong.items() if code in ("too_long", MISREAD_TEXT, "not_as_pattern")}
        wrong = {"unclean": text.str.contains("|".join([_null_word(field), *doubtful])), **exact}
    elif field.type in MOMENTS:
        wrong = {}
    if field.null_values:
        wrong["unclean_null"] = text.is_in(list(field.null_values))
    return TypedField(typed.value, wrong, wrong_where_null=field.type in MOMENTS)


def _compose_text(field: ContractField) -> pl.Expr:
    """Return text composed (NFC), without blanks around it, and where the field says so none repeated inside."""
    text = pl.col(field.name).str.normalize("NFC")
    if field.squish or field.any_case:
        text = text.str.replace_all(rf"[{BLANKS}]+", " ")
    return text if field.type == "text" and not (field.squish or field.shown) else text.str.strip_chars(BLANKS)


def has_list_mark(field: ContractField) -> pl.Expr:
    """Return the condition that `clean_text` removes the mark of a list from a name."""
    return _compose_text(field).str.contains(f"^{LIST_MARK}").fill_null(False)


def clean_text(field: ContractField) -> pl.Expr:
    """Return text as it is judged: tidied, without list marks before names, the contract's null words as null."""
    text = _compose_text(field)
    if field.shown:
        text = text.str.replace(f"^{LIST_MARK}", "")
    return pl.when((text != "") & ~text.is_in(list(field.null_values))).then(text).alias(field.name)
