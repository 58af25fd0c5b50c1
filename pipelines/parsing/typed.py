"""From text to typed columns: what a well-formed timestamp, date, number, flag, code or choice is.

Each field becomes two things: the expression of its typed value, and for each reason code the condition
under which a cell is wrong. Does not belong here: formats of files, rows as a whole (`judge`).
"""

import datetime as dt
import unicodedata
from dataclasses import dataclass

import polars as pl

from pipelines.contract_fields import MOMENTS, ContractField
from pipelines.contracts import Contract
from pipelines.parsing.batch import Family

# Control characters and bidirectional overrides make two different codes look alike; U+FFFD is a lost letter.
UNPRINTABLE = r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]"
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
LONGEST = {"code": 200, "text": 10_000}
EARLIEST, LATEST = dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1)
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
    """How one field is read: its typed value, and for each reason code the condition of a wrong value."""

    value: pl.Expr
    wrong: dict[str, pl.Expr]


def is_numeric_choice(field: ContractField) -> bool:
    """Code lists of digits only become small integers, so that SQL reads `status = 9`."""
    return all(code.isdigit() for code in field.codes or ())


def dtype_of(field: ContractField) -> pl.DataType:
    """The column type of a field in the lake."""
    if field.type == "choice":
        return pl.Int16() if is_numeric_choice(field) else pl.String()
    types = {"integer": pl.Int64(), "decimal": pl.Float64(), "flag": pl.Int16(), "timestamp": pl.Datetime("us"),
             "date": pl.Date(), "time": pl.Time()}  # fmt: skip
    return types.get(field.type, pl.String())


def pattern_of(field: ContractField, contract: Contract, family: Family) -> str:
    """The strptime pattern of a moment: the field's own, else the contract's for text or for lists."""
    return field.format or getattr(contract.formats, f"{field.type}_{family}")


def _moment(field: ContractField, text: pl.Expr, pattern: str) -> TypedField:
    # strptime reads "2024-1-1" as well as "2024-01-01": the width keeps one spelling per moment.
    width = len(dt.datetime(2024, 12, 31, 23, 59, 59).strftime(pattern))
    exact = pl.when(text.str.len_bytes() == width).then(text)
    if field.type == "time":
        value = exact.str.to_time(pattern, strict=False, cache=False)
        return TypedField(value, {"bad_time": text.is_not_null() & value.is_null()})
    # Moments hardly repeat, so remembering those already read costs more than it saves.
    moment = exact.str.to_datetime(pattern, strict=False, time_unit="us", cache=False)
    value = moment.dt.date() if field.type == "date" else moment
    sound = moment.is_between(pl.lit(EARLIEST), pl.lit(LATEST), closed="left")
    return TypedField(value, {f"bad_{field.type}": text.is_not_null() & ~sound.fill_null(False)})


def _whole(field: ContractField, text: pl.Expr, style: str) -> TypedField:
    digits = text.str.replace_all(".", "", literal=True) if style == "vietnamese" else text
    value = pl.when(text.str.contains(WHOLE[style])).then(digits).cast(pl.Int64, strict=False)
    wrong = {"bad_integer": text.is_not_null() & value.is_null()}
    if field.minimum is not None:
        wrong["below_minimum"] = value < field.minimum
    return TypedField(value, wrong)


def _decimal(field: ContractField, text: pl.Expr, style: str) -> TypedField:
    point = text.str.replace(",", ".", literal=True)
    value = pl.when(text.str.contains(DECIMAL[style])).then(point).cast(pl.Float64, strict=False)
    wrong = {"bad_decimal": text.is_not_null() & value.is_null()}
    if field.minimum is not None:
        wrong["below_minimum"] = value < field.minimum
    return TypedField(value, wrong)


def typed(field: ContractField, contract: Contract, family: Family) -> TypedField:
    """How the text column named like the field is read in files of a family."""
    text = pl.col(field.name)
    if field.type in MOMENTS:
        return _moment(field, text, pattern_of(field, contract, family))
    if field.type == "integer":
        return _whole(field, text, contract.formats.number_sheet if family == "sheet" else "plain")
    if field.type == "decimal":
        return _decimal(field, text, contract.formats.number_sheet if family == "sheet" else "text")
    if field.type in ("flag", "choice"):
        known = text.is_in(["0", "1"] if field.type == "flag" else list(field.codes or ()))
        value = pl.when(known).then(text).cast(dtype_of(field), strict=False)
        return TypedField(value, {"not_in_code_list": text.is_not_null() & ~known})
    misread = MISREAD if field.alphabet is None else f"{MISREAD}|{FOREIGN[field.alphabet]}"
    wrong = {"too_long": text.str.len_chars() > LONGEST[field.type], MISREAD_TEXT: text.str.contains(misread)}
    if field.type == "code":
        wrong["bad_code"] = text.str.contains(UNPRINTABLE)
    if field.pattern is not None:
        wrong["not_as_pattern"] = ~text.str.contains(f"^(?:{field.pattern})$")
    return TypedField(text, wrong)


def plain_typed(field: ContractField, contract: Contract, family: Family) -> TypedField:
    """The same for cells that need no cleaning, which is nearly all of them. A cell that might need it, or that
    could be wrong in a way only cleaned text shows, counts as wrong here and is looked at again."""
    reading = typed(field, contract, family)
    text, wrong = pl.col(field.name), dict(reading.wrong)
    if field.type == "code":
        # Printable ASCII without blanks is neither decomposed, misread nor unprintable.
        kept = {code: when for code, when in wrong.items() if code == "not_as_pattern"}
        wrong = {
            "unclean": text.str.contains(r"[^\x21-\x7e]"),
            "too_long": text.str.len_bytes() > LONGEST["code"],
            **kept,
        }
    elif field.type == "text":
        wrong["unclean"] = text.str.contains(r"[^\x20-\x7e]|^ | $|  " if field.squish else r"[^\x00-\x7f]")
    if field.null_values:
        wrong["unclean_null"] = text.is_in(list(field.null_values))
    return TypedField(reading.value, wrong)


def cleaned(field: ContractField) -> pl.Expr:
    """Text as it is judged: NFC, without blanks around it, the contract's spellings of null as null."""
    text = pl.col(field.name).str.normalize("NFC")
    if field.squish:
        text = text.str.replace_all(r"\s+", " ")
    text = text if field.type == "text" and not field.squish else text.str.strip_chars()
    return pl.when((text != "") & ~text.is_in(list(field.null_values))).then(text).alias(field.name)
