"""From text to typed columns: what a valid timestamp, date, number, flag, code, choice or text is.

Each field becomes two things: the expression of its typed value, and for each reason code the condition under which a
cell is wrong. Belongs here: rules for a single cell. Does not belong here: formats of files, and rules for a whole row
(`parsing.validate`).
"""

import re
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
from pipelines.contracts.cell_text import VIETNAMESE, unclean_text
from pipelines.contracts.fields import MOMENTS, ContractField, Formats
from pipelines.contracts.moments import is_written_as_pattern, regex_of_pattern, years_of

# Traces of UTF-8 that was decoded as windows-1252 or latin-1 and encoded again: đ, ư, ơ, ă and all of ạ–ỹ leave
# them, and no Vietnamese word contains them.
MISREAD_TEXT = "misread_text"
MISREAD = r"á[º»][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u20ac\u2122]|Ä[\u0090\u0091\u0192\u2018]|Æ[°¡]"
# What an alphabet forbids. Text in the legacy encodings TCVN3 and VNI shows as letters and signs of Western Europe; a
# letter that a conversion lost, as a question mark within a word or U+FFFD.
FOREIGN_SIGNS = {
    "vietnamese": rf"[\p{{L}}--[a-zA-Z{VIETNAMESE}{VIETNAMESE.upper()}]]|[§¨©¬\u00ad®¶·¸¹¼½¾\ufffd]|\p{{L}}\?\p{{L}}"
}
MOST_CHARACTERS = {"code": 200, "text": 10_000}
# A decimal number by its style: with a decimal point in text files, with a point or comma in lists, and with a comma
# only in lists that a contract declares Vietnamese, where a point separates thousands.
DECIMAL = {
    "text": r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$",
    "plain": r"^-?[0-9]{1,15}([.,][0-9]{1,9})?$",
    "vietnamese": r"^-?[0-9]{1,15}(,[0-9]{1,9})?$",
}
# A whole number by its style: digits only, and in lists that a contract declares Vietnamese also 1.234.567.
INTEGER = {"plain": r"^-?[0-9]{1,18}$", "vietnamese": r"^-?([0-9]{1,18}|[0-9]{1,3}(\.[0-9]{3}){1,5})$"}


@dataclass(frozen=True)
class TypedField:
    """The expressions of one field over its text column.

    Attributes:
        value: The typed value; null if the cell is empty or wrong.
        wrong: By reason code the condition that a cell is wrong.
        wrong_where_null: True if a cell is also wrong where it is not empty and `value` is null.
    """

    value: pl.Expr
    wrong: dict[str, pl.Expr]
    wrong_where_null: bool = False


def is_numeric_choice(field: ContractField) -> bool:
    """Return True if all codes are digits: the column is then a small integer, so that SQL can say `status = 9`."""
    return all(code.isdigit() for code in field.codes or ())


def dtype_of(field: ContractField) -> pl.DataType:
    """Return the column type of a field in the lake."""
    if field.type == "choice":
        return pl.Int16() if is_numeric_choice(field) else pl.String()
    types = {"integer": pl.Int64(), "decimal": pl.Float64(), "flag": pl.Int16(), "timestamp": pl.Datetime("us"),
             "date": pl.Date(), "time": pl.Time()}  # fmt: skip
    return types.get(field.type, pl.String())


def pattern_of(field: ContractField, formats: Formats, family: Family) -> str:
    """Return the strptime pattern of a timestamp, date or time: the field's own, else that of the file family."""
    return field.format or getattr(formats, f"{field.type}_{family}")


