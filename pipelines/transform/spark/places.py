"""Where Spark finds what it reads and leaves what it computes.

Both are below the work folder, which the workers of a cluster must see under the same path. Does not belong here:
writing either (`sources`, `session`).
"""

import json
from pathlib import Path

from pipelines.settings import Settings


def spark_dir(settings: Settings) -> Path:
    """Return the folder for what Spark reads and writes in a run."""
    return settings.work_dir / "spark"


def sources_file(settings: Settings) -> Path:
    """Return the path of the list of sources: schema and name of each, and the Parquet files that it reads."""
    return spark_dir(settings) / "sources.json"


def tables_dir(settings: Settings) -> Path:
    """Return the folder of the tables that Spark computes: one folder `<schema>.db/<table>` of Parquet files each."""
    return spark_dir(settings) / "tables"


def read_sources(path: Path) -> dict[str, list[str]]:
    """Return the Parquet files of each source by its schema and name, such as `lake.ho_so`."""
    sources: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return sources
