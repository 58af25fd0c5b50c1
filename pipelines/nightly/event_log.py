"""Dagster's event log in SQLite, with one engine and one connection per file for as long as the run lives.

Dagster creates both anew for each of the thousand events of a run: a new engine has lost all compiled statements, and
the last connection that closes writes SQLite's journal back into the file. This class is named in the home's
`dagster.yaml`; files and tables are Dagster's own, and its page reads them with or without it. Does not belong here:
what is logged.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import Field, StringSource
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import StaticPool


class KeptEnginesEventLog(SqliteEventLogStorage):
    """Dagster's SQLite event log, with engines and connections kept open."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._engines: dict[str, Engine] = {}
        self._tables: set[str] = set()
        super().__init__(*arguments, **options)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {"base_dir": Field(StringSource, is_required=False)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "KeptEnginesEventLog":
        # Dagster's own default; not written into the yaml, so that a home still works after it was moved.
        folder = config_value.get("base_dir") or str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs")
        return cls(inst_data=inst_data, base_dir=folder)

    def has_table(self, table_name: str) -> bool:
        # Dagster asks at each event; an existing table is not dropped while a run lives.
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.get(shard)
            if engine is None:
                engine = self._engines[shard] = create_engine(
                    self.conn_string_for_shard(shard), poolclass=StaticPool,
                    # Several threads may log, but only one at a time, as the lock is held.
                    connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
                )  # fmt: skip
                event.listen(engine, "connect", _without_waiting_for_the_disk)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection


def _without_waiting_for_the_disk(connection: Any, _: Any) -> None:
    """Relax SQLite's default of waiting for the disk after each event.

    With Dagster's journal mode (WAL) a crash then loses at most the last events, never the file.
    """
    connection.execute("pragma synchronous = normal")