def _type_moment(field: ContractField, text: pl.Expr, pattern: str) -> TypedField:
    # Moments hardly repeat, so polars' cache of parsed values costs more than it saves.
    if field.type == "time":
        time = text.str.to_time(pattern, strict=False, cache=False)
        value = pl.when(is_written_as_pattern(text, time, pattern)).then(time)
        return TypedField(value, {"bad_time": text.is_not_null() & value.is_null()})
    moment = text.str.to_datetime(pattern, strict=False, time_unit="us", cache=False)
    first, last = years_of(field)
    form = regex_of_pattern(pattern, f"(?:{'|'.join(map(str, range(first, last + 1)))})")
    written = is_written_as_pattern(text, moment, pattern) & moment.is_not_null()
    in_range = moment.dt.year().is_between(first, last)
    # One regular expression for form and year: this is evaluated for every moment of every file.
    is_valid = written & in_range if form is None else text.str.contains(form)
    value = pl.when(is_valid).then(moment.dt.date() if field.type == "date" else moment)
    wrong = {f"bad_{field.type}": text.is_not_null() & ~written.fill_null(False), "out_of_range": written & ~in_range}
    return TypedField(value, wrong)


def _out_of_bounds(field: ContractField, value: pl.Expr) -> dict[str, pl.Expr]:
    """Return, by reason code, the condition that a number is outside a bound that the contract sets."""
    bounds = {"below_minimum": (field.minimum, value.lt), "above_maximum": (field.maximum, value.gt)}
    return {code: beyond(bound) for code, (bound, beyond) in bounds.items() if bound is not None}


def _type_integer(field: ContractField, text: pl.Expr, style: str) -> TypedField:
    digits = text.str.replace_all(".", "", literal=True) if style == "vietnamese" else text
    value = pl.when(text.str.contains(INTEGER[style])).then(digits).cast(pl.Int64, strict=False)
    return TypedField(value, {"bad_integer": text.is_not_null() & value.is_null(), **_out_of_bounds(field, value)})


def _type_decimal(field: ContractField, text: pl.Expr, style: str) -> TypedField:
    point = text.str.replace(",", ".", literal=True)
    value = pl.when(text.str.contains(DECIMAL[style])).then(point).cast(pl.Float64, strict=False)
    return TypedField(value, {"bad_decimal": text.is_not_null() & value.is_null(), **_out_of_bounds(field, value)})


def _type_choice(field: ContractField, text: pl.Expr) -> TypedField:
    codes = ["0", "1"] if field.type == "flag" else list(field.codes or ())
    code = text
    if field.any_case:
        code = text.str.to_uppercase().replace_strict([each.upper() for each in codes], codes, default=pl.lit(""))
    is_known = code.is_in(codes)
    value = pl.when(is_known).then(code).cast(dtype_of(field), strict=False)
    return TypedField(value, {"not_in_code_list": text.is_not_null() & ~is_known})


def looks_personal(text: pl.Expr) -> pl.Expr:
    """Return the condition that text looks like a person's number or address; gate and audit use the same patterns."""
    return text.str.contains(PERSON) & ~text.str.contains(match_whole(HONEST))


def _null_word(field: ContractField) -> str:
    """Return a regular expression of cells that hold, also as one of several values, a word that stands for empty."""
    if field.separator is None:
        return match_whole(NULL_WORD)
    part = re.escape(field.separator)
    return rf"(?:^|{part})\s*(?:{NULL_WORD})\s*(?:$|{part})"


def _is_shown_code(field: ContractField) -> bool:
    """Return True for a code that people are shown; it must not look like a person's number."""
    return field.type == "code" and not field.technical_id and field.personal is None


def _forbidden_sign(field: ContractField) -> str:
    """Return a regular expression of a sign that the code may not hold."""
    if field.pattern is not None:
        return r"[^\x21-\x7e]"  # the pattern itself decides on visible ASCII; anything else is never allowed
    more = "".join(f"\\x{{{ord(sign):x}}}" for sign in field.also or "")
    return f"[^{more}{CODE_SIGNS}]"


