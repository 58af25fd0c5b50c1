"""The model of a contract: what the files of one source may look like, read from `contracts/<source>.yml`.

Belongs here: the keys of a contract, its validation and loading. Does not belong here: reading delivered files
(`parsing`), and anything about one particular source (that is in the YAML).
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import Field, model_validator

from pipelines.common.yaml import read_yaml
from pipelines.contracts.checks import check_condition, check_default
from pipelines.contracts.fields import ContractField, Formats, Sentence, Strict
from pipelines.contracts.references import Lookup, Subject, wrong_references

CONTRACT_FILES = "*.yml"


class RowRule(Strict):
    """One condition that makes a row wrong, and the message to whoever delivered it."""

    code: str = Field(
        pattern="^[a-z][a-z0-9_]*$", description="short name of the rule; it is the reason given for a rejected row",
        examples=["no_received_date"],
    )  # fmt: skip
    when: str = Field(
        description="SQL condition over one row that is true where the row is wrong; it may name the fields of this "
        "contract that are not dropped, and _business_day (the day of the delivery folder)",
        examples=["CAST(NgayTiepNhan AS DATE) > _business_day"],
    )
    fix_hint: Sentence = Field(description="what is wrong and how to correct it, in one or two short sentences")


class Child(Strict):
    """A nested list of the sync message that becomes rows of another source."""

    source: str = Field(description="the source that its elements become", examples=["thanh_phan"])
    ignored: tuple[str, ...] = Field((), description="members of its elements that are ignored")
    untold: tuple[str, ...] = Field(
        (), description="fields of that source that this message cannot express: left empty, meaning unknown"
    )


class Envelope(Strict):
    """The national portal's sync message: its service, and the source that each nested list becomes."""

    service: str = Field(description="name of the service that the message must carry", examples=["DongBoHoSoMC"])
    head: dict[str, str] = Field(
        {}, description="member of the message and the field that it gives every row without its own",
        examples=[{"madonvi": "MaDonVi"}],
    )  # fmt: skip
    children: dict[str, Child] = Field(description="nested list of a row, by its name, and the source it becomes")
    ignored: tuple[str, ...] = Field((), description="members of a row that are ignored")


