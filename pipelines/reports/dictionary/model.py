"""What the dictionary says, as records: tables with columns, indicators with lineage, lists of codes.

Belongs here: the records. Does not belong here: where their contents come from (`facts`, `lineage`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.contracts.fields import Sentence
from pipelines.registers.model import Indicator


@dataclass(frozen=True)
class Example:
    """A question, and the query that answers it."""

    question: Sentence
    sql: str


@dataclass(frozen=True)
class Column:
    """One column of a published table.

    Attributes:
        name: Its name.
        type: Its type in DuckDB.
        unit: What a number is of; None for what is no number.
        may_be_empty: True where its description says that it may be null.
        description: What it holds.
        is_key: True for a part of the table's key.
        refers_to: Table and column that explain its values; None where there is none.
        fields: The delivered fields behind it, as source.Field; empty where none is known.
    """

    name: str
    type: str
    unit: Sentence | None
    may_be_empty: bool
    description: Sentence
    is_key: bool
    refers_to: str | None
    fields: Sequence[str]


@dataclass(frozen=True)
class Table:
    """One published table or view.

    Attributes:
        schema: Its schema.
        name: Its name.
        is_view: True for a view.
        description: What it holds, without its grain.
        grain: What one row is.
        columns: Its columns, in their order.
        example: A query on it.
        reads: Published tables that it is made of.
        sources: Delivered sources that it is made of.
        indicators: Codes and rules of the indicators that are counted from it.
    """

    schema: str
    name: str
    is_view: bool
    description: Sentence
    grain: Sentence
    columns: Sequence[Column]
    example: Example
    reads: Sequence[str]
    sources: Sequence[str]
    indicators: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Lineage:
    """Where an indicator comes from.

    Attributes:
        view: The view of its cases; None where it has none.
        columns: By published table the columns that decide it.
        fields: By delivered source the fields behind them.
    """

    view: str | None
    columns: Mapping[str, Sequence[str]]
    fields: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class DescribedIndicator:
    """One definition of an indicator, and where its figures come from."""

    indicator: Indicator
    lineage: Lineage


@dataclass(frozen=True)
class Code:
    """One code of a list; `place` is the field, column or table that uses it."""

    place: str
    code: str
    words: Sentence


@dataclass(frozen=True)
class Dictionary:
    """Everything that the dictionary of a version says.

    Attributes:
        version: Name of the version.
        as_of: Its as-of day (ISO).
        tables: Tables by schema, in the order of the pages.
        indicators: Indicators in the order of the register.
        codes: Lists of codes.
    """

    version: str
    as_of: str
    tables: Sequence[Table]
    indicators: Sequence[DescribedIndicator]
    codes: Sequence[Code]
