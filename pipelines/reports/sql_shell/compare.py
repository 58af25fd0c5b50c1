"""What changed between two versions: rows by table, and figures.

Rows are told apart by the key that the gate holds a table to; rows of a table without one are whole or they are
others. DuckDB compares both files, within its limit of memory. Does not belong here: which versions (`compare_run`),
how it is shown (`compare_view`).
"""

from collections.abc import Mapping
from functools import cached_property

import duckdb

from pipelines.common.errors import UsageFault
from pipelines.common.sql import quote_identifier, quote_identifiers, quote_text, read_sql
from pipelines.reports.sql_shell.answers import Answer
from pipelines.reports.sql_shell.pairs import TableChange, TablePair, pair_of

Connection = duckdb.DuckDBPyConnection
NO_VALUES = "{'column': '', 'before': '', 'after': '', 'differs': false}"


class Comparison:
    """Two versions in one connection, as the databases `before` and `after`.

    Attributes:
        connection: The connection.
        keys: Columns that tell the rows of a table apart, by table (`gate.keys`).
        language: Language of the names of indicators.
    """

    def __init__(self, connection: Connection, keys: Mapping[str, tuple[str, ...]], language: str) -> None:
        self.connection, self.keys, self.language = connection, keys, language
        self._asking = [connection]

    def interrupt(self) -> None:
        """Stop what is being asked."""
        for connection in self._asking:
            connection.interrupt()

    def _cursor(self) -> Connection:
        """Return a connection of its own for an answer that is read while others are."""
        self._asking.append(self.connection.cursor())
        return self._asking[-1]

    @cached_property
    def tables(self) -> dict[str, TablePair]:
        """The published tables of either version, by name."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        columns = self.connection.execute(read_sql(__package__, "sql/compared_columns")).fetchall()
        for version, table, column, kind in columns:
            found.setdefault(table, {}).setdefault(version, {})[column] = kind
        return {name: pair_of(name, versions, self.keys.get(name, ())) for name, versions in sorted(found.items())}

    @cached_property
    def changes(self) -> list[TableChange]:
        """How each table differs."""
        return [self._change(pair) for pair in self.tables.values()]

    def tables_answer(self) -> Answer:
        """Return how each table differs as rows. Grain: one row per table."""
        cursor = self._cursor()
        cursor.execute(read_sql(__package__, "sql/table_changes"))
        rows = [
            (one.table.name, one.rows, one.added, one.removed, one.changed, one.changed_columns, one.table.only_in)
            for one in self.changes
        ]
        cursor.executemany("insert into memory.main.table_changes values (?, ?, ?, ?, ?, ?, ?)", rows)
        return Answer(cursor.execute("from memory.main.table_changes order by table_name"))

    def rows_of(self, table: str) -> Answer:
        """Return the rows of a table that differ, by key: added and removed ones, and each changed value.

        Grain: one row per added or removed row (`column` is null), and one per changed value; values are texts. Of a
        table without a key: one row per different row that was added or removed, with how many times.

        Raises:
            UsageFault: If only one version has the table.
        """
        pair, cursor = self.tables[table], self._cursor()
        if not pair.is_in_both:
            raise UsageFault("sql_compare_one_side", table=pair.name)
        if not pair.key:
            return Answer(cursor.execute(_sql("different_whole_rows", pair)))
        values = ", ".join(
            f"{{'column': {quote_text(column)}, 'before': b.{quote_identifier(column)}::varchar,"
            f" 'after': a.{quote_identifier(column)}::varchar, 'differs': {_differs(pair, column)}}}"
            for column in pair.rest
        )
        keys = ", ".join(f"coalesce(a.{name}, b.{name}) as {name}" for name in map(quote_identifier, pair.key))
        return Answer(cursor.execute(_sql("different_rows", pair, keys=keys, values=values or NO_VALUES)))

    def figures(self) -> Answer:
        """Return the figures of `indicator_values` that differ, the biggest change first.

        Grain: one row per indicator, rule, period and unit, level or province that both versions have.
        """
        query = read_sql(__package__, "sql/different_figures", language=self.language)
        return Answer(self._cursor().execute(query))

    def _change(self, pair: TablePair) -> TableChange:
        if not pair.is_in_both:
            side = pair.only_in or ""
            (rows,) = self._counts(
                read_sql(__package__, "sql/rows_of_one", side=side, table=quote_identifier(pair.name))
            )
            return TableChange(pair, rows * pair.is_after, rows * pair.is_after, rows * pair.is_before, 0, {})
        if not pair.key:
            rows, added, removed = self._counts(_sql("compared_whole_rows", pair))
            return TableChange(pair, rows, added, removed, 0, {})
        counts = "".join(
            f", count(*) filter (b.here and a.here and {_differs(pair, column)}) as {quote_identifier(column)}"
            for column in pair.rest
        )
        rows, added, removed, changed, *columns = self._counts(_sql("compared_rows", pair, counts=counts))
        ranked = sorted(zip(pair.rest, columns, strict=True), key=lambda one: -one[1])
        return TableChange(pair, rows, added, removed, changed, {name: count for name, count in ranked if count})

    def _counts(self, query: str) -> tuple[int, ...]:
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row


def _sql(name: str, pair: TablePair, **parts: str) -> str:
    if pair.key:
        parts["on_key"] = " and ".join(_differs(pair, column, "is not distinct from") for column in pair.key)
        parts["differs"] = " or ".join(_differs(pair, column) for column in pair.rest) or "false"
    columns = quote_identifiers(pair.columns)
    return read_sql(__package__, f"sql/{name}", table=quote_identifier(pair.name), columns=columns, **parts)


def _differs(pair: TablePair, column: str, differs: str = "is distinct from") -> str:
    """Return the condition that a column has another value."""
    name = quote_identifier(column) + ("::varchar" if column in pair.retyped else "")
    return f"b.{name} {differs} a.{name}"
