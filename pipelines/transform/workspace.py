"""Builds the workspace: a scratch DuckDB file in which dbt finds lake, ledger and registers as tables and views.

It is rebuilt in each run; only the candidate beside it can be published. Does not belong here: what the run computes
(`specify_run`), and applying corrections (`correction_views`).
"""

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.common.duckdb import connect
from pipelines.common.files import remove_tree
from pipelines.common.sql import quote_identifiers, quote_text
from pipelines.contracts.column_types import looks_personal
from pipelines.contracts.model import Contract
from pipelines.parsing.receipts import LakeState
from pipelines.parsing.secret import load_key
from pipelines.parsing.shared_files import deliveries_in
from pipelines.parsing.unit_names import hash_unit_names
from pipelines.registers.corrections import correction_table, load_corrections
from pipelines.registers.tables import register_tables
from pipelines.settings import Settings
from pipelines.storage.lake import REJECTED, REJECTED_FOLDER, lake_schema
from pipelines.storage.ledger import Arrival
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file, workspace_file
from pipelines.transform.carry import Carried, is_of_dossiers, lay_out_carrying
from pipelines.transform.correction_views import UNCORRECTED, Corrections
from pipelines.transform.spark.sources import lay_out_sources
from pipelines.transform.specify_run import code_version

DELIVERY = {
    "source": pl.String, "source_file": pl.String, "business_day": pl.Date, "file_name": pl.String,
    "delivered_as": pl.String, "sha256": pl.String, "byte_count": pl.Int64, "status": pl.String,
    "refusal": pl.String, "rows_in": pl.Int64, "rows_rejected": pl.Int64, "keys_before": pl.Int64,
    "keys_removed": pl.Int64, "is_synthetic": pl.Boolean,
}  # fmt: skip
REMOVAL = {
    "source_file": pl.String, "business_day": pl.Date, "step": pl.Int64, "unit_code": pl.String, "late": pl.Int64,
    "on_time": pl.Int64, "still_open": pl.Int64,
}  # fmt: skip
SCHEMAS = ("lake", "ledger", "registers", "blank", "whole")  # laid out for dbt, anew in each run
REASON = {"source": pl.String, "source_file": pl.String, "reason": pl.String, "row_count": pl.Int64}


def _delivery_rows(state: LakeState) -> list[dict[str, object]]:
    def row(
        arrival: Arrival, status: str, source: str, refusal: str | None = None, counts: Mapping[str, Any] | None = None,
        change: Mapping[str, int] | None = None,
    ) -> dict[str, object]:  # fmt: skip
        delivery = arrival.delivery
        return {
            "source": source, "source_file": delivery.label, "business_day": delivery.business_day,
            "file_name": delivery.file_name, "delivered_as": delivery.source, "sha256": arrival.sha256,
            "byte_count": arrival.byte_count, "status": status, "refusal": refusal,
            "rows_in": counts["rows_in"] if counts else None,
            "rows_rejected": counts["rejected"] if counts else None,
            "keys_before": change.get("earlier") if change else None,
            "keys_removed": change["removed"] if change and "earlier" in change else None,
            "is_synthetic": delivery.is_synthetic,
        }  # fmt: skip

    empty = {"rows_in": 0, "rejected": 0}
    rows = []
    for arrival, receipt in state.parsed:
        if receipt["refused"]:
            rows.append(row(arrival, "refused", arrival.delivery.source, receipt["refused"]["code"]))
            continue
        changes = receipt.get("restates") or {}
        # A source that the replaced file had and this one lacks came with nothing.
        sources = {**dict.fromkeys(changes, empty), **receipt["sources"]} or {arrival.delivery.source: empty}
        rows += [
            row(arrival, "accepted", source, None, counts, changes.get(source)) for source, counts in sources.items()
        ]
    rows += [row(arrival, "restated", arrival.delivery.source) for arrival in state.restated]
    return rows + [row(arrival, "duplicate", arrival.delivery.source) for arrival in state.duplicate]


def _shown_name() -> pl.Expr:
    """Return the file name, or the start of its hash if the name looks like a person's number or address.

    The deliverer chose the name, and for such a name the gate would refuse the whole candidate.
    """
    return pl.when(looks_personal(pl.col("file_name"))).then(pl.col("sha256").str.head(12)).otherwise("file_name")


def _reason_rows(state: LakeState) -> list[dict[str, object]]:
    return [
        {"source": source, "source_file": arrival.delivery.label, "reason": reason, "row_count": count}
        for arrival, receipt in state.accepted
        for source, counts in receipt["sources"].items()
        for reason, count in counts["reasons"].items()
    ]


def _removal_rows(state: LakeState) -> list[tuple[object, ...]]:
    return [
        (arrival.delivery.label, arrival.delivery.business_day, step, *removed)
        for arrival, receipt in state.accepted
        for step, units in enumerate(receipt.get("removals", []), 1)
        for removed in units
    ]


def _files(state: LakeState, lake: Path) -> dict[str, dict[str, list[str]]]:
    """Return the lake files that count, by source (`_rejected`: lists of rejected rows) and version of the parser.

    Files of one version of the parser have the same columns.

    Args:
        state: What counts in the lake.
        lake: The folder of the lake.

    Raises:
        ValueError: If a file also holds rows of deliveries that do not count; parsing leaves none (`shared_files`).
    """
    missing: dict[tuple[str, str], int] = {}
    for _, receipt in state.accepted:
        for name in receipt["files"]:
            file = receipt.get("made_by", ""), name
            missing[file] = missing.get(file, deliveries_in(receipt, name)) - 1
    files: dict[str, dict[str, list[str]]] = {}
    for (made_by, name), others in missing.items():
        if others:
            raise ValueError(f"rows that do not count: {name}")
        files.setdefault(name.partition("/")[0], {}).setdefault(made_by, []).append(str(lake / name))
    return files


