"""The dbt models as compiled SQL, run straight in an in-memory DuckDB: hundreds of provinces in one process.

Here: compiling once, and building the models for one world. Not here: what the figures should be (reference).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.contracts.model import load_contracts
from pipelines.parsing.unit_names import hash_unit_names
from pipelines.registers.tables import register_tables
from pipelines.settings import Settings
from pipelines.storage.lake import lake_schema
from pipelines.storage.run_spec import candidate_dir
from pipelines.transform.carry import create_carrying_tables
from pipelines.transform.dbt import run_dbt, target_dir
from pipelines.transform.workspace import DELIVERY, REASON, REMOVAL

from .records import PROVINCE
from .world import SECRET, SOURCES, World

MEASURED_DAY = {"source": pl.String, "business_day": pl.Date}
COMPARED = (
    "handling_status", "indicator_values", "fct_timeliness", "fct_online_share", "fct_digitisation", "fct_payments",
    "fct_payment_duty", "fct_satisfaction", "fct_feedback", "fct_national_sync", "fct_notifications", "fct_apologies",
    "fct_open_late", "fct_figure_reports", "rule_differences", "plan_scorecard", "plan_tasks", "fct_complaints",
    "decision_766_score", "decision_766_totals", "decision_766_gains", "decision_766_provinces",
    "decision_766_causes", "decision_766_compared",
    "worklist", "fct_steps", "handling_times", "procedure_bottlenecks", "procedure_variants", "department_lateness",
    "indicator_changes",
    *(f"base_{source}" for source in SOURCES),
)  # fmt: skip


@dataclass(frozen=True)
class Model:
    """One compiled model: where it is built, as what, by which SQL, and which relations that reads."""

    name: str
    relation: str
    kind: str
    sql: str
    reads: frozenset[str]


def compile_project(warehouse: Path, of: Settings | None = None) -> dict[str, Any]:
    """Return dbt's manifest of a project (`of`; null: ours) with every model's SQL in it."""
    settings = (of or Settings()).model_copy(update={"warehouse_dir": warehouse})
    candidate_dir(settings).mkdir(parents=True)
    run_dbt(settings, "compile")
    found: dict[str, Any] = json.loads((target_dir(settings) / "manifest.json").read_text(encoding="utf-8"))
    return found


def models_for(manifest: dict[str, Any], tables: Iterable[str] = COMPARED) -> list[Model]:
    """Return every model that the tables need, each after those that it reads."""
    nodes = {**manifest["nodes"], **manifest["sources"]}
    ordered: dict[str, Model] = {}

    def add(key: str) -> None:
        node = nodes[key]
        if key in ordered or node["resource_type"] != "model":
            return
        needed = node["depends_on"]["nodes"]
        for one in needed:
            add(one)
        reads = frozenset(_relation(nodes[one]) for one in needed)
        sql, kind = node["compiled_code"], node["config"]["materialized"]
        ordered[key] = Model(node["name"], _relation(node), kind, sql, reads)

    for name in tables:
        add(f"model.tthc.{name}")
    return list(ordered.values())


def _relation(node: dict[str, Any]) -> str:
    return str(node["relation_name"]).replace('"', "")


@cache
def _registers(settings: Settings, as_of: date) -> dict[str, pl.DataFrame]:
    return register_tables(settings, as_of, PROVINCE)


def _turned(indicators: pl.DataFrame, low: Iterable[str]) -> pl.DataFrame:
    """Return the register of indicators where some under rule `plan` should be low."""
    is_low = pl.col("indicator_code").is_in(list(low)) & (pl.col("rule") == "plan")
    return indicators.with_columns(direction=pl.when(is_low).then(pl.lit("down")).otherwise("direction"))


class Warehouse:
    """One DuckDB in memory in which one world after another is built."""

    def __init__(self, models: list[Model], settings: Settings | None = None) -> None:
        self.models = models
        self.settings = settings or Settings()
        self.contracts = load_contracts(self.settings.contracts_dir)
        self.loaded: dict[str, pl.DataFrame] = {}
        self.connection = duckdb.connect(config={"threads": "1"})
        for database in ("workspace", "tthc"):
            self.connection.execute(f"attach ':memory:' as {database}")
        for schema in {model.relation.rpartition(".")[0] for model in models}:
            self.connection.execute(f"create schema if not exists {schema}")
        for schema in ("lake", "ledger", "registers"):
            self.connection.execute(f"create schema workspace.{schema}")
        self.connection.execute("use workspace")
        create_carrying_tables(self.connection)

    def build(self, world: World) -> None:
        """Replace whatever was there by the models of this world."""
        lake = world.lake_frames()
        for source, contract in self.contracts.items():
            self._load(f"lake.{source}", lake.get(source, pl.DataFrame(schema=lake_schema(contract))))
        came = [{"source": source, "status": "accepted"} for source in lake if source not in world.absent]
        self._load("ledger.delivery", pl.DataFrame(came, schema=DELIVERY))
        self._load("ledger.reason", pl.DataFrame(schema=REASON))
        self._load("ledger.removal", pl.DataFrame(schema=REMOVAL))
        days = {(source, day) for source, rows in lake.items() for day in rows["_business_day"].unique()}
        self._load("ledger.measured_day", pl.DataFrame(sorted(days), schema=MEASURED_DAY, orient="row"))
        self._load("ledger.rejected_row", world.lake_rejected())
        self._load("ledger.unit_name", hash_unit_names(lake["don_vi"]["TenDonVi"], SECRET))
        own = world.register_rows()
        for name, frame in _registers(self.settings, world.as_of).items():
            rows = pl.DataFrame(own[name], schema=frame.schema) if name in own else frame
            self._load(f"registers.{name}", _turned(rows, world.low) if name == "indicator" and world.low else rows)
        for model in self.models:
            self.connection.execute(f"create or replace {model.kind} {model.relation} as {model.sql}")

    def _load(self, name: str, frame: pl.DataFrame) -> None:
        # Most tables are those of the world before; loading them again would take a third of the time.
        if name in self.loaded and self.loaded[name].equals(frame):
            return
        self.loaded[name] = frame
        self.connection.register("incoming", frame.to_arrow())
        self.connection.execute(f"create or replace table workspace.{name} as select * from incoming")
        self.connection.unregister("incoming")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows of a query over `marts` and the scratch schemas."""
        return self.connection.execute(query).fetchall()
