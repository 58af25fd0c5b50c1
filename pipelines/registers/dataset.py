"""The published dataset as a whole (`registers/vietnam/publication.yml`).

Belongs here: properties of all tables together: names, licences, sources, code lists, files beside the tables. Does not
belong here: tables and columns (`publication`), the publisher (`province.yml`).
"""

import datetime as dt
from functools import cached_property
from itertools import pairwise
from typing import Any

from pydantic import Field, model_validator

from pipelines.contracts.fields import Sentence, Strict

NAME = r"^[a-z][a-z0-9_]*$"
# A sheet of the XLSX edition has a name of at most 31 characters, and a long table is split into numbered ones.
FILE_NAME = r"^[a-z][a-z0-9-]{0,26}$"


class Code(Strict):
    """One value of a code list, with its name."""

    code: str = Field(min_length=1)
    name: Sentence


class CodeList(Strict):
    """Values that a column may hold."""

    name: str = Field(pattern=NAME)
    title: Sentence
    codes: tuple[Code, ...] = Field(min_length=1)

    @cached_property
    def names(self) -> dict[str, Sentence]:
        """The name of each code."""
        return {code.code: code.name for code in self.codes}


class Keywords(Strict):
    """Search words per language."""

    vi: tuple[str, ...]
    en: tuple[str, ...]


class CkanLicence(Strict):
    """An entry of CKAN's list of licences: its id and title there."""

    id: str
    title: Sentence


class Licence(Strict):
    """Terms of use, with the first and last day on which they hold (inclusive; None: unlimited)."""

    name: str
    title: Sentence
    text: Sentence
    note: Sentence
    ckan: CkanLicence
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class Dataset(Strict):
    """The dataset as a whole.

    Attributes:
        base_iri: Prefix of identifiers.
        beside: Names of files that are published with the tables.
        last_column: The column at the end of every table, which marks synthetic data.
    """

    name: str = Field(pattern=FILE_NAME)
    title: Sentence
    description: Sentence
    keywords: Keywords
    licences: tuple[Licence, ...] = Field(min_length=1)
    base_iri: str = Field(pattern=r"^[a-z][a-z0-9+.-]*:\S*[/:]$")
    sources: tuple[Sentence, ...] = Field(min_length=1)
    frequency: Sentence
    frequency_iri: str = Field(pattern=r"^https?://\S+$")
    beside: tuple[str, ...]
    last_column: dict[str, Any]
    code_lists: tuple[CodeList, ...]

    @model_validator(mode="after")
    def _one_licence_for_every_day(self) -> "Dataset":
        ends = [self.licences[0].valid_from is None, self.licences[-1].valid_to is None]
        day = dt.timedelta(days=1)
        follow = [
            licence.valid_to is not None and following.valid_from == licence.valid_to + day
            for licence, following in pairwise(self.licences)
        ]
        if not all(ends + follow):
            raise ValueError("licences: each begins on the day after the one before, the first and last are open")
        return self

    def licence_on(self, day: str | None) -> Licence:
        """Return the licence of data that end on a day (ISO); the newest one if the day is None."""
        found = [
            licence
            for licence in self.licences
            if day and (licence.valid_from is None or str(licence.valid_from) <= day)
        ]
        return found[-1] if found else self.licences[-1]
