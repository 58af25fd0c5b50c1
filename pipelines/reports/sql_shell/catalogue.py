"""What a version holds, as its own catalogue says: schemas, tables, views, columns, each with its comment.

Does not belong here: how it is shown (`commands`), completing names (`completion`).
"""

from dataclasses import dataclass
from functools import cached_property

import duckdb

from pipelines.common.i18n import LANGUAGES, language
from pipelines.common.sql import read_sql
from pipelines.reports.sql_shell.tables import Page

HOME = "marts"  # the schema whose tables need no schema before their name
BETWEEN_LANGUAGES = " / "


@dataclass(frozen=True)
class Columns:
    """One column: name, DuckDB's type, and what it holds in the language of the user."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class Relation:
    """One table or view.

    Attributes:
        schema: Its schema.
        name: Its name.
        rows: How many rows; None for a view.
        comment: What it holds, in the language of the user.
        columns: Its columns in order.
    """

    schema: str
    name: str
    rows: int | None
    comment: str
    columns: tuple[Columns, ...]

    @property
    def shown_name(self) -> str:
        """The name as a query may write it."""
        return self.name if self.schema == HOME else f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Catalogue:
    """Tables and views by their shown name, and the words of DuckDB's SQL."""

    relations: dict[str, Relation]
    key_words: tuple[str, ...]
    functions: tuple[str, ...]

    @cached_property
    def schemas(self) -> list[str]:
        return sorted({relation.schema for relation in self.relations.values()})

    def find(self, name: str) -> Relation | None:
        """Return the table or view of a name as it may stand in a query; None if there is none."""
        wanted = name.replace('"', "").lower().removeprefix(f"{HOME}.")
        return next((one for shown, one in self.relations.items() if shown.lower() == wanted), None)


def read_catalogue(connection: duckdb.DuckDBPyConnection) -> Catalogue:
    """Read a version's catalogue, comments in the current language."""
    columns: dict[tuple[str, str], list[Columns]] = {}
    for schema, table, name, kind, comment in connection.execute(read_sql(__package__, "sql/columns")).fetchall():
        columns.setdefault((schema, table), []).append(Columns(name, kind, in_language(comment)))
    relations = [
        Relation(schema, name, rows, in_language(comment), tuple(columns.get((schema, name), ())))
        for schema, name, rows, comment in connection.execute(read_sql(__package__, "sql/relations")).fetchall()
    ]
    words = [connection.execute(read_sql(__package__, f"sql/{name}")).fetchall() for name in ("key_words", "functions")]
    key_words, functions = (tuple(word for (word,) in rows) for rows in words)
    return Catalogue({one.shown_name: one for one in relations}, key_words, functions)


def in_language(comment: str | None) -> str:
    """Return the part of a bilingual comment ("tiếng Việt / English") that is in the current language."""
    parts = (comment or "").split(BETWEEN_LANGUAGES)
    return parts[LANGUAGES.index(language.get())] if len(parts) == len(LANGUAGES) else comment or ""


def columns_page(relation: Relation, names: list[str]) -> Page:
    """Return the columns of a table as rows to show."""
    rows = [(column.name, column.type.lower(), column.comment) for column in relation.columns]
    return Page(names, ["VARCHAR"] * 3, rows)
