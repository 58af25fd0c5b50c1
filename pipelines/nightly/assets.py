"""Dagster assets of the nightly job, in the order of execution.

landing → lake (parsing and privacy) → workspace → dbt models → candidate → gate → published version. Does not belong
here: dbt's models (`dbt_assets`), the gate's checks (`checks`), the logic of a step.
"""

import logging
from collections.abc import Iterator, Mapping

import dagster as dg

from pipelines.contracts.model import Contract
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
from pipelines.settings import OPEN_DATA_FOLDER, Settings
from pipelines.site.build import write_site_of
from pipelines.storage.ledger import open_ledger, save_outcomes
from pipelines.storage.manifest import conservation, row_outcomes
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file
from pipelines.transform.night_rejections import keep_rejected_rows
from pipelines.transform.specify_run import code_version

LANDING = dg.AssetKey(["landing"])
QUARANTINE = dg.AssetKey(["quarantine"])
CANDIDATE = dg.AssetKey(["candidate"])
PUBLISHED = dg.AssetKey(["published_version"])
LEDGER_TABLES = ("delivery", "reason", "rejected_row", "removal", "unit_name")
REGISTER_TABLES = ("run", "period", "indicator", "indicator_need", "target", "calendar")


@dg.asset(key=LANDING, group_name="landing", kinds={"filesystem"})
def landing(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
    """Hash the files in data/raw and copy each once into the restricted archive, with one line in the ledger."""
    return dg.MaterializeResult(metadata=land_deliveries(nightly))


def lake_asset(contracts: Mapping[str, Contract]) -> dg.AssetsDefinition:
    """Return the asset of the lake: per source the rows, typed by contract and without personal data."""
    specs = [
        dg.AssetSpec(
            ["lake", source], deps=[LANDING], group_name="lake", kinds={"parquet"},
            description=f"{contract.title.en}: {contract.grain.en}. {contract.title.vi}: {contract.grain.vi}.",
        )
        for source, contract in contracts.items()
    ]  # fmt: skip

    @dg.multi_asset(specs=specs, name="parsing_privacy_lake")
    def lake(nightly: dg.ResourceParam[Nightly]) -> Iterator[dg.MaterializeResult[None]]:
        state = parse_deliveries(nightly)
        for source in contracts:
            yield dg.MaterializeResult(asset_key=["lake", source], metadata=state.totals(source))

    return lake


def workspace_asset(contracts: Mapping[str, Contract]) -> dg.AssetsDefinition:
    """Return the asset that builds the run's scratch database with the tables of ledger and registers for dbt.

    If the version is already published and intact, it yields nothing, so that all later assets are skipped.
    """
    lake_keys = [dg.AssetKey(["lake", source]) for source in contracts]
    specs = [
        *(dg.AssetSpec(["ledger", name], deps=lake_keys, group_name="ledger", skippable=True)
          for name in LEDGER_TABLES),
        *(dg.AssetSpec(["registers", name], deps=lake_keys, group_name="registers", skippable=True)
          for name in REGISTER_TABLES),
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
              kinds={"parquet"})  # fmt: skip
    def quarantine(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
        """Keep rejected rows whole, with file, row number and reasons, in the restricted folder."""
        kept = keep_rejected_rows(nightly.settings, contracts, lake_of(nightly))
        return dg.MaterializeResult(metadata=kept)

    return quarantine


def candidate_asset(published_tables: list[str]) -> dg.AssetsDefinition:
    """Return the asset of the candidate: its database is closed and its open data are written, ready for the gate."""

    @dg.asset(key=CANDIDATE, deps=[*(["marts", table] for table in published_tables), QUARANTINE],
              group_name="publication", kinds={"duckdb"})  # fmt: skip
    def candidate(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
        """Close the database of the candidate and write its open data, not yet visible to readers; pages come later."""
        nightly.stages.begin("candidate")
        settings, run_spec = nightly.settings, RunSpec.load(nightly.settings)
        sha = close_candidate(settings)
        folder = candidate_dir(settings)
        open_data, rows = write_open_data(settings, run_spec, candidate_file(settings), folder / OPEN_DATA_FOLDER)
        write_editions(settings, folder / OPEN_DATA_FOLDER)
        state = {"version": run_spec.version, "open_data": open_data["state"]}
        return dg.MaterializeResult(metadata={"sha256": sha, **state, **rows})

    return candidate


def write_pages(settings: Settings) -> dict[str, int]:
    """Write the site of the candidate from its open data, and return counts (`site.build.write_site`)."""
    open_data, run_spec = open_data_of_run(settings), RunSpec.load(settings)
    folder, code = candidate_dir(settings), code_version(settings)
    return write_site_of(settings, open_data, folder, code, synthetic=run_spec.is_synthetic)


@dg.asset(key=PUBLISHED, deps=[CANDIDATE], group_name="publication", kinds={"duckdb", "csv"})
def published_version(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
    """Publish the candidate as a version and switch `current` to it."""
    nightly.stages.begin("publish")
    settings, run_spec = nightly.settings, RunSpec.load(nightly.settings)
    outcomes = row_outcomes(candidate_file(settings), run_spec.version, settings.duckdb_config())
    open_data = open_data_of_run(settings)
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
