"""The `tthc` command in a child forked from a process whose imports are done: a whole night without its start-up.

Here: starting it and what it printed. Not here: commands that a test kills or gives a terminal; those it starts itself.
"""

import logging
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.forked_dbt import start_or_fork

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["tests.preloaded"])


def run_forked(
    module: str, arguments: tuple[str, ...], env: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m module arguments` as a process of its own and wait for its end.

    Args:
        module: The module that is run as `__main__`.
        arguments: Its command line.
        env: Its whole environment.
        folder: Where it runs; default: here.
    """
    with tempfile.TemporaryDirectory() as streams:
        out, err = (Path(streams, name) for name in ("out", "err"))
        process = _server.Process(target=_run, args=(module, arguments, dict(env), out, err, folder or Path.cwd()))
        process.start()
        try:
            process.join()
        finally:  # a test that hangs is ended by its time limit, and the command with it
            if process.is_alive():
                process.kill()
                process.join()
        code = process.exitcode
        assert code is not None
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in (out, err)]
    return subprocess.CompletedProcess([module, *arguments], code, *texts)


def _run(module: str, arguments: tuple[str, ...], env: dict[str, str], out: Path, err: Path, folder: Path) -> None:
    """Be that process: its environment, streams and arguments, and dbt forked instead of started."""
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(folder)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode, encoding="utf-8") for number, mode in enumerate("rww"))  # noqa: SIM115, PTH123 - the process's own streams
    logging.root.handlers.clear()  # a library's import may have left one
    sys.argv = [module, *arguments]
    subprocess.Popen = start_or_fork  # type: ignore[misc,assignment]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
