"""The program `tthc-dbt`: runs dbt in a child process that the kernel kills when its parent dies.

An orphaned dbt would keep writing into the workspace while the next run rebuilds it. It is installed beside the Python
that runs us. Does not belong here: starting it (`dbt`).
"""

import ctypes
import json
import logging
import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def kill_with_parent(parent: int) -> None:
    """Make Linux send SIGKILL to this process when its parent dies; do nothing on other systems."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the call
            os._exit(1)


def main() -> None:
    """Run the command line of dbt; print the version without importing dbt, since Dagster asks for it in every run."""
    kill_with_parent(os.getppid())
    if sys.argv[1:] == ["--version"]:
        print(f"dbt-core {version('dbt-core')}")
        return
    from pipelines.transform.dbt import ON_SPARK, WAIT

    if sys.argv[1:] == [WAIT]:
        sys.exit(run_when_asked())
    if sys.argv[1:2] == [ON_SPARK]:
        from pipelines.transform.spark.session import SessionSpec, open_session

        open_session(SessionSpec.load(Path(sys.argv[2])))  # dbt finds the session that is there
        sys.exit(run_command(sys.argv[3:]))
    sys.exit(run_command(sys.argv[1:]))


def run_when_asked() -> int:
    """Import dbt and read the models, which takes seconds, then run the command whose arguments come on standard input.

    Returns:
        The exit code of the command; 0 if the input ends without one.
    """
    manifest = _read_manifest(os.environ.get("DBT_TARGET_PATH"))
    asked = sys.stdin.readline()
    return run_command(json.loads(asked), manifest) if asked else 0


def run_command(arguments: list[str], manifest: Any = None) -> int:
    """Run one dbt command in this process.

    A build uses the models as an earlier command parsed them into DBT_TARGET_PATH, if it did.

    Args:
        arguments: The command line without the program.
        manifest: Models that were read already; None if they were not.

    Returns:
        The exit code: 0, 1 if a model or test failed, 2 if dbt itself failed.
    """
    from dbt.cli.main import dbtRunner

    _format_only_what_is_shown()
    if manifest is None and arguments[:1] == ["build"]:
        manifest = _read_manifest(os.environ.get("DBT_TARGET_PATH"))
    done = dbtRunner(manifest=manifest).invoke(arguments)
    if done.exception:
        print(done.exception, file=sys.stderr)
        return 2
    return 0 if done.success else 1


def _format_only_what_is_shown() -> None:
    """Let dbt format only events of a level that its logger shows: it formats all, a tenth of the time of a build."""
    from dbt_common.events import logger

    of_dbt = logger._Logger.write_line
    levels = {"test": logging.DEBUG, "debug": logging.DEBUG, "info": logging.INFO}

    def write_line(self: Any, msg: Any) -> None:
        shown = self._python_logger
        if shown is None or shown.isEnabledFor(levels.get(msg.info.level, logging.CRITICAL)):
            of_dbt(self, msg)

    setattr(logger._Logger, "write_line", write_line)  # noqa: B010 - a method of another's class


def _read_manifest(target: str | None) -> Any:
    """Return dbt's manifest; None, so that dbt parses the models, if there is none or it cannot be read."""
    import dbt.cli.main  # noqa: F401 - all that a command needs
    from dbt.contracts.graph.manifest import Manifest

    try:
        return Manifest.from_msgpack((Path(target) / "partial_parse.msgpack").read_bytes()) if target else None
    except Exception:  # dbt works without it, whatever is wrong
        return None
