"""The Dagster resource that every asset of the nightly job receives: settings and number of the locked run.

Belongs here: beginning and ending a run (lock, recovery, outcome), and the gate's verdict between steps.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass

import dagster as dg

from pipelines.nightly.lock import run_lock
from pipelines.nightly.recovery import recover
from pipelines.reports.quality.write import write_quality_page
from pipelines.settings import Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.ledger import open_ledger
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import end_run, runs


@dataclass(frozen=True)
class Nightly:
    """The run under way: its settings and its number in the ledger."""

    settings: Settings
    number: int

    def record_outcome(self, outcome: str, run_spec: RunSpec, **detail: object) -> None:
        """Record how the run ended.

        Args:
            outcome: An outcome of `storage.runs.Run`: published, unchanged, beside or refused.
            run_spec: What the run computed.
            detail: Further facts for the ledger, merged into those that are there.
        """
        with open_ledger(self.settings.ledger_file) as ledger:
            end_run(ledger, self.number, outcome, version=run_spec.version, as_of=run_spec.as_of, detail=detail)

    def gate_verdict(self) -> Verdict:
        """Return the verdict of the gate on the candidate of this run."""
        verdict: Verdict = json.loads(self.settings.verdict_file.read_text(encoding="utf-8"))
        return verdict

    def save_gate_verdict(self, verdict: Verdict) -> None:
        """Save the gate's verdict for publication, and for the summary."""
        text = json.dumps(verdict, ensure_ascii=False, indent=1)
        self.settings.verdict_file.write_text(text, encoding="utf-8")


def nightly_resource(settings: Settings) -> dg.ResourceDefinition:
    """Return the resource of a whole run.

    It holds the lock, recovers from a crash before the run and, if nothing recorded an outcome, records a failure after
    it.
    """

    @dg.resource(description="The run under way, and the lock that makes it the only one.")
    def nightly(_: dg.InitResourceContext) -> Generator[Nightly, None, None]:
        with run_lock(settings):
            run = Nightly(settings, recover(settings))
            try:
                yield run
            finally:
                with open_ledger(settings.ledger_file) as ledger:
                    if runs(ledger, limit=1)[0].outcome == "running":
                        end_run(ledger, run.number, "failed")
                write_quality_page(settings)

    return nightly
