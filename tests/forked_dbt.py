"""dbt forked from a process that has it imported, instead of started anew.

Here: what stands for `subprocess.Popen` in a forked night. Not here: who forks the night.
"""

import contextlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.transform.dbt import WAIT

POPEN = subprocess.Popen
_kept: list[Any] = []  # the streams of the night, which close what they stand for when nobody refers to them


def start_or_fork(args: list[str], **options: Any) -> Any:
    """Start a process as `subprocess.Popen` does, but fork dbt's build."""
    is_build = isinstance(args, list) and str(args[0]).endswith("tthc-dbt") and bool({WAIT, "build"} & {*args})
    return ForkedDbt(args, **options) if is_build else POPEN(args, **options)


class ForkedDbt:
    """Stands for `subprocess.Popen` where dagster-dbt starts dbt: the same command line, forked, not started anew."""

    def __init__(self, args: list[str], *, env: dict[str, str], cwd: Path, **_: Any) -> None:
        self.args = args
        self.returncode: int | None = None
        reading, writing = os.pipe()
        asked, asking = os.pipe()
        parent, self.pid = os.getpid(), os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.dup2(asked, 0), os.dup2(writing, 1), os.dup2(writing, 2)
                for other in (reading, asking):
                    os.close(other)
                code = _dbt(args[1:], env, cwd, parent)
            finally:
                os._exit(code)
        for other in (writing, asked):
            os.close(other)
        self.stdin = os.fdopen(asking, "wb")
        self.stdout = os.fdopen(reading, "rb")

    def poll(self) -> int | None:
        """Return as Popen's."""
        return self._wait(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int | None:
        """Return as Popen's; the timeout is not needed here."""
        return self._wait(0)

    def _wait(self, how: int) -> int | None:
        if self.returncode is None:
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, how)
                if pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """As Popen's."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """As Popen's."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """As Popen's."""
        self.send_signal(signal.SIGKILL)


def _dbt(arguments: list[str], env: dict[str, str], cwd: Path, parent: int) -> int:
    from pipelines.transform.dbt_child import kill_with_parent, run_command, run_when_asked

    kill_with_parent(parent)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    _kept.extend((sys.stdout, sys.stderr))
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", 0), encoding="utf-8", write_through=True)
    sys.stderr = sys.stdout
    if arguments != [WAIT]:
        return run_command(arguments)
    _kept.append(sys.stdin)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    return run_when_asked()
