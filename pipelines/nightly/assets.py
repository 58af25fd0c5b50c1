"""Dagster assets of the nightly job, in the order of execution.

landing → lake (parsing and privacy) → workspace → dbt models → candidate → gate → published version. Does not belong
here: dbt's models (`dbt_assets`), the gate's checks (`checks`), the logic of a step.
"""

import datetime as dt
import logging
from collections.abc import Iterator

import dagster as dg

from pipelines.common.i18n import say
from pipelines.contracts.model import load_contracts
from pipelines.landing.ingest import ingest_deliveries
from pipelines.landing.retention import purge_expired
from pipelines.nightly.recovery import clean_up
from pipelines.nightly.resources import Nightly
from pipelines.open_data.edition_counts import edition_table
from pipelines.open_data.publication import open_data_of_run, write_open_data
from pipelines.parsing.receipts import lake_state
from pipelines.parsing.update_lake import update_lake
from pipelines.publish.beside import is_kept_beside, published_as_of, refuse_future, with_placement
from pipelines.publish.editions import keep_published, write_editions
from pipelines.publish.first_published import record_first_published
from pipelines.publish.skip_unchanged import QUARANTINE_KEY, is_already_published, quarantine_fingerprint
from pipelines.publish.versions import close_candidate, publish
from pipelines.settings import OPEN_DATA_FOLDER, Settings
from pipelines.site.build import write_site_of
from pipelines.storage.documents import OpenData
from pipelines.storage.ledger import open_ledger, save_outcomes
from pipelines.storage.manifest import conservation, row_outcomes
from pipelines.storage.open_data_state import published_open_data
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file
from pipelines.transform.night_rejections import keep_rejected_rows
from pipelines.transform.specify_run import build_run_spec, code_version
from pipelines.transform.workspace import build_workspace

stages = logging.getLogger("tthc.stage")
LANDING = dg.AssetKey(["landing"])
QUARANTINE = dg.AssetKey(["quarantine"])
CANDIDATE = dg.AssetKey(["candidate"])
PUBLISHED = dg.AssetKey(["published_version"])
LEDGER_TABLES = ("delivery", "reason", "rejected_row", "removal", "unit_name")
REGISTER_TABLES = ("run", "period", "indicator", "indicator_need", "target", "calendar")


def log_stage(stage: str) -> None:
    """Log that a stage of the run begins (messages.yml: `stage_…`)."""
    stages.info(say(f"stage_{stage}"), extra={"stage": stage})


