"""Decides what this run may carry over from the published one, and which dossiers it weighs again.

A dossier's rows in facts and profile depend on its own delivered rows, on lists and registers, and on the as-of day as
long as it is open. So where code, registers and lists are the same and all new files are of the newest days, only
dossiers with new rows and open ones are computed; all others are taken as they are in the kept workspace and in the
published tables (dbt_project/macros/materialized.sql). Anything else is computed whole: what is carried over is never
more than a shortcut. Does not belong here: keeping the workspace (`storage.kept_workspace`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.sql import quote_identifiers, quote_text, read_sql
from pipelines.contracts.model import Contract
from pipelines.parsing.receipts import LakeState
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt
from pipelines.storage.kept_workspace import KeptWorkspace, kept_database, kept_tables, kept_workspace
from pipelines.storage.ledger import Arrival
from pipelines.storage.run_spec import RunSpec
from pipelines.transform.specify_run import code_version

PUBLISHED = "tthc"  # the database of the published tables, by its name in dbt
Day = tuple[str, str]  # source and business day (ISO)
Parsed = tuple[Arrival, Receipt]


@dataclass(frozen=True)
class Carried:
    """What a run carries over from.

    Attributes:
        workspace: The kept workspace.
        tables: The published tables that belong to it.
        as_of: The day that they were computed for (ISO date).
        labels: The deliveries that they were computed from.
        days: Source and business day (ISO) of everything that came since.
    """

    workspace: Path
    tables: Path
    as_of: str
    labels: frozenset[str]
    days: frozenset[Day]

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Attach both databases, read-only, under the names that the models know."""
        for name, path in self.databases().items():
            connection.execute(f"attach {quote_text(str(path))} as {name} (read_only)")

    def databases(self) -> dict[str, Path]:
        """Return both databases by the names under which the models know them."""
        return {"carried_workspace": self.workspace, "carried_tables": self.tables}


def is_of_dossiers(contract: Contract) -> bool:
    """Return True if each row of the source belongs to a dossier."""
    return contract.subject is not None and contract.subject.dossier is not None


def find_carried(
    settings: Settings, contracts: dict[str, Contract], state: LakeState, spec: RunSpec, current: str | None
) -> Carried | str:
    """Return what the run may carry over from, or why it computes everything (`carry_<reason>` in messages.yml).

    Args:
        settings: The installation.
        contracts: All contracts by source.
        state: What counts in the lake.
        spec: What the run computes.
        current: The published version.
    """
    if settings.rebuild:
        return "asked"
    kept = kept_workspace(settings)
    if kept is None or kept.version != current:
        return "nothing_kept"
    if (kept.code, kept.made_by, kept.province) != (code_version(settings), state.made_by, spec.province):
        return "rules_changed"
    if spec.is_beside or spec.as_of < kept.as_of:
        return "earlier_day"
    return _carried_from(kept, settings, contracts, state, spec)


def _carried_from(
    kept: KeptWorkspace, settings: Settings, contracts: dict[str, Contract], state: LakeState, spec: RunSpec
) -> Carried | str:
    """Return what the run may carry over from a workspace that was made by today's rules, or why not."""
    before = {(label, sha256) for label, sha256 in kept.deliveries}
    if before - {_identity(arrival) for arrival, _ in state.accepted}:
        return "delivery_replaced"
    old = [one for one in state.accepted if _identity(one[0]) in before]
    new = [one for one in state.accepted if _identity(one[0]) not in before]
    newest: dict[str, str] = {}
    for source, day in days(old):
        newest[source] = max(day, newest.get(source, ""))
    if any(day < newest.get(source, "") for source, day in days(new)):
        return "earlier_delivery"
    labels = frozenset(label for label, _ in before)
    found = Carried(kept_database(settings), kept_tables(settings, kept), kept.as_of, labels, days(new))
    try:
        with duckdb.connect() as connection:
            found.attach(connection)
            if any(_list_changed(connection, settings, contract, new) for contract in contracts.values()):
                return "lists_changed"
            if _units_changed(connection, kept.as_of, spec.as_of):
                return "units_changed"
    except duckdb.Error:
        return "nothing_kept"
    return found


def needed_tables(manifest: Mapping[str, Any], contracts: Mapping[str, Contract]) -> list[str]:
    """Return the tables of a workspace (schema and name) from which another run may carry over, sorted.

    Args:
        manifest: dbt's manifest; a table that is carried says so (`meta: carried`).
        contracts: All contracts by source; of those whose rows belong to no dossier, what was accepted is compared.
    """
    carried = [
        f"{node['schema']}.{node['name']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"].get("meta", {}).get("carried")
        and node["database"] != PUBLISHED
    ]  # fmt: skip
    lists = [f"state.base_{source}" for source, contract in contracts.items() if contract.subject is None]
    return sorted([*carried, *lists, "core.int_row_count", "registers.unit_change"])


