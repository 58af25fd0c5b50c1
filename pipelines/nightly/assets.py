"""Dagster assets of the nightly job, in the order of execution.

landing → lake (parsing and privacy) → workspace → dbt models → candidate → gate → published version. Does not belong
here: dbt's models (`dbt_assets`), the gate's checks (`checks`), the logic of a step.
"""

import logging
from collections.abc import Iterator, Mapping

import dagster as dg

from pipelines.contracts.model import Contract
from pipelines.nightly.asset_facts import ANALYST, OPERATOR, columns_of, days_received, freshness_of, table_facts
from pipelines.nightly.context import Nightly
from pipelines.nightly.steps import (
    ends_without_work,
    lake_of,
    land_deliveries,
    lay_out_workspace,
    parse_deliveries,
    record_end,
)
from pipelines.open_data.publication import open_data_of_run, write_open_data
from pipelines.publish.editions import write_editions
from pipelines.publish.versions import close_candidate, publish
from pipelines.registers.holds import Holds
from pipelines.reports.dictionary import write as dictionary
from pipelines.reports.morning.facts import Sealing
from pipelines.reports.morning.write import write_into_version
from pipelines.reports.officers import nightly_reports
from pipelines.settings import OPEN_DATA_FOLDER, Settings
from pipelines.site.build import write_site_of
from pipelines.storage.ledger import open_ledger, save_outcomes
from pipelines.storage.manifest import conservation, row_outcomes
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file
from pipelines.transform.dbt import load_manifest
from pipelines.transform.night_rejections import keep_rejected_rows
from pipelines.transform.specify_run import code_version

LANDING = dg.AssetKey(["landing"])
DELIVERIES = "deliveries"  # the group of what the nightly job only marks
QUARANTINE = dg.AssetKey(["quarantine"])
CANDIDATE = dg.AssetKey(["candidate"])
PUBLISHED = dg.AssetKey(["published_version"])
LEDGER_TABLES = ("delivery", "reason", "rejected_row", "removal", "unit_name")
REGISTER_TABLES = ("run", "period", "indicator", "indicator_need", "target", "calendar")


def delivery_asset(
    contracts: Mapping[str, Contract], partitions: dg.PartitionsDefinition, holds: Holds
) -> dg.AssetsDefinition:
    """Return the asset of what was delivered: per source a partition for each business day.

    A night marks the days that came. A run of it alone takes in the deliveries of its days and parses them, for a
    backfill day by day; figures are computed by the next night.
    """
    specs = [
        dg.AssetSpec(
            ["deliveries", source], group_name=DELIVERIES, kinds={"filesystem"}, owners=[OPERATOR], skippable=True,
            tags={"layer": "landing", "obligatory": str(contract.obligatory).lower()}, partitions_def=partitions,
            freshness_policy=freshness_of(holds.of(source)),
            description=f"Files of {source}, by business day. {contract.title.en} / {contract.title.vi}.",
        )
        for source, contract in contracts.items()
    ]  # fmt: skip

    @dg.multi_asset(specs=specs, name="take_in", can_subset=True, backfill_policy=dg.BackfillPolicy.single_run())
    def take_in(
        context: dg.AssetExecutionContext, nightly: dg.ResourceParam[Nightly]
    ) -> Iterator[dg.MaterializeResult[None]]:  # fmt: skip
        counts, state = land_deliveries(nightly), parse_deliveries(nightly)
        nightly.record_received()
        for key in sorted(context.selected_asset_keys):
            yield dg.MaterializeResult(asset_key=key, metadata={**counts, **state.totals(key.path[-1])})

    return take_in


@dg.asset(
    key=LANDING, group_name="landing", kinds={"filesystem"}, owners=[OPERATOR], tags={"layer": "landing"},
)  # fmt: skip
def landing(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
    """Hash the files in data/raw and copy each once into the restricted archive, with one line in the ledger."""
    counts = land_deliveries(nightly)
    nightly.record_received()
    return dg.MaterializeResult(metadata=counts)


def lake_asset(contracts: Mapping[str, Contract]) -> dg.AssetsDefinition:
    """Return the asset of the lake: per source the rows, typed by contract and without personal data."""
    specs = [
        dg.AssetSpec(
            ["lake", source], group_name="lake", kinds={"parquet"}, owners=[OPERATOR], tags={"layer": "lake"},
            deps=[LANDING, dg.AssetDep(["deliveries", source], partition_mapping=dg.AllPartitionMapping())],
            metadata={"dagster/column_schema": columns_of(contract)},
            description=f"{contract.title.en}: {contract.grain.en}. {contract.title.vi}: {contract.grain.vi}.",
        )
        for source, contract in contracts.items()
    ]  # fmt: skip

    @dg.multi_asset(specs=specs, name="parsing_privacy_lake")
    def lake(
        context: dg.AssetExecutionContext, nightly: dg.ResourceParam[Nightly]
    ) -> Iterator[dg.MaterializeResult[None]]:  # fmt: skip
        state = parse_deliveries(nightly)
        for source, day in days_received(nightly.received()):
            context.log_event(dg.AssetMaterialization(["deliveries", source], partition=day))
        for source in contracts:
            totals = state.totals(source)
            rows = {"dagster/row_count": totals["accepted"]}
            yield dg.MaterializeResult(asset_key=["lake", source], metadata={**totals, **rows})
        nightly.record_received()

    return lake


def workspace_asset(contracts: Mapping[str, Contract]) -> dg.AssetsDefinition:
    """Return the asset that builds the run's scratch database with the tables of ledger and registers for dbt.

    If the version is already published and intact, it yields nothing, so that all later assets are skipped.
    """
    lake_keys = [dg.AssetKey(["lake", source]) for source in contracts]
    specs = [
        *(dg.AssetSpec(["ledger", name], deps=lake_keys, group_name="ledger", skippable=True, owners=[OPERATOR],
                       kinds={"duckdb"}, tags={"layer": "workspace"}) for name in LEDGER_TABLES),
        *(dg.AssetSpec(["registers", name], deps=lake_keys, group_name="registers", skippable=True, owners=[ANALYST],
                       kinds={"duckdb"}, tags={"layer": "workspace"}) for name in REGISTER_TABLES),
    ]  # fmt: skip

    @dg.multi_asset(specs=specs, name="workspace")
    def workspace(nightly: dg.ResourceParam[Nightly]) -> Iterator[dg.MaterializeResult[None]]:
        if ends_without_work(nightly):
            # Otherwise Dagster warns of every check on an asset that is skipped.
            logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
            return
        run_spec = lay_out_workspace(nightly)
        for spec in specs:
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata={"as_of": run_spec.as_of, "version": run_spec.version}
            )

    return workspace


