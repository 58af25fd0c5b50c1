"""The `tthc` command: thin wrappers that read arguments, call a step and print the result.

Belongs here: arguments, exit codes, output. Heavy libraries are imported inside the commands, so that `tthc --help`
answers at once. Does not belong here: the work itself.
"""

import os
import sys

from rich.console import Console

# In the order in which `tthc --help` lists their commands.
from pipelines.cli import run  # noqa: F401 isort: skip
from pipelines.cli import check  # noqa: F401 isort: skip
from pipelines.cli import status  # noqa: F401 isort: skip
from pipelines.cli import morning  # noqa: F401 isort: skip
from pipelines.cli import query  # noqa: F401 isort: skip
from pipelines.cli import report  # noqa: F401 isort: skip
from pipelines.cli import desk  # noqa: F401 isort: skip
from pipelines.cli import serve  # noqa: F401 isort: skip
from pipelines.cli import dagster  # noqa: F401 isort: skip
from pipelines.cli import country  # noqa: F401 isort: skip
from pipelines.cli.app import app
from pipelines.common.errors import TthcError

__all__ = ["app", "main"]


def main() -> None:
    """Run a command, and turn errors into a sentence and an exit code."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        app()
    except TthcError as error:
        _stop(error)
    except PermissionError as error:
        if os.environ.get("TTHC_DEBUG"):
            raise
        _stop(TthcError("no_rights", file=error.filename))
    except Exception as error:
        if os.environ.get("TTHC_DEBUG"):
            raise
        _stop(TthcError("run_broke", kind=type(error).__name__, where=_where(error)))


def _where(error: Exception) -> str:
    """Return the operating system's message of an error, such as a full disk, with the file; '' for other errors.

    Messages of other errors can quote values, and are shown only on request (TTHC_DEBUG=1).
    """
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}" + (f", {error.filename}" if error.filename else "")
    return ""


def _stop(error: TthcError) -> None:
    Console(stderr=True).print(str(error), style="bold red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(error.exit_code)
