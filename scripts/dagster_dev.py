"""`make dagster`: Dagster's page with this warehouse's own home, so that runs of `tthc run` show there too."""

import os
import sys
from pathlib import Path

from pipelines.nightly.dagster_home import prepare_home
from pipelines.settings import Settings

if __name__ == "__main__":
    home = Settings().dagster_home
    prepare_home(home)
    dagster = str(Path(sys.executable).parent / "dagster")
    os.execve(dagster, [dagster, "dev", "-m", "pipelines.definitions"], {**os.environ, "DAGSTER_HOME": str(home)})  # noqa: S606 - our own executable
