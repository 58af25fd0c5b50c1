"""How long the cookbook's questions take on a published version, with two threads and two GiB.

Belongs here: asking each question as `tthc sql` does, and the record of it. Does not belong here: the questions
(`docs/cookbook/questions.yml`), tables and page (`report`).
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.publish.read_only import open_read_only
from pipelines.settings import DuckDBConfig
from scripts.cookbook import Question

WARM_RUNS = 3
THREADS, MEMORY = 2, "2GiB"
LIMIT_SECONDS = 1.0


@dataclass(frozen=True)
class Asked:
    """One question, asked several times.

    Attributes:
        id: The question.
        first: Seconds of the first time, on a connection that has read nothing yet; the system's cache is as it was.
        warm: Median seconds of the times after that, on the same connection.
    """

    id: str
    first: float
    warm: float

    @property
    def is_slow(self) -> bool:
        """Whether people wait longer than the limit, the first time or later."""
        return max(self.first, self.warm) > LIMIT_SECONDS


def dossiers_of(database: Path) -> int:
    """Return how many dossiers a version has.

    Raises:
        duckdb.Error: If the file is no warehouse.
    """
    with open_read_only(database, _config()) as connection:
        found = connection.execute("select count(*) from marts.fct_timeliness").fetchone()
    assert found is not None
    return int(found[0])


def time_questions(
    database: Path, questions: Sequence[Question], tell: Callable[[str], None] = lambda _: None
) -> list[Asked]:  # fmt: skip
    """Ask each question on a new connection, and return the times, slowest first.

    Args:
        database: A published version's file.
        questions: What is asked.
        tell: Called with each question before it is asked.

    Raises:
        duckdb.Error: If a question cannot be answered, for want of memory too.
    """
    asked = []
    for question in questions:
        tell(question.id)
        with open_read_only(database, _config()) as connection:
            connection.execute("set schema = 'marts'")
            first, *warm = (_seconds(connection, question.sql) for _ in range(1 + WARM_RUNS))
        asked.append(Asked(question.id, first, statistics.median(warm)))
    return sorted(asked, key=lambda one: -max(one.first, one.warm))


def _config() -> DuckDBConfig:
    return {"threads": str(THREADS), "memory_limit": MEMORY}


def _seconds(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """Return the seconds until all rows are here."""
    began = time.perf_counter()
    connection.execute(query).fetchall()
    return time.perf_counter() - began
