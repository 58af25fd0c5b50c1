"""Whole nights at the price of their work alone: each runs in a child forked from a process whose imports are done.

The child runs the very function that `tthc run` calls; dbt is a process of its own there too, forked, not started.
"""

import io
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.common.errors import EXIT_FAULT, EXIT_PUBLISHED, TthcError
from pipelines.settings import Settings
from tests.forked_dbt import start_or_fork

Injector = Callable[[], object]
SECONDS = 900


@dataclass(frozen=True)
class Night:
    """How a night ended: exit code (negative: the signal that killed it), seconds, what it printed."""

    code: int
    seconds: float
    output: str


def import_everything() -> None:
    """Import what takes a night's first ten seconds."""
    import tests.preloaded  # noqa: F401


def apart(work: Callable[[], Any]) -> Any:
    """Return what `work` gives, done in a child of its own.

    Polars and DuckDB start threads, and a process that has once used them can no longer be forked from. Raise
    RuntimeError with its words where it fails.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = (True, work())
        except Exception as error:
            answer = (False, f"{type(error).__name__}: {error}")
        with os.fdopen(writing, "wb") as stream:
            pickle.dump(answer, stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        content = stream.read()
    os.waitpid(child, 0)
    went_well, answer = pickle.loads(content)
    if not went_well:
        raise RuntimeError(answer)
    return answer


def night(
    warehouse: Path, raw: Path, injector: Injector | None = None, kill_after: float | None = None, **env: str
) -> Night:
    """Return one night in a child.

    `injector` is called in it before it begins; if it gives something to call, that is called after it. After
    `kill_after` seconds the child is killed from outside.
    """
    # Output goes to memory: the disk may be full.
    began, log = time.monotonic(), os.memfd_create("output")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = _child(warehouse, raw, injector, log, env)
        finally:
            os._exit(code)
    status = _wait(child, began + (kill_after or SECONDS))
    if status is None:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if kill_after is None:
            raise TimeoutError(f"a night took more than {SECONDS} s")
    os.lseek(log, 0, os.SEEK_SET)
    with os.fdopen(log, encoding="utf-8", errors="replace") as stream:
        output = stream.read()
    return Night(os.waitstatus_to_exitcode(status), time.monotonic() - began, output)


def _wait(child: int, deadline: float) -> int | None:
    """Return its status, or None if it still goes on at the deadline."""
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.002)
    return None


def _child(warehouse: Path, raw: Path, injector: Injector | None, log: int, env: dict[str, str]) -> int:
    os.setsid()
    os.environ.update({"TTHC_RAW_DIR": str(raw), "TTHC_WAREHOUSE_DIR": str(warehouse), **env})
    time.tzset()
    os.dup2(log, 1), os.dup2(log, 2)
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", 0), encoding="utf-8", write_through=True)
    sys.stderr = sys.stdout
    from pipelines.nightly.run import run_nightly

    subprocess.Popen = start_or_fork  # type: ignore[misc,assignment]
    closing = injector() if injector is not None else None
    try:
        run_nightly(Settings())
    except TthcError as error:
        print(error)
        return error.exit_code
    except KeyboardInterrupt:  # as `pipelines.cli.app.Commands` has it
        print(TthcError("interrupted"))
        return EXIT_FAULT
    except Exception as error:
        print(f"[run_broke] {type(error).__name__}")
        return EXIT_FAULT
    finally:
        if callable(closing):
            closing()
    return EXIT_PUBLISHED
