"""Opens the Spark session in which dbt builds the models, within the process of dbt (`dbt_child`).

dbt-spark's method `session` takes the session that is there. Does not belong here: dbt's profile (`transform.dbt`), and
starting that process (`compute`).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.transform.spark.places import read_sources

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What makes Spark compute as DuckDB does, whatever an installation's defaults are.
SAME_RESULTS = {
    "spark.sql.ansi.enabled": "true",  # an overflow or a failed cast is an error, not a null
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "true",  # a backslash is a letter like others
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # moments are those of clocks in Việt Nam, as delivered
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.cteRecursionLevelLimit": "-1",
}
# Spark keeps the text of each plan for its page, which is off; those of our models are long.
FEW_TEXTS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.maxPlanStringLength": "1024",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.retainedJobs": "1",
    "spark.ui.retainedStages": "1",
    "spark.ui.retainedTasks": "1",
}
# Into how many parts a shuffle may go: Spark joins small ones as it goes, but never splits them. A part of this many
# bytes of Parquet is some 100 MiB in memory.
PARTITION_BYTES = 16 << 20
PARTITIONS = 8  # at least: most tables are small, and each part of a shuffle costs a file


@dataclass(frozen=True)
class SessionSpec:
    """What the session of a run is like.

    Attributes:
        master: Where Spark runs: `local[2]`, `spark://host:7077`, ….
        memory: Memory of the driver and, on a cluster, of each executor, in Spark's notation.
        sources: Path of the list of sources (`places.sources_file`).
        tables: The folder for the tables (`places.tables_dir`).
        spill: The folder for what does not fit into memory.
    """

    master: str
    memory: str
    sources: str
    tables: str
    spill: str

    def save(self, path: Path) -> None:
        """Write the specification for the process of dbt."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @staticmethod
    def load(path: Path) -> "SessionSpec":
        """Return a specification as it was written."""
        return SessionSpec(**json.loads(path.read_text(encoding="utf-8")))


def open_session(spec: SessionSpec) -> "SparkSession":
    """Open the session and create its sources."""
    from pyspark.sql import SparkSession

    sources = read_sources(Path(spec.sources))
    builder = SparkSession.builder.master(spec.master).appName("tthc")
    for key, value in _configuration(spec, shuffle_partitions(sources)).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for name, files in sources.items():
        _create_source(session, name, files)
    return session


def shuffle_partitions(sources: dict[str, list[str]]) -> int:
    """Return into how many parts Spark may divide a table, by the bytes of the files that it reads."""
    size = sum(Path(file).stat().st_size for files in sources.values() for file in files)
    return max(PARTITIONS, size // PARTITION_BYTES)


def _configuration(spec: SessionSpec, partitions: int) -> dict[str, str]:
    return {
        **SAME_RESULTS,
        **FEW_TEXTS,
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": spec.tables,
        "spark.local.dir": spec.spill,
        "spark.driver.memory": spec.memory,
        "spark.executor.memory": spec.memory,
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.sql.parquet.compression.codec": "lz4_raw",
    }


def _create_source(session: "SparkSession", name: str, files: list[str]) -> None:
    """Create a view over files of the lake, and a table of any other source, whose files have a folder of their own.

    A view of the models may read tables, but no view of a session; the lake is read by tables only.
    """
    schema, _, table = name.partition(".")
    if schema == "lake":
        session.read.parquet(*files).createOrReplaceGlobalTempView(table)
        return
    session.sql(f"create schema if not exists {schema}")
    session.catalog.createTable(name, path=str(Path(files[0]).parent), source="parquet")
