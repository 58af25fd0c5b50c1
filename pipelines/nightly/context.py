"""The run under way: its settings, its number in the ledger, and what its steps have found so far.

Belongs here: beginning and ending a run (lock, recovery, outcome), and the gate's verdict between steps. It needs no
Dagster, since a run with nothing new ends before Dagster is loaded. Does not belong here: the steps (`steps`).
"""

import json
import logging
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.common.errors import TthcError
from pipelines.common.files import remove_atomically
from pipelines.common.i18n import say
from pipelines.contracts.model import Contract, load_contracts
from pipelines.landing.discover import Days
from pipelines.landing.rebuild_ledger import leave_ledger
from pipelines.nightly.causes import cause_of_end
from pipelines.nightly.lock import run_lock
from pipelines.nightly.recovery import recover
from pipelines.nightly.stages import Stages
from pipelines.parsing.receipts import LakeState
from pipelines.reports.quality.write import write_quality_page
from pipelines.settings import Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.ledger import Arrival, LedgerDamaged, arrivals, open_ledger
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import Run, end_run, note_detail, reopen_run, runs
from pipelines.transform.carry import Carried

log = logging.getLogger("tthc.morning")


@dataclass
class Nightly:
    """The run under way.

    Attributes:
        settings: The installation.
        number: The number of the run in the ledger.
        stages: Its stages, of which one is under way.
        landed: Counts of landing (`landing.ingest`); None until this run has done it.
        lake: What counts in the lake; None until this run has parsed.
        run_spec: What the run computes; None until that is decided.
        is_made: True if its version was made before, so that the run has nothing to compute.
        is_laid_out: True if the workspace for dbt is built.
        carried: What is carried over from the published version; None if everything is computed.
        carry_failure: Why the run is computed whole after an attempt that carried rows over; None if it is not.
        parse: dbt's parse of the models, beside the first steps; None if they were parsed before.
        manifest: dbt's manifest; None if dbt is not started yet.
        prepared: The process of dbt's build, which waits for its start; None if none was started.
        received_before: The number of the last arrival before this run.
        days: First and last business day that landing takes in; None is all.
        is_whole: False for a run of Dagster's page that only takes deliveries in.
        dbt: dbt's build, which goes on while Dagster is loaded; None if Dagster will start it.
    """

    settings: Settings
    number: int
    stages: Stages
    landed: dict[str, int] | None = None
    lake: LakeState | None = None
    run_spec: RunSpec | None = None
    is_made: bool = False
    is_laid_out: bool = False
    carried: Carried | None = None
    carry_failure: str | None = None
    parse: subprocess.Popen[str] | None = None
    manifest: dict[str, Any] | None = None
    prepared: subprocess.Popen[bytes] | None = None
    dbt: subprocess.Popen[bytes] | None = None
    received_before: int = 0
    days: Days | None = None
    is_whole: bool = True

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """All contracts by source."""
        return load_contracts(self.settings.contracts_dir)

    def received(self) -> list[Arrival]:
        """Return what this run took in."""
        with open_ledger(self.settings.ledger_file) as ledger:
            return [arrival for arrival in arrivals(ledger) if arrival.sequence > self.received_before]

    @property
    def outcome(self) -> str | None:
        """The outcome of the run in the ledger, `running` until one is recorded; None if the ledger lost the run."""
        with open_ledger(self.settings.ledger_file) as ledger:
            last = runs(ledger, limit=1)
        return last[0].outcome if last and last[0].sequence == self.number else None

    def record_outcome(self, outcome: str, run_spec: RunSpec, **detail: object) -> None:
        """Record how the run ended.

        Args:
            outcome: An outcome of `storage.runs.Run`: published, unchanged, beside or refused.
            run_spec: What the run computed.
            detail: Further facts for the ledger, merged into those that are there.
        """
        with open_ledger(self.settings.ledger_file) as ledger:
            end_run(ledger, self.number, outcome, version=run_spec.version, as_of=run_spec.as_of, detail=detail)

    def note(self, **detail: object) -> None:
        """Merge facts into the details of the run, whether it has an outcome already or not."""
        with open_ledger(self.settings.ledger_file) as ledger:
            note_detail(ledger, self.number, detail)

    def record_received(self) -> None:
        """Record that a run that is not whole has taken deliveries in, which is all that it does."""
        if not self.is_whole:
            with open_ledger(self.settings.ledger_file) as ledger:
                end_run(ledger, self.number, "received")

    def record_failure(self, cause: TthcError | None = None) -> None:
        """Record that the run failed, and why if that is known, unless another outcome is recorded already."""
        if self.outcome == "running":
            detail = {"why": str(cause), "cause": cause.code} if cause is not None else {}
            with open_ledger(self.settings.ledger_file) as ledger:
                end_run(ledger, self.number, "failed", detail=detail)

    def compute_whole(self, cause: TthcError) -> None:
        """Forget what was computed with rows carried over, so that the steps from the workspace on are done anew.

        Args:
            cause: Why what was carried over does not do; it stays in the details of the run.
        """
        self.carry_failure = str(cause)
        self.stop_dbt()
        self.settings = self.settings.model_copy(update={"rebuild": True})
        self.is_laid_out, self.carried, self.prepared, self.dbt = False, None, None, None
        self.settings.verdict_file.unlink(missing_ok=True)
        with open_ledger(self.settings.ledger_file) as ledger:
            reopen_run(ledger, self.number)
        if self.run_spec is not None:  # what is refused in the end is kept anew
            remove_atomically(self.settings.refused_dir / self.run_spec.version)

    def stop_dbt(self) -> None:
        """Kill dbt if it still runs, for it would go on writing after the lock is released."""
        for process in (self.parse, self.prepared, self.dbt):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def gate_verdict(self) -> Verdict:
        """Return the verdict of the gate on the candidate of this run."""
        verdict: Verdict = json.loads(self.settings.verdict_file.read_text(encoding="utf-8"))
        return verdict

    def save_gate_verdict(self, verdict: Verdict) -> None:
        """Save the gate's verdict for publication, and for the summary."""
        text = json.dumps(verdict, ensure_ascii=False, indent=1)
        self.settings.verdict_file.write_text(text, encoding="utf-8")


