"""The publication register: only the files and columns listed in it leave the warehouse.

Belongs here: tables and columns, reading `registers/vietnam/publication.yml` and checking its consistency. Does not
belong here: properties of the whole dataset (`dataset`), computing figures (`open_data/tables/`), protection
(`disclosure`).
"""

from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError, model_validator

from pipelines.common.errors import TthcError
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence, Strict
from pipelines.registers.dataset import FILE_NAME, NAME, CodeList, Dataset

REGISTER_FILE = "publication.yml"
# Where the texts of a column come from: a code list, a published table, a table of the warehouse, or any code that
# matches CODE in pipelines/common/patterns.py (`pattern`).
VALUES = r"^(codes:[a-z0-9_]+|table:[a-z0-9-]+\.[a-z_]+|warehouse:[a-z_]+\.[a-z_]+|pattern)$"
Model = TypeVar("Model", bound=Strict)


class ForeignKey(Strict):
    """Columns that reference a row of another published table; empty cells reference none."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


class Column(Strict):
    """One published column.

    Attributes:
        of: For a flag, the columns that it qualifies.
        required: True if it is never empty; key columns never are.
    """

    name: str = Field(pattern=NAME)
    title: Sentence
    type: Literal["string", "integer", "number", "date", "boolean"]
    role: Literal["dimension", "count", "rate", "flag", "target", "label"]
    values: str | None = Field(None, pattern=VALUES, description="for strings: where every value comes from")
    unit: Sentence | None = None
    required: bool = False
    of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _texts_come_from_somewhere(self) -> "Column":
        if (self.type == "string") != (self.values is not None):
            raise ValueError(f"{self.name}: a string names the list that its values come from, and only a string does")
        if (self.role == "flag") != bool(self.of):
            raise ValueError(f"{self.name}: a flag, and only a flag, says of what")
        return self

    @property
    def codes(self) -> str | None:
        """The name of its code list, None if it has none."""
        kind, _, name = (self.values or "").partition(":")
        return name if kind == "codes" else None


class Table(Strict):
    """One published table.

    Attributes:
        disclosure: `exact`: the warehouse's figures; `sdc1`: protected; `by_indicator`: either, by the row's indicator;
            `none`: no figures.
        why: The reason of its class; None for classes without one.
        vintage: `closed_periods`: only closed periods; `all`: a list without periods.
    """

    name: str = Field(pattern=FILE_NAME)
    title: Sentence
    description: Sentence
    grain: Sentence
    disclosure: Literal["none", "exact", "sdc1", "by_indicator"]
    why: Sentence | None = None
    vintage: Literal["closed_periods", "all"]
    key: tuple[str, ...] = Field(min_length=1)
    order_by: tuple[str, ...] = Field(min_length=1)
    foreign_keys: tuple[ForeignKey, ...] = ()
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> "Table":
        names = [column.name for column in self.columns]
        flagged = [of for column in self.columns for of in column.of]
        joined = [name for foreign in self.foreign_keys for name in foreign.columns]
        unknown = {*self.key, *self.order_by, *joined, *flagged} - set(names)
        if unknown or len(names) != len(set(names)):
            raise ValueError(f"{self.name}: columns unknown or named twice: {', '.join(sorted(unknown)) or '-'}")
        if not set(self.key) <= set(self.order_by):
            raise ValueError(f"{self.name}: order_by holds the whole key, or the order would be left to chance")
        protected = [c.name for c in self.columns if c.role in ("count", "rate")]
        if sorted(flagged) != sorted(protected):
            raise ValueError(f"{self.name}: each count and rate has one flag")
        if (self.why is not None) != (self.disclosure in ("exact", "sdc1")):
            raise ValueError(f"{self.name}: a table that is exact or protected says why, and only such a table does")
        return self

    @property
    def file_name(self) -> str:
        """The name of its CSV file."""
        return f"{self.name}.csv"

    @property
    def parquet_name(self) -> str:
        """The name of its Parquet file."""
        return f"{self.name}.parquet"

    @property
    def never_empty(self) -> tuple[str, ...]:
        """Names of the columns that are never empty."""
        return tuple(column.name for column in self.columns if column.required or column.name in self.key)

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            StopIteration: If there is none.
        """
        return next(column for column in self.columns if column.name == name)


class PublicationRegister(Strict):
    """All that is published."""

    dataset: Dataset
    tables: tuple[Table, ...]

    @model_validator(mode="before")
    @classmethod
    def _every_table_ends_alike(cls, content: Any) -> Any:
        try:
            last = content["dataset"]["last_column"]
            tables = [table | {"columns": [*table["columns"], last]} for table in content["tables"]]
        except (KeyError, TypeError):
            return content  # missing keys are reported by the fields
        return content | {"tables": tables}

    @model_validator(mode="after")
    def _lists_and_tables_exist(self) -> "PublicationRegister":
        lists, tables = (
            {code_list.name for code_list in self.dataset.code_lists},
            {table.name: table for table in self.tables},
        )
        if len(tables) != len(self.tables):
            raise ValueError("a table stands there twice")
        for table in self.tables:
            for column in table.columns:
                if column.codes is not None and column.codes not in lists:
                    raise ValueError(f"{table.name}.{column.name}: no code list {column.codes}")
                kind, _, place = (column.values or "").partition(":")
                if kind == "table" and not _has(tables, *place.split(".")):
                    raise ValueError(f"{table.name}.{column.name}: nothing is published as {place}")
            for foreign in table.foreign_keys:
                if foreign.table not in tables or foreign.references != tables[foreign.table].key:
                    raise ValueError(f"{table.name}: a foreign key names the whole key of a published table")
        return self

    @property
    def files(self) -> frozenset[str]:
        """Names of all files that the folder of open data may hold."""
        tables = (name for table in self.tables for name in (table.file_name, table.parquet_name))
        return frozenset((*tables, *self.dataset.beside))

    def table(self, name: str) -> Table:
        """Return the table of that name.

        Raises:
            StopIteration: If there is none.
        """
        return next(table for table in self.tables if table.name == name)

    def code_list(self, name: str) -> CodeList:
        """Return the code list of that name.

        Raises:
            StopIteration: If there is none.
        """
        return next(code_list for code_list in self.dataset.code_lists if code_list.name == name)


def _has(tables: dict[str, Table], table: str, column: str) -> bool:
    return table in tables and column in {listed.name for listed in tables[table].columns}


def load_register(country: Path) -> PublicationRegister:
    """Return the publication register.

    Raises:
        TthcError: If it is not well-formed; the error names the wrong key.
    """
    return read_model(country / REGISTER_FILE, PublicationRegister)


def read_model(path: Path, model: type[Model]) -> Model:
    """Return one YAML file as a model.

    Raises:
        TthcError: If it is not well-formed; the error names the file and the wrong key.
    """
    try:
        return model.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        why = _why(error) if isinstance(error, ValidationError) else str(error)
        raise TthcError("register_invalid", file=path.name, why=why) from None


def _why(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors())
