"""The parts of a contract that describe cells: fields with their types, and the formats of files.

Belongs here: the keys of one field and which of them fit together. Does not belong here: the contract as a whole
(`model`).
"""

import codecs
import datetime as dt
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

FieldType = Literal["text", "code", "integer", "decimal", "flag", "choice", "timestamp", "date", "time"]
MOMENTS = ("timestamp", "date", "time")
PROBE = dt.datetime(1999, 12, 31, 23, 59, 58)
# What follows up to CODES_ONLY_WITH_CHOICES is JSON Schema, by which editors check a contract (contracts/schema.json).
ONE_SIGN: dict[str, Any] = {"pattern": r"^[\t\x20-\x7e]$"}


def _only_with(attribute: str, *types: str) -> dict[str, Any]:
    """Return a JSON Schema condition: the attribute is allowed only in fields of these types."""
    is_given = {"required": [attribute], "properties": {attribute: {"not": {"type": "null"}}}}
    return {"if": is_given, "then": {"properties": {"type": {"enum": list(types)}}}}


CODES_ONLY_WITH_CHOICES: dict[str, Any] = {
    "if": {"required": ["type"], "properties": {"type": {"const": "choice"}}},
    "then": {"required": ["codes"], "properties": {"codes": {"type": "object"}}},
    "else": {"properties": {"codes": {"type": "null"}}},
}


def _check_moment(pattern: str, kind: str, name: str) -> None:
    """Raise ValueError if the pattern loses a part of a moment that is written and read by it."""
    try:
        read = dt.datetime.strptime(PROBE.strftime(pattern), pattern)
    except ValueError:
        raise ValueError(f"{name}: {pattern} is no strptime pattern") from None
    if kind == "time" and (read.hour, read.minute) != (PROBE.hour, PROBE.minute):
        raise ValueError(f"{name}: {pattern} does not hold hour and minute, such as %H:%M")
    if kind != "time" and read.date() != PROBE.date():
        raise ValueError(f"{name}: {pattern} does not hold day, month and year, such as %d/%m/%Y")


