"""Causes of a failed step, as errors that tell an operator what to do.

Belongs here: recognising causes with a remedy of their own (memory, a killed process, our own errors). Does not belong
here: how a run ends (`run`).
"""

import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.common.errors import TthcError
from pipelines.settings import Settings

OURS = {"TthcError", "CandidateRefused", "RunLocked", "LakeUnreachable"}
# Dagster puts the class before the message of an error; our messages begin with their code.
CLASS_BEFORE = re.compile(r"^[\w.]+: (?=\[)")
# The messages of DuckDB, Python, Arrow, Polars and C++.
OUT_OF_MEMORY = re.compile(
    r"Out of Memory Error|OutOfMemory|\bMemoryError|ArrowMemoryError|failed to allocate|cannot allocate memory"
    r"|bad_alloc|memory allocation of \d+ bytes failed|failed to offload data block|Cannot allocate memory"
)
DISK_FULL = re.compile(r"No space left on device|\bENOSPC\b|Disk quota exceeded|database or disk is full")
CHILD_KILLED = re.compile(r"exit(?:ed)?(?: with)?(?: return)?(?: code| status)[ :`]*(?:-9|137)\b")


def cause_of(failures: Iterable[Any], settings: Settings) -> TthcError:
    """Return the error that stopped a Dagster run.

    Args:
        failures: Dagster's events of failed steps, the first of them first.
        settings: The installation; its memory limit is part of the message.

    Returns:
        `out_of_memory`, `child_killed`, or `step_failed` with our own message or the class and first words of another
        error.
    """
    for event in failures:
        return _cause_of_step(event.step_key, list(_chain(event.step_failure_data.error)), settings)
    return TthcError("step_failed", step="?", why="?")


def raise_interrupt(result: Any) -> None:
    """Raise KeyboardInterrupt if a Dagster run was stopped by a signal, which Dagster reports as a failed step."""
    sources = [event.step_failure_data.error_source for event in result.get_step_failure_events()]
    if any(source is not None and source.name == "INTERRUPT" for source in sources):
        raise KeyboardInterrupt


def cause_of_error(step: str, error: BaseException, settings: Settings) -> TthcError:
    """Return the error that stopped a step outside of Dagster, in the words of `cause_of`.

    Args:
        step: The step, by the name that it has in Dagster.
        error: What it raised.
        settings: The installation; its memory limit is part of the message.
    """
    return _cause_of_step(step, list(_raised_chain(error)), settings)


def cause_of_end(error: BaseException) -> TthcError:
    """Return the error that ended a run outside of its steps: ours as it is, a signal, or anything unexpected."""
    if isinstance(error, TthcError):
        return error
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        return TthcError("stopped")
    return TthcError("run_broke", kind=type(error).__name__, where="")


def _cause_of_step(step: str, errors: list["Raised"], settings: Settings) -> TthcError:
    text = "\n".join(f"{error.cls_name}: {error.message}" for error in errors)
    limit = settings.memory_shown
    if OUT_OF_MEMORY.search(text):
        return TthcError("out_of_memory", step=step, limit=limit)
    if DISK_FULL.search(text):
        return TthcError("disk_full", step=step)
    if CHILD_KILLED.search(text):
        return TthcError("child_killed", step=step, limit=limit)
    for error in errors:
        if error.cls_name in OURS:
            return TthcError("step_failed", step=step, why=CLASS_BEFORE.sub("", error.message.strip()))
    last = errors[-1]
    return TthcError("step_failed", step=step, why=f"{last.cls_name}: {last.message.strip()[:2000]}")


@dataclass(frozen=True)
class Raised:
    """A raised error: its class, and its message with the class before it."""

    cls_name: str
    message: str


def _raised_chain(error: BaseException | None) -> Iterator[Raised]:
    """Yield an error and its causes, outermost first."""
    while error is not None:
        yield Raised(type(error).__name__, "".join(traceback.format_exception_only(error)))
        error = error.__cause__


def _chain(error: Any) -> Iterator[Any]:
    """Yield a Dagster error and its causes, outermost first."""
    while error is not None:
        yield error
        error = error.cause


def is_out_of_memory(text: str) -> bool:
    """Return True if the text (a class name or message) means that memory ran out."""
    return OUT_OF_MEMORY.search(text) is not None
