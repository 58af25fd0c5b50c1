"""From text to typed columns, and the judgement of every row: accepted, or rejected with all its reasons.

A reason is `code:Field` where one field is wrong, else the code of a row rule. Belongs here: what a
well-formed timestamp, date, flag, code or choice is. Does not belong here: formats, files, other rows.
"""

import datetime as dt
import re
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import Contract, ContractField, Formats
from pipelines.parsing.batch import Batch, Family

# Control characters and bidirectional overrides make two different codes look alike.
UNPRINTABLE = r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
LONGEST = {"code": 200, "text": 10_000}
EARLIEST, LATEST = dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1)


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
    types = {"integer": pl.Int64(), "flag": pl.Int16(), "timestamp": pl.Datetime("us"), "date": pl.Date()}
    return types.get(field.type, pl.String())


def _cleaned(frame: pl.DataFrame, fields: list[ContractField]) -> pl.DataFrame:
    """Text as it will be judged: NFC, without blanks around it, empty as null. Plain ASCII is NFC already."""
    columns = []
    for field in fields:
        text, written = pl.col(field.name), frame[field.name]
        if not (written.str.len_bytes() == written.str.len_chars()).all():
            text = text.str.normalize("NFC")
        if field.squish:
            text = text.str.replace_all(r"\s+", " ")
        text = text if field.type == "text" and not field.squish else text.str.strip_chars()
        columns.append(pl.when(text != "").then(text).alias(field.name))
    return frame.with_columns(columns)


def _moment(field: ContractField, text: pl.Expr, pattern: str) -> TypedField:
    # strptime reads "2024-1-1" as well as "2024-01-01": the width keeps one spelling per moment.
    width = len(dt.datetime(2024, 12, 31, 23, 59, 59).strftime(pattern))
    exact = pl.when(text.str.len_bytes() == width).then(text)
    moment = exact.str.to_datetime(pattern, strict=False, time_unit="us")
    value = moment.dt.date() if field.type == "date" else moment
    sound = moment.is_between(pl.lit(EARLIEST), pl.lit(LATEST), closed="left")
    return TypedField(value, {f"bad_{field.type}": text.is_not_null() & ~sound.fill_null(False)})


def _typed(field: ContractField, family: Family, formats: Formats) -> TypedField:
    text = pl.col(field.name)
    if field.type in ("timestamp", "date"):
        return _moment(field, text, getattr(formats, f"{field.type}_{family}"))
    if field.type == "integer":
        value = pl.when(text.str.contains(r"^-?[0-9]{1,18}$")).then(text).cast(pl.Int64, strict=False)
        wrong = {"bad_integer": text.is_not_null() & value.is_null()}
        if field.minimum is not None:
            wrong["below_minimum"] = value < field.minimum
        return TypedField(value, wrong)
    if field.type in ("flag", "choice"):
        known = text.is_in(["0", "1"] if field.type == "flag" else list(field.codes or ()))
        value = pl.when(known).then(text).cast(dtype_of(field), strict=False)
        return TypedField(value, {"not_in_code_list": text.is_not_null() & ~known})
    wrong = {"too_long": text.str.len_chars() > LONGEST[field.type]}
    if field.type == "code":
        wrong["bad_code"] = text.str.contains(UNPRINTABLE)
    return TypedField(text, wrong)


def judge(batch: Batch, contract: Contract, business_day: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accepted rows typed (absent fields null, personal ones that are dropped anyway left out), and rejected
    rows as they came: these keep their text and get `_reasons`, a list that is never empty.
    """
    present = set(batch.frame.columns)
    fields = [field for field in contract.fields if field.personal != "drop"]
    frame = batch.frame.with_columns(
        [pl.lit(None, pl.String).alias(f.name) for f in fields if f.name not in present]
        + ([] if "_fault" in present else [pl.lit(None, pl.String).alias("_fault")])
    )
    frame = _cleaned(frame, fields)
    typed = {field.name: _typed(field, batch.family, contract.formats) for field in fields}
    required = [f.name for f in fields if f.required and f.name not in batch.untold]
    values = frame.select(
        "_row_number",
        "_fault",
        pl.lit(business_day).alias("_business_day"),
        *[typed[name].value.alias(name) for name in typed],
        *[condition.alias(f"_wrong {code}:{name}") for name, t in typed.items() for code, condition in t.wrong.items()],
    ).with_columns([pl.col(name).is_null().alias(f"_wrong required_missing:{name}") for name in required])
    values = values.with_columns(
        [pl.sql_expr(rule.when).alias(f"_wrong {rule.code}") for rule in contract.rules]
    )  # fmt: skip
    marks = [name for name in values.columns if name.startswith("_wrong ")]
    is_wrong = pl.any_horizontal(pl.col(marks).fill_null(False), pl.col("_fault").is_not_null())
    verdict = values.select(is_wrong)[:, 0]
    accepted = values.filter(~verdict).select("_row_number", *typed)
    if not verdict.any():
        return accepted, batch.frame.clear().with_columns(_reasons=pl.lit([], pl.List(pl.String)))
    bad = values.filter(verdict)
    reasons = bad.select(
        pl.concat_list(
            pl.col("_fault"),
            *[pl.when(pl.col(mark)).then(pl.lit(mark.removeprefix("_wrong "))) for mark in marks],
        ).list.drop_nulls()
    )[:, 0]
    conditions = {rule.code: rule.when for rule in contract.rules}
    own = [[r for r in row if not _only_follows(r, row, conditions)] for row in reasons.to_list()]
    rejected = batch.frame.filter(verdict).with_columns(_reasons=pl.Series(own, dtype=pl.List(pl.String)))
    return accepted, rejected


def _only_follows(reason: str, reasons: list[str], conditions: dict[str, str]) -> bool:
    """A cell that is wrong in itself becomes null: that it is then missing, or breaks a rule, would be noise."""
    if "wrong_width" in reasons:
        return reason != "wrong_width"
    code, _, name = reason.partition(":")
    wrong_cells = {r.partition(":")[2] for r in reasons if not r.startswith("required_missing")} - {""}
    if code == "required_missing":
        return name in wrong_cells
    return any(re.search(rf"\b{cell}\b", conditions.get(code, "")) for cell in wrong_cells)
