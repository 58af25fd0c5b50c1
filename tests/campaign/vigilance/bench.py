"""The models behind the profile, run over one province in an in-memory DuckDB: what they say of one delivery.

Here: loading a history and tonight's delivery, building only what depends on what changed. Not here: what is falsified.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.registers.tables import register_tables
from pipelines.settings import Settings
from pipelines.storage.lake import REJECTED, lake_schema
from pipelines.transform.carry import create_carrying_tables
from pipelines.transform.workspace import DELIVERY, REASON, REMOVAL
from tests.campaign.vigilance.province import PROVINCE, Parsed, contracts, marked_units
from tests.oracle.compiled import Model, compile_project, models_for

MARTS = ("delivery_measures", "unit_measures")
LEDGER: dict[str, dict[str, Any]] = {"delivery": DELIVERY, "reason": REASON, "rejected_row": REJECTED}


@dataclass(frozen=True, order=True)
class Unusual:
    """One measure of one delivery that stands out; `unit_code` is empty if the province is meant.

    Attributes:
        leads: It names a hold, which the others of its topic (or of its unit) stand behind.
    """

    source: str
    business_day: dt.date
    measure: str
    stratum: str
    unit_code: str
    score: float = field(compare=False)
    leads: bool = field(compare=False, default=True)


@lru_cache(maxsize=64)
def _registers(as_of: dt.date) -> dict[str, pl.DataFrame]:
    return register_tables(Settings(), as_of, PROVINCE)


def _days(rows: list[Parsed]) -> pl.DataFrame:
    """Return each source and day of some deliveries."""
    days = sorted({(one.source, dt.date.fromisoformat(one.day)) for one in rows})
    return pl.DataFrame(days, schema={"source": pl.String, "business_day": pl.Date}, orient="row")


class Bench:
    """One province after another: `load` takes a history, `judge` one delivery after the days before it."""

    def __init__(self, models: list[Model], threads: int = 2) -> None:
        self.models = models
        self.connection = duckdb.connect(config={"threads": str(threads)})
        for database in ("workspace", "tthc"):
            self.connection.execute(f"attach ':memory:' as {database}")
        schemas = {model.relation.rpartition(".")[0] for model in models}
        lakes = {f"workspace.{name}" for name in ("lake", "ledger", "registers", "history", "tonight")}
        for schema in sorted(schemas | lakes):
            self.connection.execute(f"create schema if not exists {schema}")
        self.connection.execute("use workspace")
        create_carrying_tables(self.connection)
        self.states: dict[str, object] = {}
        self.history: list[Parsed] = []
        self.loads = 0

    def load(self, history: list[Parsed]) -> None:
        """Take up the honest deliveries of a province; what was there before is forgotten."""
        self.loads += 1
        self.history = history
        for source, contract in contracts().items():
            rows = [one.lake for one in history if one.source == source]
            frame = pl.concat(rows) if rows else pl.DataFrame(schema=lake_schema(contract))
            self._table(f"history.{source}", frame)
        self._table("ledger.unit_name", marked_units(history))
        self.states["workspace.ledger.unit_name"] = self.loads

    def judge(self, day: str, tonight: list[Parsed] | None = None, *, trial: object = None) -> list[Unusual]:
        """Return what stands out of the deliveries of a day; the days before are history, later ones do not exist yet.

        `tonight` replaces what came that day (null: as it came), `trial` names it.
        """
        self.build(day, tonight, trial)
        return [one for one in self.unusual() if one.business_day == dt.date.fromisoformat(day)]

    def build(self, day: str, tonight: list[Parsed] | None = None, trial: object = None) -> None:
        """Build the models as of a day, from what came up to it."""
        on = dt.date.fromisoformat(day)
        own = [one for one in self.history if one.day == day]
        tonight = own if tonight is None else tonight
        self._registers(on)
        self._lake(day, own, tonight, trial)
        before = [one for one in self.history if one.day < day]
        self._ledger([*before, *tonight], (self.loads, day, trial))
        self._build()

    def judge_all(self) -> list[Unusual]:
        """Return what stands out in any delivery of the history, all of it loaded at once.

        A delivery is compared with earlier ones only, so this judges as many nights as there are days.
        """
        last = max(one.day for one in self.history)
        self.judge(last)
        return self.unusual()

    def unusual(self) -> list[Unusual]:
        """Return every measure of province and units that stands out, of all days built.

        Which lead is what expectations/holds.sql says; a test holds both together.
        """
        rows = self.connection.execute(
            """
            select source, business_day, measure, stratum, '', abs(deviation) / nullif(bound, 0),
                   row_number() over (
                       partition by source, business_day, topic
                       order by first, abs(deviation) / bound desc, measure, stratum
                   ) = 1
            from tthc.marts.delivery_measures where standing = 'unusual'
            union all
            select source, business_day, 'unit:' || measure, '', unit_code, abs(score) / nullif(bound, 0),
                   row_number() over (
                       partition by source, business_day, unit_code order by abs(score) desc, measure
                   ) = 1
            from tthc.marts.unit_measures where standing = 'unusual'
            """
        ).fetchall()
        return sorted(Unusual(*row) for row in rows)

    def compared(self) -> dict[dt.date, int]:
        """Return how many measures of the province were compared, by business day."""
        found = self.connection.execute(
            "select business_day, count(*) from tthc.marts.delivery_measures"
            " where standing <> 'not_compared' group by all"
        ).fetchall()
        return dict(found)

    def margins(self) -> dict[str, tuple[int, float, int]]:
        """Return, by family of measures and for parts of units, how far honest measures lay from their bounds.

        That is how many were compared, how far the furthest lay from what was expected (1: on its bound), and how many
        stand out.
        """
        found = self.connection.execute(
            """
            select family, count(*), max(abs(deviation) / bound), count(*) filter (where standing = 'unusual')
            from tthc.marts.delivery_measures where standing <> 'not_compared' group by family
            union all
            select 'unit', count(*), max(abs(score) / bound), count(*) filter (where standing = 'unusual')
            from tthc.marts.unit_measures where standing <> 'not_compared' having count(*) > 0
            """
        ).fetchall()
        return {family: (compared, furthest, unusual) for family, compared, furthest, unusual in found}

    def _lake(self, day: str, own: list[Parsed], tonight: list[Parsed], trial: object) -> None:
        for source, contract in contracts().items():
            now = [one.lake for one in tonight if one.source == source]
            is_honest = all(any(one is honest for honest in own) for one in tonight if one.source == source) and len(
                now
            ) == sum(one.source == source for one in own)
            state = (self.loads, day, None if is_honest else trial)
            if self.states.get(f"workspace.lake.{source}") == state:
                continue
            self._table(f"tonight.{source}", pl.concat(now) if now else pl.DataFrame(schema=lake_schema(contract)))
            self.connection.execute(
                f"create or replace view lake.{source} as select * from history.{source} "
                f"where _business_day < date '{day}' union all select * from tonight.{source}"
            )
            self.states[f"workspace.lake.{source}"] = state

    def _ledger(self, rows: list[Parsed], state: object) -> None:
        delivered = [
            {"source": one.source, "source_file": one.name, "business_day": dt.date.fromisoformat(one.day),
             "file_name": one.name.rpartition("/")[2], "delivered_as": one.name.partition("/")[0],
             "sha256": f"{one.name} {one.rows_in}", "status": "accepted", "rows_in": one.rows_in,
             "rows_rejected": one.rejected.height, "is_synthetic": True}
            for one in rows
        ]  # fmt: skip
        reasons = [
            {"source": one.source, "source_file": one.name, "reason": reason, "row_count": count}
            for one in rows
            for reason, count in one.reasons().items()
        ]
        self._table("ledger.delivery", pl.DataFrame(delivered, schema=DELIVERY))
        self._table("ledger.reason", pl.DataFrame(reasons, schema=REASON))
        self._table("ledger.rejected_row", pl.concat([one.rejected for one in rows]))
        self._table("ledger.removal", pl.DataFrame(schema=REMOVAL))
        self._table("ledger.measured_day", _days(rows))
        for name in (*LEDGER, "measured_day"):
            self.states[f"workspace.ledger.{name}"] = state

    def _registers(self, as_of: dt.date) -> None:
        for name, frame in _registers(as_of).items():
            known = self.states.get(f"workspace.registers.{name}")
            if isinstance(known, pl.DataFrame) and known.equals(frame):
                continue
            self._table(f"registers.{name}", frame)
            self.states[f"workspace.registers.{name}"] = frame

    def _build(self) -> None:
        """Build what reads something that changed.

        A view is what it reads, so its state is theirs.
        """
        for model in self.models:
            state = tuple(id(self.states.get(one)) if _is_frame(self.states.get(one)) else self.states.get(one)
                          for one in sorted(model.reads))  # fmt: skip
            if self.states.get(model.relation) == state:
                continue
            self.connection.execute(f"create or replace {model.kind} {model.relation} as {model.sql}")
            self.states[model.relation] = state

    def _table(self, name: str, frame: pl.DataFrame) -> None:
        self.connection.register("incoming", frame.to_arrow())
        made = f"create or replace table workspace.{name} as select * from incoming"
        self.connection.execute(made)
        self.connection.unregister("incoming")


def _is_frame(value: object) -> bool:
    return isinstance(value, pl.DataFrame)


@contextmanager
def compiled_models() -> Iterator[list[Model]]:
    """Compile the project once in a folder that is thrown away, and give the models of the profile."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = compile_project(Path(folder) / "warehouse")
    yield models_for(manifest, MARTS)