def quarantine_asset(contracts: dict[str, Contract]) -> dg.AssetsDefinition:
    """Return the asset of the quarantine: rows rejected by parsing, and rows rejected by dbt's models."""

    @dg.asset(key=QUARANTINE, deps=[["state", f"base_{source}"] for source in contracts], group_name="lake",
              kinds={"parquet"}, owners=[OPERATOR], tags={"layer": "quarantine"})  # fmt: skip
    def quarantine(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
        """Keep rejected rows whole, with file, row number and reasons, in the restricted folder."""
        kept = keep_rejected_rows(nightly.settings, contracts, lake_of(nightly))
        return dg.MaterializeResult(metadata=kept)

    return quarantine


def candidate_asset(published_tables: list[str]) -> dg.AssetsDefinition:
    """Return the asset of the candidate: its database is closed and its open data are written, ready for the gate."""

    @dg.asset(key=CANDIDATE, deps=[*(["marts", table] for table in published_tables), QUARANTINE],
              group_name="publication", kinds={"duckdb"}, owners=[OPERATOR], tags={"layer": "publication"})  # fmt: skip
    def candidate(
        context: dg.AssetExecutionContext, nightly: dg.ResourceParam[Nightly]
    ) -> dg.MaterializeResult[None]:  # fmt: skip
        """Close the database of the candidate and write its open data, not yet visible to readers; pages come later."""
        nightly.stages.begin("candidate")
        settings, run_spec = nightly.settings, RunSpec.load(nightly.settings)
        sha = close_candidate(settings)
        folder = candidate_dir(settings)
        open_data, rows = write_open_data(settings, run_spec, candidate_file(settings), folder / OPEN_DATA_FOLDER)
        write_editions(settings, folder / OPEN_DATA_FOLDER)
        for facts in table_facts(settings, candidate_file(settings)):
            context.log_event(facts)
        state = {"version": run_spec.version, "open_data": open_data["state"]}
        return dg.MaterializeResult(metadata={"sha256": sha, **state, **rows})

    return candidate


def write_pages(settings: Settings) -> dict[str, int]:
    """Write the site of the candidate from its open data, and return counts (`site.build.write_site`)."""
    open_data, run_spec = open_data_of_run(settings), RunSpec.load(settings)
    folder, code = candidate_dir(settings), code_version(settings)
    return write_site_of(settings, open_data, folder, code, synthetic=run_spec.is_synthetic)


@dg.asset(key=PUBLISHED, deps=[CANDIDATE], group_name="publication", kinds={"duckdb", "csv"}, owners=[OPERATOR],
          tags={"layer": "publication"})  # fmt: skip
def published_version(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
    """Publish the candidate as a version and switch `current` to it."""
    nightly.stages.begin("publish")
    settings, run_spec = nightly.settings, RunSpec.load(nightly.settings)
    outcomes = row_outcomes(candidate_file(settings), run_spec.version, settings.duckdb_config())
    open_data = open_data_of_run(settings)
    nightly_reports.write_into_version(settings, candidate_dir(settings))
    manifest = nightly.manifest if nightly.manifest is not None else load_manifest(settings)
    dictionary.write_into_version(settings, manifest, run_spec, candidate_dir(settings))
    write_into_version(settings, Sealing(candidate_dir(settings), run_spec, nightly.gate_verdict()))
    changed = publish(
        settings, run_spec, nightly.gate_verdict(), code_version(settings), conservation(outcomes), open_data
    )
    if run_spec.is_beside:
        cleaned = record_end(nightly, "beside", run_spec, None)
    else:
        with open_ledger(settings.ledger_file) as ledger:
            save_outcomes(ledger, outcomes)
        cleaned = record_end(nightly, "published" if changed else "unchanged", run_spec, open_data)
    beside = run_spec.is_beside
    return dg.MaterializeResult(metadata={"version": run_spec.version, "changed": changed, "beside": beside, **cleaned})
