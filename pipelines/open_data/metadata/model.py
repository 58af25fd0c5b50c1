"""The description of a vintage from which all formats are written, so that they agree.

Belongs here: combining the register with facts of a vintage (files, rows, hashes, periods, publisher). Does not belong
here: the terms of a format (the other modules).
"""

from dataclasses import dataclass
from pathlib import Path

from pipelines.common.files import sha256_of
from pipelines.common.patterns import CODE
from pipelines.contracts.fields import Sentence
from pipelines.open_data.texts import join_sentences, mark_description, mark_title, text_of
from pipelines.registers.dataset import Code, Dataset, Keywords, Licence
from pipelines.registers.model import Publisher
from pipelines.registers.publication import Column, ForeignKey, PublicationRegister, Table

FOLDER = "du-lieu/"  # where the site offers the files, below its address
MEDIA_TYPES = {
    "csv": "text/csv", "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """A file beside the descriptions: its name, size in bytes and SHA-256 in hex."""

    name: str
    bytes: int
    sha256: str

    @property
    def format(self) -> str:
        """Its ending: csv, parquet or xlsx."""
        return self.name.rpartition(".")[2]

    @property
    def media_type(self) -> str:
        """As IANA registers it."""
        return MEDIA_TYPES[self.format]


@dataclass(frozen=True)
class DescribedColumn:
    """A published column.

    Attributes:
        codes: The closed list of its values; empty if it has none.
        pattern: Regular expression that every whole value matches; None if there is none.
        minimum: Least value of a count; None for other columns.
        flags: For a flag, the columns that it qualifies.
    """

    name: str
    title: Sentence
    type: str
    required: bool
    unit: Sentence | None
    codes: tuple[Code, ...]
    pattern: str | None
    minimum: int | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class DescribedTable:
    """A table with its columns, keys, files and how many rows it has."""

    name: str
    title: Sentence
    description: Sentence
    columns: tuple[DescribedColumn, ...]
    key: tuple[str, ...]
    order_by: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    rows: int
    csv: File
    parquet: File


@dataclass(frozen=True)
class Vintage:
    """The described vintage.

    Attributes:
        before: Name of the vintage before; None for the first.
        first_day: First day (ISO) of its periods; None without a period.
        last_day: Last day (ISO) of its periods; None without a period.
        issued: As-of day of the first vintage ever; None if unknown.
        modified: As-of day of this vintage; None if unknown.
    """

    name: str
    before: str | None
    first_day: str | None
    last_day: str | None
    synthetic: bool
    issued: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class Description:
    """The whole description of a vintage.

    Attributes:
        official: The publisher of real data.
        place: Name of the province.
        workbook: The XLSX edition; None until it is written.
        public_url: The address of the site, ending in /; None if unknown: then addresses of files are relative.
    """

    dataset: Dataset
    official: Publisher
    place: Sentence
    place_code: str
    vintage: Vintage
    tables: tuple[DescribedTable, ...]
    workbook: File | None = None
    public_url: str | None = None

    @property
    def publisher(self) -> Publisher:
        """The publisher; synthetic data are not published in the name of an authority."""
        if not self.vintage.synthetic:
            return self.official
        return Publisher(
            name=text_of("synthetic_publisher"), homepage=None, email=None, note=text_of("synthetic_publisher_note")
        )

    @property
    def title(self) -> Sentence:
        """The title of the dataset, marked if the data are synthetic."""
        return mark_title(self.dataset.title, synthetic=self.vintage.synthetic)

    @property
    def about(self) -> Sentence:
        """The description of the dataset, beginning with a notice if the data are synthetic."""
        return mark_description(self.dataset.description, synthetic=self.vintage.synthetic)

    @property
    def keywords(self) -> Keywords:
        """Search words per language."""
        if not self.vintage.synthetic:
            return self.dataset.keywords
        more, known = text_of("synthetic_keyword"), self.dataset.keywords
        return Keywords(vi=(more.vi, *known.vi), en=(more.en, *known.en))

    @property
    def licence(self) -> Licence:
        """The licence that holds on the last day of the data."""
        return self.dataset.licence_on(self.vintage.last_day)

    def iri(self, *parts: str) -> str:
        """Return the identifier of the dataset, or of a table or file of it; it is the same in every vintage."""
        return "/".join((f"{self.dataset.base_iri}{self.place_code}/{self.dataset.name}", *parts))

    def edition(self, vintage: str) -> str:
        """Return the identifier of one vintage."""
        return self.iri("ban-cong-bo", vintage)

    def address(self, name: str) -> str:
        """Return where a file lies: on the web, or relative to the document."""
        return f"{self.public_url}{FOLDER}{name}" if self.public_url else name


def file_facts(path: Path) -> File:
    """Return name, size and hash of a written file."""
    return File(path.name, path.stat().st_size, sha256_of(path))


def describe_table(
    register: PublicationRegister, table: Table, folder: Path, rows: int, *, synthetic: bool
) -> DescribedTable:
    """Return a table of the register and its two files in `folder`."""
    return DescribedTable(
        table.name, mark_title(table.title, synthetic=synthetic),
        mark_description(join_sentences(table.description, table.grain), synthetic=synthetic),
        tuple(_column(register, table, column) for column in table.columns), table.key, table.order_by,
        table.foreign_keys, rows, file_facts(folder / table.file_name), file_facts(folder / table.parquet_name),
    )  # fmt: skip


def _column(register: PublicationRegister, table: Table, column: Column) -> DescribedColumn:
    return DescribedColumn(
        column.name, column.title, column.type, column.name in table.never_empty, column.unit,
        register.code_list(column.codes).codes if column.codes else (),
        CODE if column.values == "pattern" else None, 0 if column.role == "count" else None, column.of,
    )  # fmt: skip
