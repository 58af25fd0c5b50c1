"""Contracts: what one source may look like, read from `contracts/<source>.yml`.

Belongs here: the model of a contract and its loading. Does not belong here: how files are read (parsing/)
or anything about one particular source (that is the YAML).
"""

import codecs
import hashlib
from functools import cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

FieldType = Literal["text", "code", "integer", "flag", "choice", "timestamp", "date", "time"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sentence(Strict):
    """One sentence for people, in both languages."""

    vi: str
    en: str


class ContractField(Strict):
    """One column. `personal`: `drop` never enters the lake, `pseudonym` enters as a keyed HMAC."""

    name: str
    type: FieldType
    description: Sentence
    required: bool = False
    codes: dict[str, str] | None = None
    aliases: tuple[str, ...] = ()
    personal: Literal["drop", "pseudonym"] | None = None
    minimum: int | None = None
    squish: bool = Field(False, description="collapse runs of white space, as people type in Excel lists")
    pattern: str | None = Field(None, description="regular expression that the whole of a text or code matches")
    format: str | None = Field(None, description="strptime pattern of this one timestamp, date or time")
    null_values: tuple[str, ...] = Field((), description="spellings that mean empty, besides the empty cell")
    default: str | None = Field(None, description="what an empty cell stands for, as it would be written")

    @model_validator(mode="after")
    def _codes_belong_to_choices(self) -> "ContractField":
        if (self.type == "choice") != (self.codes is not None):
            raise ValueError(f"{self.name}: codes are given for type choice, and only there")
        if self.pattern is not None and self.type not in ("text", "code"):
            raise ValueError(f"{self.name}: a pattern is for text and codes")
        if self.format is not None and self.type not in ("timestamp", "date", "time"):
            raise ValueError(f"{self.name}: a format is for timestamps, dates and times")
        return self


class RowRule(Strict):
    """`when` is an SQL condition over the typed row (and _business_day) that is true for a wrong row."""

    code: str
    when: str
    mend: Sentence


class Child(Strict):
    """A nested list of the sync envelope that lands as another source."""

    source: str
    ignored: tuple[str, ...] = ()
    untold: tuple[str, ...] = Field((), description="fields this message cannot tell: null, meaning unknown")


class Envelope(Strict):
    """The national portal's sync message: which service, and which nested lists are which source."""

    service: str
    head: dict[str, str] = Field({}, description="member of the message → field it gives every dossier")
    children: dict[str, Child]
    ignored: tuple[str, ...] = ()


class Formats(Strict):
    """strptime patterns: `text` for CSV, JSON and Parquet strings, `sheet` for Excel and HTML lists."""

    timestamp_text: str = "%Y%m%d%H%M%S"
    timestamp_sheet: str = "%d/%m/%Y %H:%M:%S"
    date_text: str = "%Y%m%d"
    date_sheet: str = "%d/%m/%Y"
    time_text: str = "%H:%M"
    time_sheet: str = "%H:%M"
    number_sheet: Literal["plain", "vietnamese"] = Field("plain", description="vietnamese reads 1.234.567 in lists")
    delimiter: str = Field(",", min_length=1, max_length=1)
    quote: str = Field('"', min_length=1, max_length=1)
    encoding: str = "utf-8"

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, name: str) -> str:
        return codecs.lookup(name).name


class Contract(Strict):
    """One source. `key` identifies a thing, `newness` says which of its rows is the newest."""

    source: str
    title: Sentence
    grain: Sentence
    obligatory: bool = False
    key: tuple[str, ...]
    newness: str | None = None
    fields: tuple[ContractField, ...]
    ignored: tuple[str, ...] = ()
    formats: Formats = Formats()
    envelope: Envelope | None = None
    rules: tuple[RowRule, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> "Contract":
        names = [field.name for field in self.fields]
        wanted = {*self.key, *([self.newness] if self.newness else [])}
        if len(set(names)) != len(names) or not wanted <= set(names):
            raise ValueError(f"{self.source}: field names repeat, or key or newness name no field")
        return self

    @cached_property
    def by_name(self) -> dict[str, ContractField]:
        return {field.name: field for field in self.fields}

    @cached_property
    def by_header(self) -> dict[str, ContractField]:
        """Every header that may stand for a field: its name and its aliases."""
        return {header: field for field in self.fields for header in (field.name, *field.aliases)}

    @cached_property
    def headers(self) -> frozenset[str]:
        """Every header that a file may have: of fields, and of columns that are let go."""
        return frozenset((*self.by_header, *self.ignored))


def load_contract(path: Path) -> Contract:
    """One contract file. Raises pydantic.ValidationError that names the wrong key."""
    return Contract.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def load_contracts(folder: Path) -> dict[str, Contract]:
    """All contracts of a folder by source name, in file-name order."""
    contracts = [load_contract(path) for path in sorted(folder.glob("*.yml"))]
    return {contract.source: contract for contract in contracts}


def fingerprint(*folders: Path) -> str:
    """SHA-256 over the names and bytes of every file below the folders: the version of what they define."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()