class Strict(BaseModel):
    """Base of the models of a contract: unknown keys are errors, and instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sentence(Strict):
    """A sentence for people, in both languages."""

    vi: str = Field(min_length=1, description="in Vietnamese", examples=["Mã hồ sơ"])
    en: str = Field(min_length=1, description="in English", examples=["Dossier code"])


class OfficeWords(Strict):
    """How the name of an office is told from that of a person."""

    begins: tuple[str, ...] = Field(
        min_length=1, description="words with which the name of an office begins, in any letter case",
        examples=[["Phòng", "Bộ phận"]],
    )  # fmt: skip
    without: tuple[str, ...] = Field(
        (), description="words that show that a person is named: a capitalised one is a family name and counts where a "
        "capitalised word follows, any other counts wherever it stands", examples=[["ông", "Nguyễn"]],
    )  # fmt: skip


class ContractField(Strict):
    """One column of the source."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                CODES_ONLY_WITH_CHOICES,
                _only_with("minimum", "integer", "decimal"),
                _only_with("alphabet", "text"),
                _only_with("pattern", "text", "code"),
                _only_with("format", *MOMENTS),
                _only_with("maximum", "integer"),
                _only_with("also", "code"),
                _only_with("technical_id", "code"),
                _only_with("any_case", "choice"),
                _only_with("earliest", "timestamp", "date"),
                _only_with("separator", "text"),
                _only_with("shown", "text"),
                _only_with("unit_name", "text"),
                _only_with("office", "text"),
            ]
        }
    )

    name: str = Field(
        pattern="^[^_]", description="the column's official name; one that begins with _ is ours", examples=["MaHoSo"]
    )
    type: FieldType = Field(
        description="what a cell holds: text (words), code (an identifier, kept as written), integer (a whole number), "
        "decimal (a number with a decimal point), "
        "flag (0 or 1), choice (one of `codes`), timestamp (day and time), date, time (of day)"
    )
    description: Sentence = Field(description="what the field means; shown in docs/sources.md")
    required: bool = Field(False, description="true: the file must have the column and no cell of it may be empty")
    codes: dict[str, str | Sentence] | None = Field(
        None, min_length=1, description="for type choice: each code that a cell may hold, and its name in both "
        "languages (a single text stands for both)", examples=[{"1": {"vi": "Trực tiếp", "en": "At the desk"}}],
    )  # fmt: skip
    aliases: tuple[str, ...] = Field(
        (), description="other headers that mean this field, such as those of Excel lists", examples=[["Mã hồ sơ"]]
    )
    personal: Literal["drop", "pseudonym", "office"] | None = Field(
        None,
        description="for personal data: drop (never enters the lake), pseudonym (enters as a keyed hash, so that "
        "equal values can be counted but not read) or office (free text of which only what is the name of an office "
        "enters, by the words in `office`; anything else becomes empty and rejects no row)",
    )
    office: OfficeWords | None = Field(None, description="for text kept as an office: how its name is known")
    minimum: int | None = Field(None, description="for numbers: the least value that is possible", examples=[0])
    maximum: int | None = Field(None, description="for numbers: the greatest value that is possible", examples=[100])
    also: str | None = Field(
        None, min_length=1, description="for code: signs that it may hold besides letters A–Z, digits and . - _ /",
        examples=[";"],
    )  # fmt: skip
    technical_id: bool | None = Field(
        None, description="for code: true where it numbers files, papers or fees and nobody is shown it, so that it "
        "may be digits of any length; without it a code that looks like a person's number rejects the row",
    )  # fmt: skip
    any_case: bool | None = Field(
        None, description="for choice: true where capitals and blanks do not matter; the code is stored as listed"
    )
    earliest: int | None = Field(
        None, ge=1, le=2099, description="for timestamp and date: the first year that is possible; without it 1990",
        examples=[1945],
    )  # fmt: skip
    separator: str | None = Field(
        None, min_length=1, description="for text kept as a pseudonym: what separates several values in one cell; each "
        "is replaced by its own pseudonym", examples=["##"],
    )  # fmt: skip
    shown: bool | None = Field(
        None, description="for text: true where people read it (a name): no invisible character, nothing that looks "
        "like a person's number or a formula; a list mark before it (`- `) is removed and counted",
    )  # fmt: skip
    unit_name: bool | None = Field(
        None, description="for text kept as a pseudonym: true where it names a unit, which is looked up in the list of "
        "units without regard to letter case and repeated blanks; whatever it holds rejects no row",
    )  # fmt: skip
    squish: bool = Field(False, description="true: runs of blanks and line breaks inside the text become one blank")
    alphabet: Literal["vietnamese"] | None = Field(
        None, description="for text: which letters it may hold; others show that the file was read in a wrong encoding"
    )
    pattern: str | None = Field(
        None, description="for text and code: regular expression that the whole cell must match; in a code it also "
        "says which signs besides letters A–Z, digits and . - _ / are allowed, never a blank or another alphabet",
        examples=["[0-9]\\.[0-9]{6}"],
    )  # fmt: skip
    format: str | None = Field(
        None, description="for timestamp, date and time: how this one field is written, in strptime's letters; "
        "without it the contract's `formats` apply", examples=["%d/%m/%Y"],
    )  # fmt: skip
    null_values: tuple[str, ...] = Field(
        (), description="spellings that mean empty, besides the empty cell", examples=[["-", "NULL"]]
    )
    default: str | None = Field(
        None, description="what an empty cell stands for, written as a cell would be", examples=["0"]
    )

    @model_validator(mode="after")
    def _attributes_fit_the_type(self) -> "ContractField":
        numbers, choice, pseudonym = ("integer", "decimal"), self.type == "choice", ("text", "pseudonym")
        kept = (self.type, self.personal)
        is_code_only = self.also is not None or self.technical_id is not None
        # Conditions with their messages, in the order in which they are reported.
        faults = (
            (choice != (self.codes is not None), "codes are given for type choice, and only there"),
            (self.minimum is not None and self.type not in numbers, "a minimum is for numbers"),
            (self.maximum is not None and self.type not in numbers, "a maximum is for numbers"),
            (is_code_only and self.type != "code", "also and technical_id are for codes"),
            (self.any_case is not None and not choice, "any_case is for choices"),
            (self._codes_differ_in_case_only(), "two codes differ in capitals only"),
            (
                self.earliest is not None and self.type not in ("timestamp", "date"),
                "earliest is for timestamps and dates",
            ),
            (self.separator is not None and kept != pseudonym, "a separator is for text that is kept as a pseudonym"),
            (
                self.unit_name is not None and not self._may_be_unit_name(),
                "unit_name is for text that is kept as a pseudonym and may be anything",
            ),
            (self.shown is not None and kept != ("text", None), "shown is for text that is kept as it is"),
            (
                (self.office is not None) != (self.personal == "office")
                or (self.office is not None and not self._may_be_anything()),
                "office and personal: office go together, for text that may be anything",
            ),
            (self.pattern is not None and self.type not in ("text", "code"), "a pattern is for text and codes"),
            (self.alphabet is not None and self.type != "text", "an alphabet is for text"),
            (self.format is not None and self.type not in MOMENTS, "a format is for timestamps, dates and times"),
        )
        for is_wrong, why in faults:
            if is_wrong:
                raise ValueError(f"{self.name}: {why}")
        return self

    @property
    def labels(self) -> dict[str, Sentence]:
        """Names of the codes in both languages; empty for other types than choice."""
        named = (self.codes or {}).items()
        return {code: name if isinstance(name, Sentence) else Sentence(vi=name, en=name) for code, name in named}

    def _codes_differ_in_case_only(self) -> bool:
        codes = self.codes or {}
        return bool(self.any_case) and len({code.upper() for code in codes}) < len(codes)

    def _may_be_unit_name(self) -> bool:
        return self._may_be_anything() and self.personal == "pseudonym"

    def _may_be_anything(self) -> bool:
        is_free = self.separator is None and self.pattern is None and self.alphabet is None
        return is_free and (self.type, self.required) == ("text", False)

    @property
    def rejects_nothing(self) -> bool:
        """Whether a cell may hold anything, since only what is known of it enters the lake."""
        return bool(self.unit_name) or self.personal == "office"

    @model_validator(mode="after")
    def _patterns_can_be_read(self) -> "ContractField":
        if self.format is not None:
            _check_moment(self.format, self.type, self.name)
        if self.pattern is not None:
            try:
                pl.Series([""]).str.contains(self.pattern)
            except pl.exceptions.ComputeError as error:
                raise ValueError(f"{self.name}: the pattern is no regular expression: {error}") from None
        return self