def _create_view(
    connection: duckdb.DuckDBPyConnection, name: str, files: dict[str, list[str]], schema: dict[str, pl.DataType],
    made_by: str,
) -> None:  # fmt: skip
    """Create a view over Parquet files, or an empty table if there are none.

    Args:
        connection: The workspace.
        name: Schema and name of the view.
        files: Paths by the version of the parser. Files of an earlier version, whose bytes were purged, may lack a
            column that the contract has got since: it is null there.
        schema: The columns of the view.
        made_by: Today's version of the parser.
    """
    empty = pl.DataFrame(schema=schema)
    if not files:
        _create_table(connection, name, empty)
        return
    listed = [", ".join(map(quote_text, paths)) for paths in files.values()]
    rows = [f"select * from read_parquet([{paths}])" for paths in listed]  # noqa: S608
    if set(files) != {made_by}:
        # An empty table in the union adds the columns that the files lack.
        blank = f"blank.{name.partition('.')[2]}"
        _create_table(connection, blank, empty)
        columns = quote_identifiers(schema)
        rows = [f"select {columns} from ({' union all by name '.join([f'from {blank}', *rows])})"]  # noqa: S608
    connection.execute(f"create view {name} as {rows[0]}")


def _create_table(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("incoming", frame.to_arrow())
    connection.execute(f"create table {name} as select * from incoming")  # noqa: S608 - names are literals of ours
    connection.unregister("incoming")


def _begin_files(settings: Settings, carried: Carried | None) -> None:
    """Remove what earlier runs left, and begin workspace and candidate: empty, or with what is carried over in them.

    Where something is carried, both begin as copies, in which dbt's models replace tables, or only those of their rows
    that are computed anew. That spares rewriting all other rows.
    """
    workspace, candidate = workspace_file(settings), candidate_file(settings)
    for leftover in (candidate_dir(settings), settings.work_dir / "spill"):
        remove_tree(leftover)
        leftover.mkdir(parents=True)
    for leftover in (workspace, workspace.with_name(workspace.name + ".wal")):
        leftover.unlink(missing_ok=True)
    if carried is not None:
        shutil.copyfile(carried.workspace, workspace)
        shutil.copyfile(carried.tables, candidate)


def build_workspace(
    settings: Settings,
    contracts: dict[str, Contract],
    state: LakeState,
    spec: RunSpec,
    editions: pl.DataFrame | None = None,
    carried: Carried | None = None,
) -> None:
    """Build the workspace of one run, create an empty candidate folder beside it, and save the specification.

    Where something is carried over, sources of dossiers have only the rows of the dossiers that are weighed again.

    Args:
        settings: Where everything lies.
        contracts: All contracts by source.
        state: What counts in the lake.
        spec: What the run computes.
        editions: The editions published so far (`registers.tables.EDITION`), None if there are none.
        carried: What is carried over; None if everything is computed.
    """
    _begin_files(settings, carried)
    with connect(settings, workspace_file(settings)) as connection:
        for schema in (*SCHEMAS, UNCORRECTED):
            connection.execute(f"drop schema if exists {schema} cascade")
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}")
        files = _files(state, settings.lake_dir)
        known = load_corrections(settings.province_dir, contracts)
        unchanged: dict[str, list[str]] = {}
        corrections = Corrections(connection, known, contracts, settings.dbt_project_dir)
        for source, contract in contracts.items():
            target = "whole" if carried is not None and is_of_dossiers(contract) else "lake"
            schema = UNCORRECTED if corrections.is_corrected(source) else target
            own = files.get(source, {})
            if schema == "lake" and set(own) == {state.made_by}:
                unchanged[f"lake.{source}"] = own[state.made_by]
            _create_view(connection, f"{schema}.{source}", own, lake_schema(contract), state.made_by)
            if corrections.is_corrected(source):
                corrections.create_view(source, target)
        rejected = files.get(REJECTED_FOLDER, {})
        target = "ledger" if carried is None else "whole"
        _create_view(connection, f"{target}.rejected_row", rejected, REJECTED, state.made_by)
        lay_out_carrying(connection, settings, contracts, state, carried)
        names = connection.execute("select distinct TenDonVi from lake.don_vi order by TenDonVi").pl()
        _create_table(connection, "ledger.unit_name", hash_unit_names(names["TenDonVi"], load_key(settings.key_file)))
        delivered = pl.DataFrame(_delivery_rows(state), schema=DELIVERY)
        _create_table(connection, "ledger.delivery", delivered.with_columns(file_name=_shown_name()))
        _create_table(connection, "ledger.reason", pl.DataFrame(_reason_rows(state), schema=REASON))
        _create_table(connection, "ledger.removal", pl.DataFrame(_removal_rows(state), schema=REMOVAL, orient="row"))
        tables = register_tables(
            settings, dt.date.fromisoformat(spec.as_of), spec.province,
            version=spec.version, code=code_version(settings), is_synthetic=spec.is_synthetic, editions=editions,
        )  # fmt: skip
        tables["correction"] = correction_table(known, corrections.counts())
        for name, frame in tables.items():
            _create_table(connection, f"registers.{name}", frame)
        if settings.engine == "spark":
            lay_out_sources(connection, settings, unchanged)
    spec.save(settings)
