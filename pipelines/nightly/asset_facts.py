"""What Dagster's page shows of an asset beside its name: owner, tags, columns, how fresh it has to be, its days.

All of it follows from contracts, registers and the published file. Does not belong here: what an asset does (`assets`).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.common.duckdb import connect
from pipelines.common.sql import quote_identifier, read_sql
from pipelines.contracts.model import Contract
from pipelines.landing.discover import HOME, business_day, today_at_home
from pipelines.registers.holds import SourceLimits
from pipelines.settings import Settings
from pipelines.storage.ledger import Arrival

OPERATOR, ANALYST = "team:operator", "team:analyst"
# A first load brings months of days at once; the page needs the newest ones, and each costs a millisecond.
DAYS_SHOWN = 400
WEEK, WORKDAYS_OF_WEEK = 7, 5


def delivery_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return the business days that may be delivered: from the earliest known one until today."""
    folders = (path.name for path in settings.raw_dir.glob("*/*"))
    days = [day for name in folders if (day := business_day(name)) is not None]
    first = min([*days, today_at_home()])
    return dg.DailyPartitionsDefinition(start_date=first.isoformat(), timezone=HOME.key, end_offset=1)


def freshness_of(limits: SourceLimits) -> dg.FreshnessPolicy:
    """Return how long a source that usually comes daily may be silent before the page says so (`holds.yml`).

    The gate judges silence by working days and by the source's own cadence; the page only knows hours.
    """
    silent = max(limits.least_silence, limits.freshness_factor)
    days = silent / WORKDAYS_OF_WEEK * WEEK
    return dg.FreshnessPolicy.time_window(
        fail_window=dt.timedelta(days=days + 2), warn_window=dt.timedelta(days=days)
    )  # fmt: skip


def columns_of(contract: Contract) -> dg.TableSchema:
    """Return the columns of a source's rows in the lake."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(field.name, type=field.type, description=f"{field.description.vi} / {field.description.en}")
            for field in contract.fields
            if field.personal != "drop"
        ]
    )


def days_received(arrivals: Iterable[Arrival]) -> list[tuple[str, str]]:
    """Return source and business day (ISO) of some arrivals, sorted; of very many the newest days only."""
    found = {(arrival.delivery.source, arrival.delivery.business_day.isoformat()) for arrival in arrivals}
    return sorted(sorted(found, key=lambda one: one[1])[-DAYS_SHOWN:])


def table_facts(settings: Settings, database: Path) -> Iterator[dg.AssetMaterialization]:
    """Yield each published table as it was closed, with its number of rows and the types of its columns."""
    with connect(settings, database, read_only=True) as connection:
        columns = connection.execute(read_sql(__package__, "sql/published_columns")).fetchall()
        tables: dict[str, list[dg.TableColumn]] = {}
        for table, column, kind, comment in columns:
            tables.setdefault(table, []).append(dg.TableColumn(column, type=kind, description=comment))
        for table, found in tables.items():
            counted = connection.execute(f"select count(*) from marts.{quote_identifier(table)}").fetchone()  # noqa: S608 - a quoted name
            facts = {"dagster/row_count": counted[0] if counted else 0, "dagster/column_schema": dg.TableSchema(found)}
            yield dg.AssetMaterialization(["marts", table], metadata=facts)


def check_facts(verdict: Mapping[str, Any], table: str) -> dict[str, Any]:
    """Return what the gate says of a table, as metadata of its check: how many checks, and which failed on how much."""
    of_table = next((one for one in verdict["tables"] if one["table"] == table), None)
    checks = of_table["checks"] if of_table else []
    failed = [check for check in checks if not check["success"]]
    return {
        "evaluated": len(checks),
        "expected": of_table["expected"] if of_table else 0,
        "failed": len(failed),
        **{f"failed: {check['id']}": check["unexpected_count"] or 0 for check in failed},
    }
