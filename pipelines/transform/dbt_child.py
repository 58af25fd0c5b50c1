"""dbt as a child that never outlives the run: when the run is killed, the kernel kills dbt with it.

An orphaned dbt would go on writing into the workspace that the next run is making anew. Installed as `tthc-dbt`,
beside the Python that runs us.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Asks Linux for SIGKILL at the parent's death; elsewhere there is no such thing, and nothing is asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def main() -> None:
    """Entry point: dbt's own command line."""
    die_with(os.getppid())
    from dbt.cli.main import cli

    cli()
