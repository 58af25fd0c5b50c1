"""What changed between two versions: rows by table, and figures.

Rows are told apart by the key that the gate holds a table to; rows of a table without one are whole or they are
others. DuckDB compares both files, within its limit of memory. Does not belong here: which versions (`compare_run`),
how it is shown (`compare_view`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import duckdb

from pipelines.common.errors import UsageFault
from pipelines.common.sql import quote_identifier, quote_identifiers, quote_text, read_sql
from pipelines.reports.sql_shell.answers import Answer

Connection = duckdb.DuckDBPyConnection
Types = dict[str, str]  # of columns, in their order
NO_VALUES = "{'column': '', 'before': '', 'after': '', 'differs': false}"


@dataclass(frozen=True)
class TablePair:
    """One table in two versions.

    Attributes:
        name: Its name.
        key: Columns that tell its rows apart; none if the gate names none, or one of the versions lacks them.
        columns: Columns that both have, in the order of the later.
        retyped: Columns of another type, compared as texts.
        lost: Columns that only the earlier has.
        gained: Columns that only the later has.
        is_before: Whether the earlier version has the table.
        is_after: Whether the later has it.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    retyped: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    is_before: bool = True
    is_after: bool = True

    @property
    def only_in(self) -> str | None:
        """`before` or `after` if only one version has the table."""
        return None if self.is_in_both else "after" if self.is_after else "before"

    @property
    def is_in_both(self) -> bool:
        return self.is_before and self.is_after

    @property
    def rest(self) -> tuple[str, ...]:
        """The columns beside the key."""
        return tuple(column for column in self.columns if column not in self.key)


@dataclass(frozen=True)
class TableChange:
    """How a table differs.

    Attributes:
        table: The table.
        rows: Its rows in the later version.
        added: Rows whose key only the later has.
        removed: Rows whose key only the earlier has.
        changed: Rows of the same key with another value; 0 where rows have no key.
        by_column: In how many rows each column has another value, the most first.
    """

    table: TablePair
    rows: int
    added: int
    removed: int
    changed: int
    by_column: Mapping[str, int]

    @property
    def changed_columns(self) -> str:
        """Which columns have other values in how many rows, and which columns are new or gone."""
        return ", ".join([
            *(f"{name} {count}" for name, count in self.by_column.items()),
            *(f"+{name}" for name in self.table.gained), *(f"−{name}" for name in self.table.lost),
            *(f"{name}: ≠ type" for name in self.table.retyped),
        ])  # fmt: skip

    @property
    def is_same(self) -> bool:
        counts, columns = (
            (self.added, self.removed, self.changed),
            (self.table.lost, self.table.gained, self.table.retyped),
        )
        return self.table.is_in_both and not any(counts) and not any(columns)


class Comparison:
    """Two versions in one connection, as the databases `before` and `after`.

    Attributes:
        connection: The connection.
        keys: Columns that tell the rows of a table apart, by table (`gate.keys`).
        language: Language of the names of indicators.
    """

    def __init__(self, connection: Connection, keys: Mapping[str, tuple[str, ...]], language: str) -> None:
        self.connection, self.keys, self.language = connection, keys, language

    @cached_property
    def tables(self) -> dict[str, TablePair]:
        """The published tables of either version, by name."""
        found: dict[str, dict[str, Types]] = {}
        columns = self.connection.execute(read_sql(__package__, "sql/compared_columns")).fetchall()
        for version, table, column, kind in columns:
            found.setdefault(table, {}).setdefault(version, {})[column] = kind
        return {name: _pair(name, versions, self.keys.get(name, ())) for name, versions in sorted(found.items())}

    @cached_property
    def changes(self) -> list[TableChange]:
        """How each table differs."""
        return [self._change(pair) for pair in self.tables.values()]

    def tables_answer(self) -> Answer:
        """Return how each table differs as rows. Grain: one row per table."""
        cursor = self.connection.cursor()
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
        pair, cursor = self.tables[table], self.connection.cursor()
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

        Grain: one row per indicator, rule, period and unit, level or province that both versions have. A version
        without figures has no row.
        """
        query = read_sql(__package__, "sql/different_figures", language=self.language)
        return Answer(self.connection.cursor().execute(query))

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


def _pair(name: str, versions: Mapping[str, Types], key: tuple[str, ...]) -> TablePair:
    before, after = versions.get("before", {}), versions.get("after", {})
    both = tuple(column for column in after if column in before)
    return TablePair(
        name, key if set(key) <= set(both) else (), both,
        tuple(column for column in both if before[column] != after[column]),
        tuple(column for column in before if column not in after) if after else (),
        tuple(column for column in after if column not in before) if before else (),
        is_before=bool(before), is_after=bool(after),
    )  # fmt: skip


def _sql(name: str, pair: TablePair, **parts: str) -> str:
    if pair.key:
        parts["on_key"] = " and ".join(f"not ({_differs(pair, column)})" for column in pair.key)
        parts["differs"] = " or ".join(_differs(pair, column) for column in pair.rest) or "false"
    columns = quote_identifiers(pair.columns)
    return read_sql(__package__, f"sql/{name}", table=quote_identifier(pair.name), columns=columns, **parts)


def _differs(pair: TablePair, column: str, differs: str = "is distinct from") -> str:
    """Return the condition that a column has another value."""
    name = quote_identifier(column) + ("::varchar" if column in pair.retyped else "")
    return f"b.{name} {differs} a.{name}"