@dg.asset(key=LANDING, group_name="landing", kinds={"filesystem"})
def landing(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
    """Hash the files in data/raw and copy each once into the restricted archive, with one line in the ledger."""
    log_stage("landing")
    settings = nightly.settings
    return dg.MaterializeResult(metadata=ingest_deliveries(settings, set(load_contracts(settings.contracts_dir))))


def lake_asset(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset of the lake: per source the rows, typed by contract and without personal data."""
    contracts = load_contracts(settings.contracts_dir)
    specs = [
        dg.AssetSpec(
            ["lake", source], deps=[LANDING], group_name="lake", kinds={"parquet"},
            description=f"{contract.title.en}: {contract.grain.en}. {contract.title.vi}: {contract.grain.vi}.",
        )
        for source, contract in contracts.items()
    ]  # fmt: skip

    @dg.multi_asset(specs=specs, name="parsing_privacy_lake")
    def lake(nightly: dg.ResourceParam[Nightly]) -> Iterator[dg.MaterializeResult[None]]:
        log_stage("parsing")
        state = update_lake(nightly.settings, contracts)
        for source in contracts:
            yield dg.MaterializeResult(asset_key=["lake", source], metadata=state.totals(source))

    return lake


def workspace_asset(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset that builds the run's scratch database with the tables of ledger and registers for dbt.

    If the version is already published and intact, it yields nothing, so that all later assets are skipped.
    """
    contracts = load_contracts(settings.contracts_dir)
    lake_keys = [dg.AssetKey(["lake", source]) for source in contracts]
    specs = [
        *(dg.AssetSpec(["ledger", name], deps=lake_keys, group_name="ledger", skippable=True)
          for name in LEDGER_TABLES),
        *(dg.AssetSpec(["registers", name], deps=lake_keys, group_name="registers", skippable=True)
          for name in REGISTER_TABLES),
    ]  # fmt: skip

    @dg.multi_asset(specs=specs, name="workspace")
    def workspace(nightly: dg.ResourceParam[Nightly]) -> Iterator[dg.MaterializeResult[None]]:
        log_stage("workspace")
        settings, state = nightly.settings, lake_state(nightly.settings)
        refuse_future(settings.as_of)
        run_spec = with_placement(settings, build_run_spec(settings, contracts, state, published_as_of(settings)))
        if is_kept_beside(settings, run_spec) if run_spec.is_beside else is_already_published(settings, run_spec):
            # Otherwise Dagster warns of every check on an asset that is skipped.
            logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
            open_data = None if run_spec.is_beside else published_open_data(settings)
            _record_end(nightly, "beside" if run_spec.is_beside else "unchanged", run_spec, open_data)
            return
        build_workspace(settings, contracts, state, run_spec, edition_table(settings))
        for spec in specs:
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata={"as_of": run_spec.as_of, "version": run_spec.version}
            )

    return workspace


def quarantine_asset(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset of the quarantine: rows rejected by parsing, and rows rejected by dbt's models."""
    contracts = load_contracts(settings.contracts_dir)

    @dg.asset(key=QUARANTINE, deps=[["state", f"base_{source}"] for source in contracts], group_name="lake",
              kinds={"parquet"})  # fmt: skip
    def quarantine(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
        """Keep rejected rows whole, with file, row number and reasons, in the restricted folder."""
        kept = keep_rejected_rows(nightly.settings, contracts, lake_state(nightly.settings))
        return dg.MaterializeResult(metadata=kept)

    return quarantine


def candidate_asset(published_tables: list[str]) -> dg.AssetsDefinition:
    """Return the asset of the candidate: its database is closed and its open data are written, ready for the gate."""

    @dg.asset(key=CANDIDATE, deps=[*(["marts", table] for table in published_tables), QUARANTINE],
              group_name="publication", kinds={"duckdb"})  # fmt: skip
    def candidate(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
        """Write database, open data and site of the candidate, which is not yet visible to readers."""
        log_stage("candidate")
        settings, run_spec = nightly.settings, RunSpec.load(nightly.settings)
        sha = close_candidate(settings)
        folder = candidate_dir(settings)
        open_data, rows = write_open_data(settings, run_spec, candidate_file(settings), folder / OPEN_DATA_FOLDER)
        write_editions(settings, folder / OPEN_DATA_FOLDER)
        site = write_site_of(settings, open_data, folder, synthetic=run_spec.is_synthetic)
        state = {"version": run_spec.version, "open_data": open_data["state"]}
        return dg.MaterializeResult(metadata={"sha256": sha, **state, **rows, **site})

    return candidate


@dg.asset(key=PUBLISHED, deps=[CANDIDATE], group_name="publication", kinds={"duckdb", "csv"})
def published_version(nightly: dg.ResourceParam[Nightly]) -> dg.MaterializeResult[None]:
    """Publish the candidate as a version and switch `current` to it."""
    log_stage("publish")
    settings, run_spec = nightly.settings, RunSpec.load(nightly.settings)
    outcomes = row_outcomes(candidate_file(settings), run_spec.version, settings.duckdb_config())
    open_data = open_data_of_run(settings)
    changed = publish(
        settings, run_spec, nightly.gate_verdict(), code_version(settings), conservation(outcomes), open_data
    )
    if run_spec.is_beside:
        cleaned = _record_end(nightly, "beside", run_spec, None)
    else:
        with open_ledger(settings.ledger_file) as ledger:
            save_outcomes(ledger, outcomes)
        cleaned = _record_end(nightly, "published" if changed else "unchanged", run_spec, open_data)
    beside = run_spec.is_beside
    return dg.MaterializeResult(metadata={"version": run_spec.version, "changed": changed, "beside": beside, **cleaned})


def _record_end(
    nightly: Nightly, outcome: str, run_spec: RunSpec, open_data: OpenData | None
) -> dict[str, dict[str, int]]:
    """Record the outcome of the run, keep its open data as an edition, and remove files that are no longer needed.

    Returns:
        Counts of removed files (`removed`) and of deliveries and rejected rows whose retention ended (`forgotten`).
    """
    settings = nightly.settings
    detail = {"open_data": open_data} if open_data is not None else {}
    nightly.record_outcome(
        outcome, run_spec, **detail
    )  # first of all: the steps below may fail, but the version is published already
    if not run_spec.is_beside:
        keep_published(settings)
        record_first_published(settings)
    cleaned = {
        "removed": clean_up(settings),
        "forgotten": purge_expired(settings, dt.date.fromisoformat(run_spec.as_of)),
    }
    nightly.record_outcome(outcome, run_spec, **{QUARANTINE_KEY: quarantine_fingerprint(settings)})
    return cleaned
