"""dbt as a child that never outlives the run: when the run is killed, the kernel kills dbt with it.

An orphaned dbt would go on writing into the workspace that the next run is making anew. Installed as `tthc-dbt`, beside
the Python that runs us.
"""

import ctypes
import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Ask Linux for SIGKILL at the parent's death; other systems have no such call, and nothing is asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def main() -> None:
    """Run dbt's own command line.

    Its version, which Dagster asks of every run, needs none of dbt loaded.
    """
    die_with(os.getppid())
    if sys.argv[1:] == ["--version"]:
        print(f"dbt-core {version('dbt-core')}")
        return
    sys.exit(dbt(sys.argv[1:]))


def dbt(arguments: list[str]) -> int:
    """Run one dbt command in this process and return its exit code: 0, 1 for a failed model or test, 2 for dbt itself.

    Models are not parsed again by a build where an earlier parse left its result in DBT_TARGET_PATH.
    """
    from dbt.cli.main import dbtRunner

    target = os.environ.get("DBT_TARGET_PATH") if arguments[:1] == ["build"] else None
    done = dbtRunner(manifest=_parsed(target)).invoke(arguments)
    if done.exception:
        print(done.exception, file=sys.stderr)
        return 2
    return 0 if done.success else 1


def _parsed(target: str | None) -> Any:
    """Return dbt's manifest; None, and so a new parse, where there is none or it cannot be read."""
    from dbt.contracts.graph.manifest import Manifest

    try:
        return Manifest.from_msgpack((Path(target) / "partial_parse.msgpack").read_bytes()) if target else None
    except Exception:  # whatever is wrong with it, dbt can do without
        return None
