"""The steps of a run up to the workspace, and its end: what the command does before it loads Dagster, and the assets.

A run that finds its version already made ends here, so Dagster, dbt and Great Expectations are not needed for it. Each
step is done once in a run, whoever asks first. Does not belong here: the logic of a step, and the steps from dbt on
(`assets`).
"""

import datetime as dt
from collections import Counter

from pipelines.landing.ingest import ingest_deliveries
from pipelines.landing.retention import purge_expired
from pipelines.nightly.context import Nightly
from pipelines.nightly.recovery import clean_up
from pipelines.open_data.edition_counts import edition_table
from pipelines.parsing.receipts import LakeState, lake_state
from pipelines.parsing.update_lake import update_lake, verify_lake
from pipelines.publish.beside import is_kept_beside, published_as_of, refuse_future, with_placement
from pipelines.publish.editions import keep_published
from pipelines.publish.first_published import record_first_published
from pipelines.publish.skip_unchanged import QUARANTINE_KEY, is_already_published, quarantine_fingerprint
from pipelines.publish.versions import current_version
from pipelines.registers.levels import load_levels
from pipelines.registers.model import load_indicators
from pipelines.reports.officers.nightly_reports import write_nightly
from pipelines.storage.documents import OpenData
from pipelines.storage.kept_workspace import keep_workspace
from pipelines.storage.ledger import newest_arrival, open_ledger
from pipelines.storage.open_data_state import published_open_data
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import CAME, CARRYING
from pipelines.transform.carry import Carried, deliveries, find_carried, needed_tables
from pipelines.transform.dbt import finish, load_manifest, prepare_build, start_build, start_parse
from pipelines.transform.generated_macros import require_current
from pipelines.transform.spark.compute import compute_on_spark
from pipelines.transform.specify_run import build_run_spec, code_version
from pipelines.transform.workspace import build_workspace


def land_deliveries(run: Nightly) -> dict[str, int]:
    """Archive new deliveries, and return the counts of landing."""
    if run.landed is None:
        run.stages.begin("landing")
        with open_ledger(run.settings.ledger_file) as ledger:
            run.received_before = newest_arrival(ledger)
        run.landed = ingest_deliveries(run.settings, set(run.contracts), run.days)
    return run.landed


def parse_deliveries(run: Nightly) -> LakeState:
    """Bring the lake up to date, and return what counts in it."""
    if run.lake is None:
        run.stages.begin("parsing")
        run.lake = update_lake(run.settings, run.contracts)
        run.note(**{CAME: _came(run.lake, run.received_before)})
    return run.lake


def _came(lake: LakeState, before: int) -> dict[str, dict[str, int]]:
    """Return by source what came after an arrival: files, refused files, rows, rows rejected by parsing."""
    found: dict[str, Counter[str]] = {}
    for arrival, receipt in lake.parsed:
        if arrival.sequence > before:
            refused = Counter(files=1, refused=1)
            sources = {
                source: Counter(files=1, rows_in=counts["rows_in"], rejected=counts["rejected"])
                for source, counts in receipt["sources"].items()
            }
            own = arrival.delivery.source
            if receipt["refused"]:
                sources = {own: refused}
            for source, counts in (sources or {own: Counter(files=1)}).items():
                found.setdefault(source, Counter()).update(counts)
    return {source: dict(counts) for source, counts in sorted(found.items())}


def lake_of(run: Nightly) -> LakeState:
    """Return what counts in the lake, without parsing anything."""
    return run.lake if run.lake is not None else lake_state(run.settings)


def ends_without_work(run: Nightly) -> bool:
    """Decide what the run computes; if that is made already, record the end of the run and return True."""
    if run.run_spec is None:
        run.stages.begin("workspace")
        settings = run.settings
        refuse_future(settings.as_of)
        decided = build_run_spec(settings, run.contracts, lake_of(run), published_as_of(settings))
        spec = with_placement(settings, decided)
        run.is_made = is_kept_beside(settings, spec) if spec.is_beside else is_already_published(settings, spec)
        if run.is_made:
            open_data = None if spec.is_beside else published_open_data(settings)
            record_end(run, "beside" if spec.is_beside else "unchanged", spec, open_data)
        run.run_spec = spec
    return run.is_made