def tell(run: Nightly) -> None:
    """Write the summary of the run and the desk page, and send the summary where that is wanted.

    A fault of any changes nothing of the run.
    """
    from pipelines.reports.desk.write import write_nightly_desk
    from pipelines.reports.morning.notices import send_morning
    from pipelines.reports.morning.write import write_morning

    morning = write_morning(run.settings)
    write_nightly_desk(run.settings, morning)
    if morning is None or run.settings.notices_file is None:
        return
    try:
        failed = send_morning(run.settings, morning)
    except Exception as error:  # whatever is wrong with the receivers, the run has ended as it has
        log.warning(str(error) if isinstance(error, TthcError) else say("notice_failed", service=type(error).__name__))
        failed = [type(error).__name__]
    run.note(notices_failed=failed)


def _cut_off(settings: Settings) -> Run | None:
    """Return the last run if it was killed: it is still marked as running, though the caller holds the lock."""
    if not settings.ledger_file.exists():
        return None
    try:
        with open_ledger(settings.ledger_file) as ledger:
            last = runs(ledger, limit=1)
    except (LedgerDamaged, sqlite3.DatabaseError):
        return None
    return last[0] if last and last[0].outcome == "running" else None


def tell_of_cut_off(settings: Settings, run: Run) -> None:
    """Send a notice of a run that was killed and could send none itself, where one is wanted."""
    if settings.notices_file is None:
        return
    from pipelines.reports.morning.notices import send_cut_off

    try:
        send_cut_off(settings, run)
    except Exception as error:  # whatever is wrong with the receivers, the night goes on
        log.warning(str(error) if isinstance(error, TthcError) else say("notice_failed", service=type(error).__name__))


@contextmanager
def open_run(
    settings: Settings, began: float | None = None, *, days: Days | None = None, is_whole: bool = True
) -> Iterator[Nightly]:
    """Open a run: hold the lock, recover from a crash, and close the run afterwards.

    Every run begins and ends here, whoever started it. If nothing recorded an outcome, the run failed. In the end the
    quality page is written, unless the run only took deliveries in.

    Args:
        settings: The installation.
        began: When the work on the run began, by `time.monotonic`; default: now.
        days: First and last business day to take in; None is all.
        is_whole: False if the run only takes deliveries in.

    Raises:
        RunLocked: If another run is under way.
    """
    with run_lock(settings):
        began = time.monotonic() if began is None else began
        settings.work_dir.mkdir(parents=True, exist_ok=True)
        settings.verdict_file.unlink(missing_ok=True)
        cut_off = _cut_off(settings)
        number = recover(settings)
        if cut_off is not None:
            tell_of_cut_off(settings, cut_off)
        stages = Stages(settings.ledger_file, number, began)
        run = Nightly(settings, number, stages, days=days, is_whole=is_whole)
        try:
            yield run
        except BaseException as error:
            run.record_failure(cause_of_end(error))
            raise
        finally:
            run.stop_dbt()
            run.record_failure()
            run.stages.begin("end")
            if is_whole:
                write_quality_page(settings)
            run.stages.end()
            if is_whole:
                tell(run)
        leave_ledger(settings)  # nothing is written to it after this
