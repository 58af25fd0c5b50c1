"""Nights over drawn provinces of the oracle with files, so that one night can carry over from another.

Here: the lake of a part of a province's deliveries, and building the models over it. Not here: what is compared.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.common.files import sha256_of
from pipelines.contracts.model import Contract, load_contracts
from pipelines.parsing.receipts import LakeState
from pipelines.parsing.unit_names import hash_unit_names
from pipelines.settings import Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.documents import Receipt, SourceCounts
from pipelines.storage.kept_workspace import KeptWorkspace, keep_workspace, kept_tables
from pipelines.storage.lake import REJECTED_FOLDER
from pipelines.storage.ledger import Arrival
from pipelines.storage.run_spec import RunSpec, candidate_file, workspace_file
from pipelines.transform.carry import Carried, needed_tables
from pipelines.transform.dbt_macros import render_sql
from pipelines.transform.workspace import build_workspace
from tests.oracle.records import PROVINCE
from tests.oracle.world import SECRET, World

LISTS = ("don_vi", "thu_tuc", "nhiem_vu")
# Has only rows of dossiers that are weighed.
WEIGHED = {"prf_dossier_row"}


def with_early_lists(world: World) -> World:
    """Return the province with its lists delivered before all else, in the same order."""
    first = min(file.business_day for file in world.deliveries)
    listed = sorted({file.business_day for file in world.deliveries if file.source in LISTS})
    early = {day: first - timedelta(days=len(listed) - number) for number, day in enumerate(listed)}
    moved = (
        replace(file, business_day=early[file.business_day]) if file.source in LISTS and not file.within else file
        for file in world.deliveries
    )
    return replace(world, deliveries=tuple(moved))


class WorldNights:
    """One warehouse folder, in which nights over parts of one province are built."""

    def __init__(self, folder: Path, manifest: dict[str, Any], world: World) -> None:
        self.settings = Settings(warehouse_dir=folder / "kho", raw_dir=folder / "raw", threads=1)
        self.settings.work_dir.mkdir(parents=True)
        self.contracts: dict[str, Contract] = load_contracts(self.settings.contracts_dir)
        self.world, self.manifest = world, manifest
        self.frames, self.rejected = world.lake_frames(), world.lake_rejected()

    def spec(self, name: str, as_of: date) -> RunSpec:
        """Return what a night computes."""
        return RunSpec(as_of.isoformat(), name, PROVINCE, False, [])

    def state(self, until: date) -> LakeState:
        """Write the lake files of all deliveries up to a day, and return what counts."""
        labels: dict[str, dict[str, SourceCounts]] = {}
        files: dict[str, dict[str, str]] = {}
        for file in self.world.deliveries:
            if file.business_day <= until:
                label = f"{file.within or file.source}/{file.business_day}/{file.file_name}"
                labels.setdefault(label, {})[file.source] = self._counts(file.source, label, len(file.rows))
                files.setdefault(label, {}).update(self._files(file.source, label))
        parsed = []
        for number, (label, sources) in enumerate(labels.items(), 1):
            source, day, name = label.split("/")
            delivery = Delivery(source, date.fromisoformat(day), name)
            receipt: Receipt = {
                "delivery": label, "sha256": label, "refused": None, "sources": sources, "files": files[label],
                "made_by": "parser",
            }  # fmt: skip
            parsed.append((Arrival(delivery, label, 1, None, label, number), receipt))
        return LakeState(parsed, [], [], "parser")

    def _counts(self, source: str, label: str, rows: int) -> SourceCounts:
        of_file = self.rejected.filter((pl.col("source") == source) & (pl.col("_source_file") == label))
        reasons = of_file["reasons"].explode().value_counts().rows() if of_file.height else []
        return {
            "rows_in": rows, "accepted": rows - of_file.height, "rejected": of_file.height, "reasons": dict(reasons),
        }  # fmt: skip

    def _files(self, source: str, label: str) -> dict[str, str]:
        parts = {source: self.frames[source], f"{REJECTED_FOLDER}/{source}": self.rejected.filter(source=source)}
        found = {}
        for folder, frame in parts.items():
            name = f"{folder}/{label.replace('/', '_')}.parquet"
            rows = frame.filter(pl.col("_source_file") == label)
            if rows.height:
                path = self.settings.lake_dir / name
                path.parent.mkdir(parents=True, exist_ok=True)
                rows.write_parquet(path)
                found[name] = sha256_of(path)
        return found

    def build(self, state: LakeState, spec: RunSpec, carried: Carried | None = None) -> None:
        """Build workspace and candidate of a night, as dbt would."""
        build_workspace(self.settings, self.contracts, state, spec, carried=carried)
        with duckdb.connect(str(workspace_file(self.settings)), config={"threads": 1}) as connection:
            connection.execute(f"attach '{candidate_file(self.settings)}' as tthc")
            if carried is not None:
                carried.attach(connection)
            self._own_registers(connection)
            nodes = self.manifest["nodes"]
            for key in _in_order(nodes):
                self._create(connection, nodes[key], carried is not None)

    def _own_registers(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Replace registers that the province has of its own, and the marks of units' names, which it hashes."""
        for name, rows in self.world.register_rows().items():
            frame = connection.execute(f"select * from registers.{name} limit 0").pl()
            connection.register("incoming", pl.DataFrame(rows, schema=frame.schema).to_arrow())
            connection.execute(f"create or replace table registers.{name} as from incoming")
        names = connection.execute("select distinct TenDonVi from lake.don_vi order by TenDonVi").pl()["TenDonVi"]
        connection.register("incoming", hash_unit_names(names, SECRET).to_arrow())
        connection.execute("create or replace table ledger.unit_name as from incoming")

    def _create(self, connection: duckdb.DuckDBPyConnection, node: dict[str, Any], carrying: bool) -> None:
        kind, relation, sql = (
            node["config"]["materialized"],
            node["relation_name"].replace('"', ""),
            node["compiled_code"],
        )
        by = node["config"]["meta"].get("carried")
        if by and carrying:
            remove = "{{ remove_computed_anew(by, table) }}"
            connection.execute(render_sql(self.settings.dbt_project_dir, remove, by=by, table=relation))
            connection.execute(f"insert into {relation} by name ({sql})")
        else:
            connection.execute(f"create schema if not exists {relation.rpartition('.')[0]}")
            connection.execute(f"create or replace {kind} {relation} as {sql}")
        for hook in node["config"]["post-hook"]:
            connection.execute(self._rendered(hook["sql"], relation))

    def _rendered(self, hook: str, relation: str) -> str:
        """Return the SQL of a hook, in which dbt leaves references until it runs."""
        nodes = self.manifest["nodes"].values()
        relations = {node["name"]: node["relation_name"] for node in nodes if node["resource_type"] == "model"}
        sql = re.sub(r"\{\{ ref\(['\"](\w+)['\"]\) \}\}", lambda named: relations[named[1]], hook)
        return sql.replace("{{ this }}", relation)

    def keep(self, state: LakeState, spec: RunSpec) -> KeptWorkspace:
        """Keep workspace and candidate as those of the published version."""
        labels = [[arrival.delivery.label, arrival.sha256] for arrival, _ in state.accepted]
        keep_workspace(self.settings, spec, "code", "parser", labels, needed_tables(self.manifest, self.contracts))
        kept = KeptWorkspace(spec.version, spec.as_of, PROVINCE, "code", "parser", labels, "", [])
        kept_tables(self.settings, kept).parent.mkdir(parents=True, exist_ok=True)
        candidate_file(self.settings).replace(kept_tables(self.settings, kept))
        return kept

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of every table that is published or measured, sorted."""
        found = {}
        with duckdb.connect(str(workspace_file(self.settings)), read_only=True) as connection:
            connection.execute(f"attach '{candidate_file(self.settings)}' as tthc (read_only)")
            for node in self.manifest["nodes"].values():
                is_compared = node["resource_type"] == "model" and node["fqn"][1] in ("profile", "metrics", "marts")
                is_compared = is_compared and node["name"] not in WEIGHED
                if node["config"]["materialized"] == "table" and (is_compared or node["database"] == "tthc"):
                    relation = node["relation_name"].replace('"', "")
                    found[relation] = connection.execute(f"select * from {relation} order by all").fetchall()
        return found


def _in_order(nodes: dict[str, Any]) -> Iterable[str]:
    """Return the models, each after those that it reads."""
    from graphlib import TopologicalSorter

    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    graph = {key: [one for one in node["depends_on"]["nodes"] if one in models] for key, node in models.items()}
    return TopologicalSorter(graph).static_order()