def lay_out_workspace(run: Nightly) -> RunSpec:
    """Build the workspace in which dbt computes what `ends_without_work` decided, and return the specification."""
    if run.run_spec is None:
        raise ValueError("nothing to compute: `ends_without_work` comes first")
    if not run.is_laid_out:
        settings = run.settings
        require_current(
            settings, run.contracts, load_indicators(settings.country_dir), load_levels(settings.country_dir)
        )
        lake = run.lake = verify_lake(settings, run.contracts, lake_of(run))
        now = current_version(settings)
        found = (
            "engine" if settings.engine == "spark" else find_carried(settings, run.contracts, lake, run.run_spec, now)
        )
        run.carried = None if isinstance(found, str) else found
        run.note(**_carrying(run, found))
        build_workspace(settings, run.contracts, lake, run.run_spec, edition_table(settings), run.carried)
        run.is_laid_out = True
    return run.run_spec


def _carrying(run: Nightly, found: Carried | str) -> dict[str, str]:
    """Return what the details of a run say about what it carried over, as the code of a message."""
    if run.carry_failure is not None:
        return {CARRYING: "carrying_failed", "carry_failure": run.carry_failure}
    return {CARRYING: f"carrying_{found}" if isinstance(found, str) else "carrying"}


def start_parse_of_models(run: Nightly) -> None:
    """Let dbt parse models that are new, beside the first steps."""
    run.parse = start_parse(run.settings)


def finish_parse_of_models(run: Nightly) -> None:
    """Wait until dbt has parsed the models, if it does."""
    if run.parse is not None:
        finish(run.parse)


def prepare_dbt(run: Nightly) -> None:
    """Let dbt be loaded beside parsing, if something new came; not where a parse of new models or Spark comes first."""
    if run.landed and run.landed.get("new") and run.parse is None and run.settings.engine == "duckdb":
        run.prepared = prepare_build(run.settings)


def compute_elsewhere(run: Nightly) -> None:
    """Let Spark compute the tables that dbt then takes, if the settings say so."""
    if run.settings.engine == "spark":
        run.stages.begin("spark")
        compute_on_spark(run.settings)


def start_dbt(run: Nightly) -> None:
    """Start dbt's build, so that it computes while Dagster is loaded."""
    compute_elsewhere(run)
    run.stages.begin("transform")
    run.manifest = load_manifest(run.settings)
    run.prepared = run.prepared or prepare_build(run.settings)
    start_build(run.settings, run.prepared)
    run.dbt = run.prepared


def record_end(run: Nightly, outcome: str, run_spec: RunSpec, open_data: OpenData | None) -> dict[str, dict[str, int]]:
    """Record the outcome of the run, keep its open data as an edition, and remove files that are no longer needed.

    Returns:
        Counts of removed files (`removed`) and of deliveries and rejected rows whose retention ended (`forgotten`).
    """
    settings = run.settings
    detail = {"open_data": open_data} if open_data is not None else {}
    # First of all: the steps below may fail, but the version is published already.
    run.record_outcome(outcome, run_spec, **detail)
    run.stages.begin("end")
    if outcome == "published":
        lake = lake_of(run)
        manifest = run.manifest if run.manifest is not None else load_manifest(settings)
        tables = needed_tables(manifest, run.contracts) if run.carried is None else None
        keep_workspace(settings, run_spec, code_version(settings), lake.made_by, deliveries(lake), tables)
    if not run_spec.is_beside:
        keep_published(settings)
        if not run.is_made:  # else recovery has done it
            record_first_published(settings)
    # First what must not be kept any longer, whatever becomes of the rest.
    forgotten = purge_expired(settings, dt.date.fromisoformat(run_spec.as_of))
    cleaned = {"removed": clean_up(settings), "forgotten": forgotten}
    run.record_outcome(outcome, run_spec, **{QUARANTINE_KEY: quarantine_fingerprint(settings)})
    if not run_spec.is_beside:
        run.note(reports=write_nightly(settings, is_new=not run.is_made))
    return cleaned
