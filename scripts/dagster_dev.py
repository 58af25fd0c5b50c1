"""`make dagster`: Dagster's page with this warehouse's own home, so that runs of `tthc run` show there too.

What follows on the command line goes to `dagster dev` (`--host`, `--port`).
"""

import os
import sys
from pathlib import Path

from pipelines.nightly.dagster_home import prepare_home
from pipelines.settings import Settings

if __name__ == "__main__":
    home = Settings().dagster_home
    prepare_home(home)
    dagster = str(Path(sys.executable).parent / "dagster")
    command = [dagster, "dev", "-m", "pipelines.definitions", *sys.argv[1:]]
    os.execve(dagster, command, {**os.environ, "DAGSTER_HOME": str(home)})  # noqa: S606 - our own executable
