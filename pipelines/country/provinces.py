"""The list of an installation's provinces (`provinces.yml`), and the settings of each.

Belongs here: what an official may write there, and which of it cannot be (two provinces on one folder or one secret).
Does not belong here: the registers of a province, which say what it is (`registers`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ByteSize, Field, model_validator

from pipelines.common.errors import TthcError, UsageFault
from pipelines.contracts.fields import Strict
from pipelines.registers.model import Province, load_province
from pipelines.registers.publication import read_model
from pipelines.settings import LEAST_MEMORY, Readers, Settings, machine_memory

# Where the step of a run of Dagster's is executed: in the run's process, in one of its own, in a pod of its own.
ExecutorName = Literal["in_process", "multiprocess", "kubernetes"]
CODE = r"^[A-Z]\d{2,3}$"


class Entry(Strict):
    """One province of the list.

    Attributes:
        registers: Name of its folder of registers.
        raw: Its landing.
        warehouse: Its warehouse.
        secret: Its secret; None: within its warehouse.
        memory: Memory that one night of it may take.
        threads: Threads of a night; None: as the environment says.
        readers: Who reads what it publishes; None: as the environment says.
        public_url: Address of its site; None: not known.
        notices: File that says who is sent the summary of its nights; None: as the environment says.
        in_rollup: False if its figures are not to be added to those of the country.
    """

    registers: str = Field(pattern=r"^[\w-]+$")
    raw: Path
    warehouse: Path
    secret: Path | None = None
    memory: ByteSize = Field(ByteSize(4 << 30), ge=LEAST_MEMORY)
    threads: int | None = Field(None, ge=1)
    readers: Readers | None = None
    public_url: str | None = None
    notices: Path | None = None
    in_rollup: bool = True

    def own_places(self) -> Iterator[tuple[str, Path]]:
        """Yield the folders and files that no other province may use, with their keys."""
        yield "raw", self.raw
        yield "warehouse", self.warehouse
        if self.secret is not None:
            yield "secret", self.secret


class ProvinceList(Strict):
    """The whole file.

    Attributes:
        folder: Where lies what belongs to no single province: versions of the country, logs of nights, Dagster's home.
        memory: What all nights that go on at a time may take together; None: what the machine or container has.
        at_once: How many nights may go on at a time.
        executor: Where Dagster runs a night.
        provinces: By code, in the order in which nights begin.
    """

    folder: Path
    memory: ByteSize | None = Field(None, ge=LEAST_MEMORY)
    at_once: int = Field(2, ge=1)
    executor: ExecutorName = "multiprocess"
    provinces: dict[str, Entry] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_are_codes(self) -> "ProvinceList":
        if wrong := [code for code in self.provinces if not re.fullmatch(CODE, code)]:
            raise ValueError(f"provinces: {', '.join(wrong)} is no code of a province (a letter and two digits)")
        return self


@dataclass(frozen=True)
class Installation:
    """All provinces of an installation, paths absolute.

    Attributes:
        file: The list that it was read from.
        base: The settings of the environment, which hold wherever an entry says nothing else.
        folder: As in `ProvinceList`.
        memory: Bytes of memory that all nights together may take.
        at_once: How many nights may go on at a time.
        executor: Where Dagster runs a night.
        provinces: By code, in the order in which nights begin.
    """

    file: Path
    base: Settings
    folder: Path
    memory: int
    at_once: int
    executor: ExecutorName
    provinces: Mapping[str, Entry]

    def changes(self, code: str) -> dict[str, Any]:
        """Return the settings of a province that differ from the environment's, None where it has none of its own.

        A secret or an address of the environment is never taken over: they are one province's.
        """
        entry = self.provinces[code]
        always = {"province": entry.registers, "raw_dir": entry.raw, "warehouse_dir": entry.warehouse,
                  "secret_file": entry.secret, "memory_limit": int(entry.memory),
                  "public_url": entry.public_url}  # fmt: skip
        given = {"threads": entry.threads, "readers": entry.readers, "notices_file": entry.notices}
        return always | {name: value for name, value in given.items() if value is not None}

    def settings_of(self, code: str) -> Settings:
        """Return the settings under which `tthc run` would run for this province."""
        return self.base.model_validate({**self.base.model_dump(), **self.changes(code)})

    def environment_of(self, code: str) -> dict[str, str]:
        """Return the environment variables that give a process all its settings; an empty one is not set."""
        values = self.settings_of(code).model_dump()
        numbers = {name: int(value) for name, value in values.items() if isinstance(value, int)}
        return {
            f"TTHC_{name.upper()}": "" if value is None else str(value) for name, value in (values | numbers).items()
        }

    @property
    def country_settings(self) -> Settings:
        """Settings whose warehouse is the folder of the country, so that versions and lock are those of any other."""
        return self.base.model_validate({**self.base.model_dump(), "warehouse_dir": self.folder, "secret_file": None})

    def chosen(self, codes: Sequence[str]) -> list[str]:
        """Return the provinces that somebody asked for, all if none, in the order of the list.

        Raises:
            UsageFault: If one is not in the list.
        """
        if unknown := sorted(set(codes) - set(self.provinces)):
            known = ", ".join(self.provinces)
            raise UsageFault("province_unknown", province=", ".join(unknown), file=self.file, known=known)
        return [code for code in self.provinces if not codes or code in codes]


def load_installation(settings: Settings) -> Installation:
    """Return the installation that `TTHC_PROVINCES_FILE` lists; paths in it are relative to the file's folder.

    Raises:
        UsageFault: If the setting names no file.
        TthcError: If the list is not well-formed or cannot be: two provinces share a folder or secret, or one needs
            more memory than there is. The error names the wrong entries.
    """
    path = settings.provinces_file
    if path is None:
        raise UsageFault("provinces_not_set")
    if not path.is_file():
        raise UsageFault("provinces_file_missing", file=path)
    listed = read_model(path, ProvinceList)
    entries = {code: _absolute(entry, path.parent) for code, entry in listed.provinces.items()}
    _refuse_shared_places(path, {"": [("folder", path.parent / listed.folder)]}
                          | {code: [*entry.own_places()] for code, entry in entries.items()})  # fmt: skip
    memory = int(listed.memory or machine_memory())
    if greedy := [code for code, entry in entries.items() if entry.memory > memory]:
        raise UsageFault(
            "provinces_memory", file=path, codes=", ".join(greedy), memory=ByteSize(memory).human_readable()
        )
    return Installation(path, settings, path.parent / listed.folder, memory, listed.at_once, listed.executor, entries)


def province_of(installation: Installation, code: str) -> Province:
    """Return what the registers of a province say it is.

    Raises:
        TthcError: If they are those of another province, or cannot be read.
    """
    folder = installation.settings_of(code).province_dir
    try:
        found = load_province(folder)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageFault("province_registers", province=code, folder=folder, kind=type(error).__name__) from None
    if found.code != code:
        raise UsageFault("province_code_differs", province=code, folder=folder, found=found.code)
    return found


def _absolute(entry: Entry, folder: Path) -> Entry:
    paths = {name: getattr(entry, name) for name in ("raw", "warehouse", "secret", "notices")}
    return entry.model_copy(update={name: folder / path for name, path in paths.items() if path is not None})


def _refuse_shared_places(file: Path, places: Mapping[str, Sequence[tuple[str, Path]]]) -> None:
    """Raise TthcError if a place of one province is, holds or lies in one of another province's or of the country."""
    for (code, own), (other, others) in combinations(places.items(), 2):
        for key, path in own:
            for other_key, other_path in others:
                here, there = path.resolve(), other_path.resolve()
                if here.is_relative_to(there) or there.is_relative_to(here):
                    raise TthcError("provinces_share", file=file, one=f"{code} {key}".strip(),
                                    other=f"{other} {other_key}".strip(), place=path)  # fmt: skip
