"""The dataset as a whole, as `registers/vietnam/publication.yml` has it.

Belongs here: what holds for all tables: names, licence, sources, code lists, the files beside the tables. Does not
belong here: tables and columns (`register`), who publishes (the province's folder).
"""

from functools import cached_property

from pydantic import Field

from pipelines.contract_fields import Sentence, Strict

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


class Licence(Strict):
    """Under which terms the data may be used."""

    name: str
    title: Sentence
    text: Sentence
    note: Sentence


class Dataset(Strict):
    """The dataset as a whole. `base_iri`: what identifiers begin with. `beside`: files that go out with the tables."""

    name: str = Field(pattern=FILE_NAME)
    title: Sentence
    description: Sentence
    keywords: Keywords
    licence: Licence
    base_iri: str = Field(pattern=r"^[a-z][a-z0-9+.-]*:\S*[/:]$")
    sources: tuple[Sentence, ...] = Field(min_length=1)
    frequency: Sentence
    frequency_iri: str = Field(pattern=r"^https?://\S+$")
    beside: tuple[str, ...]
    code_lists: tuple[CodeList, ...]
