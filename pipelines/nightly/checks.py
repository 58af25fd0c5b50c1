"""The gate as Dagster checks: one blocking check per published table, all answered by one pass of the gate.

The candidate's pages are written beside it.

Does not belong here: what is checked (`expectations/`) and how (`gate`).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import dagster as dg

from pipelines.common.errors import TthcError
from pipelines.gate.origins import locate_failures
from pipelines.gate.run import run_gate
from pipelines.nightly.asset_facts import check_facts
from pipelines.nightly.assets import CANDIDATE, write_pages
from pipelines.nightly.causes import is_out_of_memory
from pipelines.nightly.context import Nightly
from pipelines.publish.baseline import baseline_of
from pipelines.publish.versions import keep_refused
from pipelines.storage.run_spec import RunSpec, candidate_file, workspace_file

WHOLE = "gate_as_a_whole"


def gate_checks(tables: list[str]) -> dg.AssetChecksDefinition:
    """Return the checks on the candidate; if one fails, nothing downstream runs and the candidate is kept aside."""

    def blocking(name: str, description: str) -> dg.AssetCheckSpec:
        return dg.AssetCheckSpec(name, asset=CANDIDATE, blocking=True, description=description)

    specs = [blocking(f"gate_{table}", f"expectations/{table}.yml") for table in tables]
    whole = blocking(WHOLE, "every table answered, and the bytes are those that were checked")

    @dg.multi_asset_check(specs=[*specs, whole], name="gate")
    def gate(nightly: dg.ResourceParam[Nightly]) -> Iterator[dg.AssetCheckResult]:
        nightly.stages.begin("gate")
        settings = nightly.settings
        # The pages are written meanwhile: they are made of the open data alone, and the gate looks at the database.
        with ThreadPoolExecutor(1) as beside:
            written = beside.submit(write_pages, settings)
            result = run_gate(
                candidate_file(settings), settings.expectations_dir, tables, config=settings.duckdb_config(),
                baseline=baseline_of(settings),
            )  # fmt: skip
        # A check that ran out of memory says nothing about the candidate.
        if is_out_of_memory(" ".join(result.raised)):
            raise TthcError("out_of_memory", step="gate", limit=settings.memory_shown)
        verdict = result.to_dict()
        if not result.success:
            verdict["origins"] = locate_failures(result, settings, candidate_file(settings), workspace_file(settings))
        nightly.save_gate_verdict(verdict)
        if not result.success:
            run_spec = RunSpec.load(settings)
            keep_refused(settings, run_spec, verdict)
            nightly.record_outcome("refused", run_spec)
        # Only now: a fault in the pages must not hide why the candidate is refused.
        pages = written.result()
        for table in tables:
            found = next((t for t in result.tables if t.table == table), None)
            yield dg.AssetCheckResult(
                check_name=f"gate_{table}", asset_key=CANDIDATE, severity=dg.AssetCheckSeverity.ERROR,
                passed=found is not None and found.success,
                metadata=check_facts(verdict, table),
            )  # fmt: skip
        yield dg.AssetCheckResult(
            check_name=WHOLE, asset_key=CANDIDATE, severity=dg.AssetCheckSeverity.ERROR, passed=result.success,
            metadata={
                "problems": list(result.problems), "candidate_sha256": result.candidate_sha256 or "", **pages,
            },
        )  # fmt: skip

    return gate