def _type_text(field: ContractField, text: pl.Expr) -> TypedField:
    """Return codes and text: the value is the cell as it is written."""
    misread = MISREAD if field.alphabet is None else f"{MISREAD}|{FOREIGN_SIGNS[field.alphabet]}"
    wrong = {MISREAD_TEXT: text.str.contains(misread), "too_long": text.str.len_chars() > MOST_CHARACTERS[field.type]}
    if field.type == "code":
        has_other_reason = text.str.contains(match_whole(SCIENTIFIC))
        wrong["code_turned_into_number"] = has_other_reason
        if _is_shown_code(field):
            wrong["code_looks_like_identity_number"] = looks_personal(text)
            has_other_reason = has_other_reason | looks_personal(text)
        wrong["bad_code"] = text.str.contains(_forbidden_sign(field)) & ~has_other_reason
    if field.shown:
        wrong["bad_name"] = text.str.contains(DOOR_UNSHOWN) | ~text.str.contains(r"[\p{L}0-9]")
        wrong["looks_personal"] = looks_personal(text)
        wrong["looks_like_formula"] = text.str.contains(f"^[{FORMULA}]")
    if field.pattern is not None:
        wrong["not_as_pattern"] = ~text.str.contains(f"^(?:{field.pattern})$")
    return TypedField(text, wrong)


def _type_cells(field: ContractField, formats: Formats, family: Family) -> TypedField:
    text = pl.col(field.name)
    if field.unit_name:
        return TypedField(pl.when(~text.str.contains(_null_word(field))).then(text), {})
    if field.rejects_nothing:
        return TypedField(text, {})
    if field.type in MOMENTS:
        return _type_moment(field, text, pattern_of(field, formats, family))
    if field.type == "integer":
        return _type_integer(field, text, formats.number_sheet if family == "sheet" else "plain")
    if field.type == "decimal":
        return _type_decimal(field, text, formats.number_sheet if family == "sheet" else "text")
    if field.type in ("flag", "choice"):
        return _type_choice(field, text)
    return _type_text(field, text)


def type_column(field: ContractField, formats: Formats, family: Family) -> TypedField:
    """Return the value and the errors of a field, over the text column of its name, in files of a family.

    The cells must have been cleaned (`clean_text`).

    Args:
        field: The field.
        formats: The formats of its contract.
        family: The family of file formats.
    """
    typed = _type_cells(field, formats, family)
    if field.rejects_nothing:
        return typed
    listed = pl.lit(False) if field.codes is None else pl.col(field.name).is_in(list(field.codes))
    null_word = pl.col(field.name).str.contains(_null_word(field)) & ~listed
    # A null word gets this reason only, since the correction is to leave the cell empty.
    others = {code: when & ~null_word for code, when in typed.wrong.items()}
    return TypedField(typed.value, {"null_word": null_word, **others})


def type_plain_column(field: ContractField, formats: Formats, family: Family) -> TypedField:
    """Return the same as `type_column` for cells that were not cleaned, as nearly all need no cleaning.

    A cell that might need cleaning, or whose error only shows in cleaned text, counts as wrong here: clean such cells
    and check them again with `type_column`.
    """
    typed = _type_cells(field, formats, family)
    text, wrong = pl.col(field.name), dict(typed.wrong)
    if field.rejects_nothing:
        return typed
    if field.type in ("code", "text"):
        # Text of signs of codes only, or of composed Vietnamese letters, is in NFC already.
        if field.type == "code":
            unclean = [_forbidden_sign(field), match_whole(SCIENTIFIC), *([PERSON] if _is_shown_code(field) else [])]
            wrong.pop(MISREAD_TEXT)
        else:
            unclean = [unclean_text(field), *([f"^[{FORMULA}]", f"^{LIST_MARK}", PERSON] if field.shown else [])]
        exact = {code: when for code, when in wrong.items() if code in ("too_long", MISREAD_TEXT, "not_as_pattern")}
        wrong = {"unclean": text.str.contains("|".join([_null_word(field), *unclean])), **exact}
    elif field.type in MOMENTS:
        wrong = {}
    if field.null_values:
        wrong["unclean_null"] = text.is_in(list(field.null_values))
    return TypedField(typed.value, wrong, wrong_where_null=field.type in MOMENTS)
