"""How a run ended, for people: what happened, why, and what to do next. Every ending has all three.

Belongs here: choosing the sentences (`messages.yml`, `next_…`). Does not belong here: finding causes
(`nightly.causes`), printing.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.common.i18n import has_sentence, say
from pipelines.landing.discover import moment_at_home
from pipelines.settings import Settings
from pipelines.storage.memory_kills import cause_of_end
from pipelines.storage.runs import KILLS_BEFORE, LOCKED_OUT, Run

GOOD = ("published", "unchanged", "beside", "received")
# Our own sentences within another one begin with their code.
CODE = re.compile(r"\[([a-z_0-9]+)\]")


@dataclass(frozen=True)
class Ending:
    """The end of a run.

    Attributes:
        outcome: An outcome of `storage.runs.Run`, `interrupted` also where the process is gone without a word.
        cause: A code of messages.yml; None if nothing went wrong.
        why: The cause as a sentence, its first line only: the others are a library's own text, which may quote a row.
        next_step: What to do, as a sentence.
    """

    outcome: str
    cause: str | None
    why: str | None
    next_step: str

    @property
    def is_good(self) -> bool:
        """True if nothing went wrong, or the run still goes on and keeps no other one from beginning."""
        return self.outcome in GOOD or (self.outcome == "running" and self.cause is None)

    def to_dict(self) -> dict[str, Any]:
        """Return the ending for JSON."""
        return {**asdict(self), "is_good": self.is_good}


def ending_of(run: Run, settings: Settings, gate: Mapping[str, Any] | None = None) -> Ending:
    """Return how a run ended.

    Args:
        run: A run of the ledger.
        settings: The installation.
        gate: The verdict on its candidate, where the gate refused it.
    """
    outcome, cause = run.outcome, run.detail.get("cause")
    why = str(run.detail.get("why", "")).partition("\n")[0] or None
    if outcome == "running" and not is_alive(run.pid):
        outcome, cause = "interrupted", cause_of_end(run.detail.get(KILLS_BEFORE))
    if outcome == "interrupted":
        cause = cause or "killed"
        why = say(f"cause_{cause}")
    if outcome == "running" and LOCKED_OUT in run.detail:
        cause, why = "locked", say("status_locked_out", moment=moment_at_home(run.detail[LOCKED_OUT]), pid=run.pid)
    if outcome == "refused":
        cause = "refused_held" if _only_held(gate) else "refused_failed"
        why = say("gate_refused", version=run.version)
    return Ending(outcome, cause, why, _next_step(outcome, cause, why, run, settings))


def _next_step(outcome: str, cause: str | None, why: str | None, run: Run, settings: Settings) -> str:
    if cause == "locked":
        return say("next_locked")
    if outcome in ("running", "received"):
        return say(f"next_{outcome}")
    if outcome in GOOD:
        return say("next_nothing")
    params = {"province": settings.province, "folder": settings.refused_dir / str(run.version)}
    # A step that failed names the cause in its sentence.
    known = [cause, *CODE.findall(why or "")]
    for code in reversed([code for code in known if code]):
        if has_sentence(f"next_{code}"):
            return say(f"next_{code}", **params)
    return say("next_step_failed")


def _only_held(gate: Mapping[str, Any] | None) -> bool:
    """Return True if nothing but held items keeps a candidate back, so that approvals would let it by."""
    if not gate or gate.get("problems"):
        return False
    failed = [check["id"] for table in gate["tables"] for check in table["checks"] if not check["success"]]
    broken = any(table["problems"] for table in gate["tables"])
    return bool(failed) and not broken and all(is_hold(name) for name in failed)


def is_hold(check: str) -> bool:
    """Return True if a check fails because something is held, so that an approval lets it by."""
    return check.endswith("_held") or check == "no_source_late"


def is_alive(pid: int) -> bool:
    """Return True if a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
