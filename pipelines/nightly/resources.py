"""What every asset of the nightly job is given: the settings, and the certainty that no other run is under way."""

import json
from collections.abc import Generator
from contextlib import contextmanager

import dagster as dg

from pipelines.nightly.lock import run_lock
from pipelines.settings import Settings


class Nightly(dg.ConfigurableResource):
    """Held for the whole run, so the lock is too. Settings are read from the environment when the run starts."""

    @property
    def settings(self) -> Settings:
        return Settings()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["Nightly", None, None]:
        with run_lock(self.settings):
            self.settings.work_dir.mkdir(parents=True, exist_ok=True)
            yield self

    def gate_verdict(self) -> dict:
        """What the gate said of the candidate of this run."""
        return json.loads((self.settings.work_dir / "gate.json").read_text(encoding="utf-8"))

    def save_gate_verdict(self, verdict: dict) -> None:
        """Leaves the gate's verdict for publication, and for the summary."""
        text = json.dumps(verdict, ensure_ascii=False, indent=1)
        (self.settings.work_dir / "gate.json").write_text(text, encoding="utf-8")
