"""Build the Dagster definitions of the nightly job: assets, checks, job, schedule, resources.

Belongs here: assembling. Does not belong here: what an asset does (`assets`, `checks`, `dbt_assets`).
"""

import dagster as dg

from pipelines.contracts.model import load_contracts
from pipelines.nightly.asset_facts import delivery_partitions
from pipelines.nightly.assets import (
    DELIVERIES,
    candidate_asset,
    delivery_asset,
    lake_asset,
    landing,
    published_version,
    quarantine_asset,
    workspace_asset,
)
from pipelines.nightly.checks import gate_checks
from pipelines.nightly.context import Nightly
from pipelines.nightly.dagster_home import JOB_NAME
from pipelines.nightly.dbt_assets import dbt_model_assets, published_tables
from pipelines.nightly.resources import nightly_resource
from pipelines.nightly.schedules import landing_sensor, night_schedule
from pipelines.registers.holds import load_holds
from pipelines.settings import Settings
from pipelines.transform.dbt import load_manifest


def build_definitions(settings: Settings, run: Nightly | None = None) -> dg.Definitions:
    """Return the definitions for one installation; tests and production build them alike.

    Args:
        settings: The installation.
        run: The run that the job goes on with; None if the job opens a run of its own.
    """
    contracts = run.contracts if run is not None else load_contracts(settings.contracts_dir)
    manifest = run.manifest if run is not None and run.manifest is not None else load_manifest(settings)
    tables = published_tables(manifest)
    partitions, holds = delivery_partitions(settings), load_holds(settings.province_dir, contracts)
    nightly = dg.define_asset_job(
        JOB_NAME, selection=dg.AssetSelection.all() - dg.AssetSelection.groups(DELIVERIES),
        executor_def=dg.in_process_executor,
        description="From the extracts in data/raw to a published version, or to a refusal that changes nothing.",
    )  # fmt: skip
    return dg.Definitions(
        assets=[
            delivery_asset(contracts, partitions, holds), landing, lake_asset(contracts),
            workspace_asset(contracts), dbt_model_assets(settings, manifest),
            quarantine_asset(contracts), candidate_asset(tables), published_version,
        ],
        asset_checks=[gate_checks(tables)],
        jobs=[nightly],
        schedules=[night_schedule(settings, nightly)],
        sensors=[landing_sensor(settings, nightly, contracts)],
        resources={"nightly": nightly_resource(settings, run)},
        executor=dg.in_process_executor,
    )  # fmt: skip