class Formats(Strict):
    """How this source writes moments, numbers and files.

    Patterns are in strptime's letters: %d day, %m month, %Y year, %H hour, %M minute, %S second. `text` is for CSV,
    JSON and Parquet, `sheet` for Excel and HTML lists.
    """

    timestamp_text: str = Field("%Y%m%d%H%M%S", description="day and time in CSV, JSON and Parquet")
    timestamp_sheet: str = Field("%d/%m/%Y %H:%M:%S", description="day and time in Excel and HTML lists")
    date_text: str = Field("%Y%m%d", description="day in CSV, JSON and Parquet", examples=["%Y-%m-%d"])
    date_sheet: str = Field("%d/%m/%Y", description="day in Excel and HTML lists")
    time_text: str = Field("%H:%M", description="time of day in CSV, JSON and Parquet")
    time_sheet: str = Field("%H:%M", description="time of day in Excel and HTML lists")
    number_sheet: Literal["plain", "vietnamese"] = Field(
        "plain", description="whole numbers typed as text in lists: plain (1234567) or vietnamese (1.234.567 as well)"
    )
    delimiter: str = Field(
        ",", description="the one ASCII character between the cells of a CSV file", examples=[";"],
        json_schema_extra=ONE_SIGN,
    )  # fmt: skip
    quote: str = Field(
        '"', description="the one ASCII character around CSV cells that hold a delimiter or a line break",
        examples=["'"], json_schema_extra=ONE_SIGN,
    )  # fmt: skip
    encoding: str = Field("utf-8", description="character encoding of CSV files", examples=["windows-1258"])

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, name: str) -> str:
        try:
            return codecs.lookup(name).name
        except LookupError:
            raise ValueError(f"there is no encoding {name}") from None

    @field_validator("delimiter", "quote")
    @classmethod
    def _is_one_sign(cls, sign: str) -> str:
        if len(sign) != 1 or not (sign == "\t" or (sign.isascii() and sign.isprintable())):
            raise ValueError("must be exactly one ASCII character, and no line break")
        return sign

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> "Formats":
        if self.delimiter == self.quote:
            raise ValueError("delimiter and quote must differ")
        for kind in MOMENTS:
            for family in ("text", "sheet"):
                _check_moment(getattr(self, f"{kind}_{family}"), kind, f"{kind}_{family}")
        return self
