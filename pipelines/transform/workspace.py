"""The workspace: a scratch DuckDB file in which dbt finds lake, ledger and registers as tables and views.

It is made anew for each run and thrown away after it; only the candidate beside it can be published.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.common.duckdb import connect
from pipelines.common.errors import TthcError
from pipelines.common.files import fingerprint, remove_tree
from pipelines.contracts.column_types import looks_personal
from pipelines.contracts.model import Contract
from pipelines.parsing.receipts import LakeState
from pipelines.parsing.secret import load_key
from pipelines.parsing.unit_names import hash_unit_names
from pipelines.parsing.version import code_and_libraries
from pipelines.registers.corrections import correction_table, load_corrections
from pipelines.registers.model import load_province
from pipelines.registers.tables import register_tables
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.documents import Input, Receipt
from pipelines.storage.lake import REJECTED, lake_schema
from pipelines.storage.ledger import Arrival
from pipelines.storage.run_spec import RunSpec, candidate_dir, workspace_file
from pipelines.transform.correction_views import Corrections

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
# What computes and publishes: another release of these may give another content.
ENGINES = ("dbt-core", "dbt-duckdb", "duckdb", "highspy", "scipy", "vl-convert-python")
REASON = {"source": pl.String, "source_file": pl.String, "reason": pl.String, "row_count": pl.Int64}


def code_version(settings: Settings) -> str:
    """Return a fingerprint of all that decides the result for given inputs, libraries included."""
    dbt = settings.dbt_project_dir
    files = fingerprint(PROJECT_DIR / "pipelines", settings.contracts_dir, settings.registers_dir,
                        settings.expectations_dir, dbt / "models", dbt / "macros")  # fmt: skip
    engines = [f"{name} {version(name)}" for name in ENGINES]
    return hashlib.sha256(json.dumps([files, code_and_libraries(), engines]).encode()).hexdigest()


def build_run_spec(
    settings: Settings, contracts: dict[str, Contract], state: LakeState, published: str | None = None
) -> RunSpec:
    """Return the plan of this run.

    Args:
        settings: Registers, and the day that was asked for.
        contracts: By source.
        state: What counts in the lake.
        published: The as-of day (ISO) of what is published, null if nothing is.

    Raises:
        TthcError: If a source that every version needs never came.
    """
    read = {arrival.delivery.source for arrival, _ in state.accepted}
    absent = [source for source, contract in contracts.items() if contract.obligatory and source not in read]
    if absent:
        raise TthcError("obligatory_missing", sources=", ".join(absent), folder=settings.raw_dir)
    came = [(arrival, receipt) for arrival, receipt in state.accepted if arrival.delivery.source == "ho_so"]
    # Where every day was taken back, the newest stands, without rows; whether that may be is the gate's.
    stand = [one for one in came if not _is_taken_back(*one, published)] or came
    as_of = (settings.as_of or max(arrival.delivery.business_day for arrival, _ in stand)).isoformat()
    inputs: list[Input] = [
        {"delivery": arrival.delivery.label, "sha256": arrival.sha256, "refused": bool(receipt["refused"])}
        for arrival, receipt in state.parsed
    ]
    province = load_province(settings.registers_dir / settings.province).code
    # Not by file name: a copy under another name brings nothing new, so it makes no new version. What was refused and
    # may be read another night, and what an earlier parser made of bytes that are gone, is another content.
    content = sorted(
        [
            a.delivery.source,
            a.delivery.business_day.isoformat(),
            a.sha256,
            *_distinguishing_marks(receipt, state.made_by),
        ]
        for a, receipt in state.parsed
    )
    # Descriptions and pages name the public address; where it is not known, versions are named as if there were none.
    address = [settings.public_url] if settings.public_url else []
    essence = json.dumps([as_of, province, content, code_version(settings), *address])
    name = f"{as_of}-{hashlib.sha256(essence.encode()).hexdigest()[:12]}"
    return RunSpec(as_of, name, province, any(a.delivery.is_synthetic for a, _ in state.parsed), inputs)


def _is_taken_back(arrival: Arrival, receipt: Receipt, published: str | None) -> bool:
    """Return True for a delivery of a day after the published one that was replaced by a file without rows.

    The day was a slip and closes nothing. What was published up to a day stays up to that day, and an empty file there
    is held.
    """
    is_new = arrival.delivery.business_day.isoformat() > (published or "")
    replaced = "restated_sha256" in receipt
    return is_new and replaced and not any(counts["rows_in"] for counts in receipt["sources"].values())


def _distinguishing_marks(receipt: Receipt, made_by: str) -> list[str]:
    """Return what makes a result differ from that of the same bytes under today's parser; mostly nothing."""
    refusal = receipt["refused"]["code"] if receipt["refused"] else None
    earlier = receipt.get("made_by") if receipt.get("made_by") != made_by else None
    return [mark for mark in (refusal, earlier) if mark]


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
    """Return the file's name, or the start of its hash if the name looks like a person's number or address.

    The name is the deliverer's, and the gate would refuse the whole night for it.
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


def _files(state: LakeState, prefix: str, lake: Path) -> dict[str, list[str]]:
    """Return the lake's files of a source that count, by the parser that made them.

    Those of one parser have the same columns.
    """
    found: dict[str, list[str]] = {}
    for _, receipt in state.accepted:
        names = [str(lake / name) for name in receipt["files"] if name.startswith(f"{prefix}/")]
        if names:
            found.setdefault(receipt.get("made_by", ""), []).extend(names)
    return found


def _view(
    connection: duckdb.DuckDBPyConnection, name: str, files: dict[str, list[str]], schema: dict[str, pl.DataType],
    made_by: str,
) -> None:  # fmt: skip
    """Make a view with the columns of the schema over Parquet files; a table without rows if there are none.

    `made_by`: today's parser. A file of an earlier one, whose archive is gone, may lack a column that its contract got
    since: it is null there.
    """
    empty = pl.DataFrame(schema=schema)
    if not files:
        _table(connection, name, empty)
        return
    # A view cannot take bound values; the paths are ours, and a quote in one is doubled.
    listed = [", ".join("'" + path.replace("'", "''") + "'" for path in paths) for paths in files.values()]
    rows = [f"select * from read_parquet([{paths}])" for paths in listed]  # noqa: S608
    if set(files) != {made_by}:
        # One more part without rows says which columns there are, whatever the files have.
        blank = f"blank.{name.partition('.')[2]}"
        _table(connection, blank, empty)
        columns = ", ".join(f'"{column}"' for column in schema)
        rows = [f"select {columns} from ({' union all by name '.join([f'from {blank}', *rows])})"]  # noqa: S608
    connection.execute(f"create view {name} as {rows[0]}")


def _table(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("incoming", frame.to_arrow())
    connection.execute(f"create table {name} as select * from incoming")  # noqa: S608 - names are literals of ours
    connection.unregister("incoming")


def build_workspace(
    settings: Settings,
    contracts: dict[str, Contract],
    state: LakeState,
    plan: RunSpec,
    editions: pl.DataFrame | None = None,
) -> None:
    """Make the workspace of one run, and an empty candidate folder beside it.

    Args:
        settings: Where everything lies.
        contracts: By source.
        state: What counts in the lake.
        plan: What the run computes.
        editions: Those published so far (`registers.tables.EDITION`), None for none.
    """
    workspace = workspace_file(settings)
    for leftover in (candidate_dir(settings), settings.work_dir / "spill"):
        remove_tree(leftover)
        leftover.mkdir(parents=True)
    for leftover in (workspace, workspace.with_name(workspace.name + ".wal")):
        leftover.unlink(missing_ok=True)
    with connect(settings, workspace) as connection:
        for schema in ("lake", "ledger", "registers", "blank"):
            connection.execute(f"create schema {schema}")
        known = load_corrections(settings.registers_dir / settings.province, contracts)
        corrections = Corrections(connection, known, contracts, settings.dbt_project_dir)
        for source, contract in contracts.items():
            schema = "uncorrected" if corrections.is_corrected(source) else "lake"
            files = _files(state, source, settings.lake_dir)
            _view(connection, f"{schema}.{source}", files, lake_schema(contract), state.made_by)
            if corrections.is_corrected(source):
                corrections.create_view(source)
        rejected = _files(state, "_rejected", settings.lake_dir)
        _view(connection, "ledger.rejected_row", rejected, REJECTED, state.made_by)
        names = connection.execute("select distinct TenDonVi from lake.don_vi order by TenDonVi").pl()
        _table(connection, "ledger.unit_name", hash_unit_names(names["TenDonVi"], load_key(settings.key_file)))
        delivered = pl.DataFrame(_delivery_rows(state), schema=DELIVERY)
        _table(connection, "ledger.delivery", delivered.with_columns(file_name=_shown_name()))
        _table(connection, "ledger.reason", pl.DataFrame(_reason_rows(state), schema=REASON))
        _table(connection, "ledger.removal", pl.DataFrame(_removal_rows(state), schema=REMOVAL, orient="row"))
        tables = register_tables(
            settings, dt.date.fromisoformat(plan.as_of), plan.province,
            version=plan.version, code=code_version(settings), is_synthetic=plan.is_synthetic, editions=editions,
        )  # fmt: skip
        tables["correction"] = correction_table(known, corrections.counts())
        for name, frame in tables.items():
            _table(connection, f"registers.{name}", frame)
    plan.save(settings)