def deliveries(state: LakeState) -> list[list[str]]:
    """Return label and SHA-256 of each delivery that counts, sorted."""
    return sorted([*_identity(arrival)] for arrival, _ in state.accepted)


def days(accepted: Iterable[Parsed]) -> frozenset[Day]:
    """Return source and business day (ISO) of everything in these deliveries."""
    return frozenset(
        (source, arrival.delivery.business_day.isoformat())
        for arrival, receipt in accepted
        for source in receipt["sources"] or (arrival.delivery.source,)
    )


def _identity(arrival: Arrival) -> tuple[str, str]:
    return arrival.delivery.label, arrival.sha256


def lake_files_of(settings: Settings, accepted: Iterable[Parsed], source: str) -> list[str]:
    """Return the paths of the lake files with rows of a source in these deliveries, and maybe in others of the day."""
    names = {name for _, receipt in accepted for name in receipt["files"] if name.startswith(f"{source}/")}
    return [str(settings.lake_dir / name) for name in sorted(names)]


def _list_changed(
    connection: duckdb.DuckDBPyConnection, settings: Settings, contract: Contract, new: list[Parsed]
) -> bool:
    """Return True if a new list, such as that of units, says anything that the accepted rows do not say already."""
    files = lake_files_of(settings, new, contract.source) if contract.subject is None else []
    if not files:
        return False
    columns = quote_identifiers([field.name for field in contract.fields if field.personal != "drop"])
    query = read_sql(
        __package__, "sql/list_changed",
        columns=columns, source=contract.source, files=", ".join(map(quote_text, files)),
        new=", ".join(quote_text(arrival.delivery.label) for arrival, _ in new),
    )  # fmt: skip
    return connection.execute(query).fetchall() != [(False,)]


def _units_changed(connection: duckdb.DuckDBPyConnection, kept_day: str, day: str) -> bool:
    """Return True if a unit begins, ends or hands over between the two days."""
    query = read_sql(__package__, "sql/units_changed")
    return connection.execute(query, {"kept_day": kept_day, "day": day}).fetchall() != [(False,)]


def lay_out_carrying(
    connection: duckdb.DuckDBPyConnection, settings: Settings, contracts: dict[str, Contract], state: LakeState,
    carried: Carried | None,
) -> None:  # fmt: skip
    """Create the tables by which the models know what is carried over and what is computed.

    Args:
        connection: The workspace. Where something is carried, the views in `whole` have all rows, and the tables that
            the models read are created from them.
        settings: The installation.
        contracts: All contracts by source.
        state: What counts in the lake.
        carried: What is carried over; None if everything is computed.
    """
    create_carrying_tables(connection)
    measured = sorted(days(state.accepted) if carried is None else carried.days)
    insert = "insert into ledger.measured_day select unnest($sources), cast(unnest($days) as date)"
    connection.execute(insert, {"sources": [of for of, _ in measured], "days": [day for _, day in measured]})
    if carried is None:
        return
    carried.attach(connection)
    insert = "insert into ledger.carried_delivery select unnest($labels)"
    connection.execute(insert, {"labels": sorted(carried.labels)})
    of_dossiers = [source for source, contract in contracts.items() if is_of_dossiers(contract)]
    connection.execute(read_sql(__package__, "sql/carried_counts"), {"sources": of_dossiers})
    for source in of_dossiers:
        _add_measured(connection, settings, state, source, [day for of, day in sorted(carried.days) if of == source])
    others = {"as_of": carried.as_of, "days": sorted({day for _, day in carried.days})}
    connection.execute(read_sql(__package__, "sql/weighed_dossiers"), others)
    for source in of_dossiers:
        connection.execute(read_sql(__package__, "sql/weighed_rows", source=source))
    connection.execute(read_sql(__package__, "sql/weighed_rejected_rows"))
    for name in carried.databases():
        connection.execute(f"detach {name}")


def create_carrying_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables that say what is carried over and what is computed, all of them empty."""
    connection.execute(read_sql(__package__, "sql/carrying_tables"))


def _add_measured(
    connection: duckdb.DuckDBPyConnection, settings: Settings, state: LakeState, source: str, days_of: list[str]
) -> None:
    """Add the dossiers with rows of a source on some days to those that are weighed."""
    delivered = [one for one in state.accepted if one[0].delivery.business_day.isoformat() in days_of]
    if files := lake_files_of(settings, delivered, source):
        listed = ", ".join(map(quote_text, files))
        query = read_sql(__package__, "sql/dossiers_of_days", files=listed)
        connection.execute(query, {"days": days_of})
