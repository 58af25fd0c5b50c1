"""Run one statement and hold its answer: names, types, and rows as they are needed, never all at once.

Belongs here: running, streaming and stopping. Does not belong here: how answers look (`tables`) or are written
(`files`).
"""

import contextvars
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import duckdb

from pipelines.common.errors import TthcError
from pipelines.common.i18n import say

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

AT_ONCE = 50_000  # rows that are in memory while an answer is written
TURN = 0.2  # seconds after which Ctrl-C is looked for, and a query interrupted again
T = TypeVar("T")
Row = tuple[Any, ...]


class Asking(Protocol):
    """A connection, or what has several of them."""

    def interrupt(self) -> None: ...


@dataclass(frozen=True)
class Answer:
    """The answer to one query; its rows can be taken once, by `head` or by `batches`."""

    result: duckdb.DuckDBPyConnection

    @cached_property
    def names(self) -> list[str]:
        return [column[0] for column in self.result.description or []]

    @cached_property
    def types(self) -> list[str]:
        """DuckDB's names of the types, such as DECIMAL(10,2)."""
        return [str(column[1]) for column in self.result.description or []]

    def head(self, count: int | None) -> list[Row]:
        """Return the first rows; all where no count is given."""
        with sql_errors():
            return self.result.fetchall() if count is None else self.result.fetchmany(count)

    @cached_property
    def _reader(self) -> "pa.RecordBatchReader":
        with sql_errors():
            return self.result.to_arrow_reader(AT_ONCE)

    @cached_property
    def empty(self) -> "pa.RecordBatch":
        """The columns as `batches` has them, without rows."""
        import pyarrow as pa

        nothing = [pa.array([], kind) for kind in self._reader.schema.types]
        return self._plain(nothing)

    def batches(self) -> "Iterator[pa.RecordBatch]":
        """Yield the rows, AT_ONCE at a time; intervals and bytes are texts, and no two columns have one name.

        Raises:
            TthcError: If the query fails on the way.
        """
        while True:
            try:
                batch = self._reader.read_next_batch()
            except StopIteration:
                return
            # Arrow turns DuckDB's errors into an OSError; those of the disk we write to do not arise here.
            except (duckdb.Error, OSError) as error:
                raise TthcError("sql_failed", why=str(error).strip()) from None
            yield self._plain(batch.columns)

    def frames(self) -> "Iterator[pl.DataFrame]":
        """Yield an empty frame, which has the columns, and then the rows as `batches` does."""
        import polars as pl

        for batch in chain([self.empty], self.batches()):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame

    def _plain(self, columns: "Sequence[pa.Array]") -> "pa.RecordBatch":
        import pyarrow as pa

        def plain(column: "pa.Array") -> "pa.Array":
            if not (pa.types.is_interval(column.type) or pa.types.is_binary(column.type)):
                return column
            texts = [None if value is None else as_text(value) for value in column.to_pylist()]
            return pa.array(texts, pa.string())

        return pa.RecordBatch.from_arrays([plain(column) for column in columns], unique(self.names))


def ask(connection: duckdb.DuckDBPyConnection, statement: str) -> Answer | None:
    """Run one statement, and return its answer; None for those that have none, such as `create temp table`.

    Raises:
        TthcError: If it fails (`sql_failed`).
    """
    answers = has_answer(connection, statement)
    with sql_errors():
        result = connection.execute(statement)
    return Answer(result) if answers else None


def has_answer(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Return True if a statement has an answer; what cannot be parsed may have one, and says so when it is run."""
    try:
        kinds = [kind for one in connection.extract_statements(statement) for kind in one.expected_result_type]
    except duckdb.Error:
        return True
    return kinds == [duckdb.ExpectedResultType.QUERY_RESULT]


@contextmanager
def sql_errors() -> Iterator[None]:
    """Turn DuckDB's errors into ours."""
    try:
        yield
    except duckdb.InterruptException:
        raise TthcError("sql_interrupted") from None
    except duckdb.Error as error:
        raise TthcError("sql_failed", why=str(error).strip(), hint=_hint(error)) from None


def _hint(error: duckdb.Error) -> str:
    """Return a line on what to do about an error; '' where DuckDB's own words say it."""
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return "\n" + say("sql_hint_names")
    if isinstance(error, duckdb.PermissionException) or "read-only" in str(error):
        return "\n" + say("sql_hint_read_only")
    return ""


def interruptible(asking: Asking, work: Callable[[], T]) -> T:
    """Do work that asks the database; Ctrl-C stops the query that runs, and nothing else.

    The work is done in a thread: Python hears of Ctrl-C in its main thread, which DuckDB would keep busy.

    Args:
        asking: What is asked, and can be interrupted.
        work: The work.

    Raises:
        TthcError: If it was interrupted (`sql_interrupted`).
    """
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(contextvars.copy_context().run, work)
        try:
            while not doing.done():  # in turns: with Polars loaded, a signal does not wake who waits without end
                wait([doing], TURN)
        except KeyboardInterrupt:
            while not doing.done():  # more than once, for it may not have begun
                asking.interrupt()
                wait([doing], TURN)
            raise TthcError("sql_interrupted") from None
        return doing.result()


def as_text(value: Any) -> str:
    """Return a value as people and other programs read it: exact, ISO dates, JSON for lists and structures."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple) and len(value) == 3:  # an interval of Arrow: months, days, nanoseconds
        months, days, rest = value
        return (f"{months} months, " if months else "") + str(dt.timedelta(days=days, microseconds=rest // 1000))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return str(value)


def unique(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same: a later one gets a number that no other has."""
    taken: set[str] = set()
    given = []
    for name in names:
        number, own = 0, name
        while own in taken or (number and own in names):
            number += 1
            own = f"{name}_{number}"
        taken.add(own)
        given.append(own)
    return given
