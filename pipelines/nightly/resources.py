"""What every asset of the nightly job is given: the settings, and the certainty that no other run is under way."""

import json
from collections.abc import Generator
from contextlib import contextmanager

import dagster as dg
from pydantic import PrivateAttr

from pipelines.nightly.lock import run_lock
from pipelines.nightly.recovery import recover
from pipelines.reports.quality.write import write_quality_page
from pipelines.settings import Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.ledger import open_ledger
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import end_run, runs


class Nightly(dg.ConfigurableResource["Nightly"]):
    """Held for the whole run, so the lock is too. Settings are read from the environment when the run starts."""

    _run: int = PrivateAttr(default=0)

    @property
    def settings(self) -> Settings:
        return Settings()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["Nightly", None, None]:
        settings = self.settings
        with run_lock(settings):
            self._run = recover(settings)
            try:
                yield self
            finally:
                with open_ledger(settings.ledger_file) as ledger:
                    if runs(ledger, limit=1)[0].outcome == "running":
                        end_run(ledger, self._run, "failed")
                write_quality_page(settings)

    def record_outcome(self, outcome: str, plan: RunSpec, **detail: object) -> None:
        """Writes how the run under way ended: published, unchanged or refused."""
        with open_ledger(self.settings.ledger_file) as ledger:
            end_run(ledger, self._run, outcome, version=plan.version, as_of=plan.as_of, detail=detail)

    def gate_verdict(self) -> Verdict:
        """What the gate said of the candidate of this run."""
        verdict: Verdict = json.loads((self.settings.work_dir / "gate.json").read_text(encoding="utf-8"))
        return verdict

    def save_gate_verdict(self, verdict: Verdict) -> None:
        """Leaves the gate's verdict for publication, and for the summary."""
        text = json.dumps(verdict, ensure_ascii=False, indent=1)
        (self.settings.work_dir / "gate.json").write_text(text, encoding="utf-8")