class Contract(Strict):
    """One source: what its files may look like, and when a row is wrong."""

    source: str = Field(
        pattern="^[a-z][a-z0-9_]*$", description="name of the source: of its delivery folder and its table",
        examples=["ho_so"],
    )  # fmt: skip
    title: Sentence = Field(description="what the source is called")
    grain: Sentence = Field(description="what one row stands for")
    obligatory: bool = Field(False, description="true: without this source nothing can be computed")
    key: tuple[str, ...] = Field(
        min_length=1, description="the fields that together identify one thing", examples=[["MaHoSo", "NgayGui"]]
    )
    newness: str | None = Field(
        None, description="the field that says which row of a key is the newest; without it the business day does",
        examples=["NgayCapNhat"],
    )  # fmt: skip
    tombstone: str | None = Field(
        None, description="the flag that says a thing was deleted at its source; a row with 1 there needs no more than "
        "the key, and a file of such rows no other columns", examples=["DaXoa"],
    )  # fmt: skip
    lookups: tuple[Lookup, ...] = Field(
        (), description="fields whose value must be known; of several that are not, the first listed gives the reason"
    )
    subject: Subject | None = Field(None, description="the unit and dossier that a row is about; without it none")
    fields: tuple[ContractField, ...] = Field(min_length=1, description="the columns, in the order of the documents")
    ignored: tuple[str, ...] = Field((), description="headers that a file may have and that are ignored")
    formats: Formats = Field(Formats(), description="how moments, numbers and CSV files are written")
    envelope: Envelope | None = Field(None, description="for a source that also comes as a sync message")
    rules: tuple[RowRule, ...] = Field((), description="conditions that make a row wrong")

    @model_validator(mode="after")
    def _names_exist(self) -> "Contract":
        names = {field.name for field in self.fields}
        kept = {field.name for field in self.fields if field.personal != "drop"}
        wanted = {*self.key, *([self.newness] if self.newness else [])}
        if unknown := wanted - kept:
            raise ValueError(f"{self.source}: key or newness name no field that is kept: {', '.join(sorted(unknown))}")
        if self.envelope is not None and (unknown := set(self.envelope.head.values()) - names):
            raise ValueError(f"{self.source}: the message's head names no field: {', '.join(sorted(unknown))}")
        headers = Counter(h for field in self.fields for h in {field.name, *field.aliases})
        headers.update(set(self.ignored))
        if twice := [header for header, times in headers.items() if times > 1]:
            raise ValueError(f"{self.source}: a header stands for two things: {', '.join(twice)}")
        if self.tombstone is not None and not any(
            f.name == self.tombstone and f.type == "flag" and f.name not in self.key for f in self.fields
        ):
            raise ValueError(f"{self.source}: the tombstone must be a field of type flag outside the key")
        if wrong := wrong_references(self.lookups, self.subject, self.by_name):
            raise ValueError(f"{self.source}: {wrong}")
        return self

    @model_validator(mode="after")
    def _rules_can_be_evaluated(self) -> "Contract":
        codes = Counter(rule.code for rule in self.rules)
        if twice := [code for code, times in codes.items() if times > 1]:
            raise ValueError(f"{self.source}: two rules have the same code: {', '.join(twice)}")
        for rule in self.rules:
            check_condition(f"{self.source}: rule {rule.code}", rule.when, self.fields)
        return self

    @model_validator(mode="after")
    def _defaults_would_be_accepted(self) -> "Contract":
        for field in self.fields:
            if field.default is not None:
                check_default(self.source, field, self.formats)
        return self

    @cached_property
    def tombstone_fields(self) -> frozenset[str]:
        """The only fields that are checked in a row whose tombstone is 1: key, newness and the tombstone itself."""
        return frozenset(name for name in (*self.key, self.newness, self.tombstone) if name)

    @cached_property
    def by_name(self) -> dict[str, ContractField]:
        return {field.name: field for field in self.fields}

    @cached_property
    def by_header(self) -> dict[str, ContractField]:
        """The fields by every header that may name them: their name and their aliases."""
        return {header: field for field in self.fields for header in (field.name, *field.aliases)}

    @cached_property
    def headers(self) -> frozenset[str]:
        """Every header that a file may have: of fields, and of ignored columns."""
        return frozenset((*self.by_header, *self.ignored))


@lru_cache(maxsize=200)
def _contract_of(text: str) -> Contract:
    """Return the contract that a text is: immutable, so a process validates the same text once."""
    return Contract.model_validate(read_yaml(text))


def load_contract(path: Path) -> Contract:
    """Return the contract in a file.

    Raises:
        pydantic.ValidationError: If a key is wrong; the message names it.
        yaml.YAMLError: If the file is not YAML.
    """
    # Headers and cells are compared in composed form (NFC), so the text of the contract must be composed too.
    return _contract_of(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))


def load_contracts(folder: Path) -> dict[str, Contract]:
    """Return all contracts of a folder by source, in the order of file names.

    Raises:
        ValueError: If a file is no valid contract, or two files are of one source.
    """
    contracts: dict[str, Contract] = {}
    for path in sorted(folder.glob(CONTRACT_FILES)):
        contract = load_contract(path)
        if contract.source in contracts:
            raise ValueError(f"{path.name}: another file of the folder is the contract of {contract.source} already")
        contracts[contract.source] = contract
    return contracts


def untold_fields(contracts: Mapping[str, Contract]) -> dict[str, dict[str, list[str]]]:
    """Return by source the fields that a sync message cannot express, each with the sources of such messages."""
    fields: dict[str, dict[str, list[str]]] = {}
    for parent, contract in contracts.items():
        for child in contract.envelope.children.values() if contract.envelope else ():
            for name in child.untold:
                fields.setdefault(child.source, {}).setdefault(name, []).append(parent)
    return fields
