"""A command whose every query is explained before it runs: which would pair all rows of two tables.

Run as `python -m tests.explaining <arguments of tthc>`; it writes the conditions that it found, with the places of
their queries, as JSON to the file that `PAIRS_FILE` names. Here: standing between the project and DuckDB. Not here:
what dbt and Great Expectations ask (`tests/oracle/test_joins`, `tests/gate/test_joins`).
"""

import json
import os
import re
import runpy
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb

from tests.plans import EXPLAIN, pairs_of_all

OURS = f"{os.sep}pipelines{os.sep}"
PLANNED = {duckdb.StatementType.SELECT, duckdb.StatementType.CREATE, duckdb.StatementType.INSERT,
           duckdb.StatementType.COPY}  # fmt: skip
TABLE_OF_QUERY = re.compile(r"\s*(--[^\n]*\s+)*create\s[^(]*?\btable\s+\S+\s+as\b", re.IGNORECASE)
found: dict[str, dict[str, int]] = {"pairs": {}, "explained": {}}
_connect = duckdb.connect


class ExplainedConnection:
    """Stands for a connection of DuckDB; all that it does not explain it passes on."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        # A data frame that a query names is looked for in the frames of those who asked, not only in ours.
        connection.execute("set python_scan_all_frames = true")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> "ExplainedConnection":
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def execute(self, query: Any, parameters: Any = None) -> "ExplainedConnection":
        """Explain each statement and run it; as with DuckDB, the parameters are those of the last."""
        *first, last = self._connection.extract_statements(query) if isinstance(query, str) else [query]
        for statement in first:
            self._explain(statement.query, statement.type, None)
            self._connection.execute(statement)
        self._explain(last.query, last.type, parameters)
        self._connection.execute(last, parameters)
        return self

    def _explain(self, query: str, kind: duckdb.StatementType, parameters: Any) -> None:
        if kind not in PLANNED:
            return
        place = _place(sys._getframe(2))
        try:
            row = self._connection.execute(EXPLAIN + query, parameters).fetchone()
        except duckdb.Error:
            if kind != duckdb.StatementType.CREATE or TABLE_OF_QUERY.match(query):
                raise  # as the query itself would
            return  # a macro, a schema or an empty table has no plan
        assert row is not None
        found["explained"][place] = found["explained"].get(place, 0) + 1
        for condition in pairs_of_all(row[1]):
            found["pairs"][f"{place}: {condition}"] = 1


def _place(frame: FrameType | None) -> str:
    """Return who asked: the innermost two functions of the project, the asking one last, as module.function."""
    asking: list[str] = []
    while frame is not None and len(asking) < 2:
        if OURS in frame.f_code.co_filename:
            module = frame.f_globals["__name__"].removeprefix("pipelines.")
            asking.insert(0, f"{module}.{frame.f_code.co_name}")
        frame = frame.f_back
    return " > ".join(asking)


def connect(*arguments: Any, **options: Any) -> Any:
    """Connect as DuckDB does; for those of the project, to a connection that explains."""
    connection = _connect(*arguments, **options)
    return ExplainedConnection(connection) if OURS in sys._getframe(1).f_code.co_filename else connection


if __name__ == "__main__":
    duckdb.connect = connect
    try:
        runpy.run_module("pipelines", run_name="__main__", alter_sys=True)
    finally:
        Path(os.environ["PAIRS_FILE"]).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
