"""Computes the models on Spark: dbt in a process of its own, with progress.

Its tables are then taken by dbt on DuckDB (`macros/materialized.sql`), so that gate, reports and publication find what
they always find. Does not belong here: the session in that process (`session`).
"""

import json
import logging
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from pipelines.common.errors import TthcError
from pipelines.settings import Settings
from pipelines.transform.dbt import ON_SPARK, dbt_executable, dbt_options, target_dir
from pipelines.transform.spark.places import sources_file, spark_dir, tables_dir
from pipelines.transform.spark.session import SessionSpec

log = logging.getLogger("tthc.dbt")
SHOWN = 15  # lines of a failed command
OLDEST_JAVA = 17  # with which Spark 4 starts


def require_spark() -> None:
    """Check that Spark can be started.

    Raises:
        TthcError: If its Python package or Java is missing, or Java is too old.
    """
    if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
        raise TthcError("spark_missing")
    if _java_version() < OLDEST_JAVA:
        raise TthcError("java_missing")


def _java_version() -> int:
    """Return the version of the Java that Spark would start (1.8 counts as 8), 0 if there is none."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which(Path(home, "bin", "java") if home else "java")
    if program is None:
        return 0
    shown = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r'version "(?:1\.)?(\d+)', shown.stderr + shown.stdout)
    return int(found[1]) if found else 0


def session_spec(settings: Settings) -> SessionSpec:
    """Return what the session of this installation is like."""
    return SessionSpec(
        settings.spark_place, settings.spark_memory, str(sources_file(settings)), str(tables_dir(settings)),
        str(spark_dir(settings) / "spill"),
    )  # fmt: skip


def compute_on_spark(settings: Settings, *selected: str) -> None:
    """Build the models on Spark out of the sources that were laid out (`sources`), and show progress.

    Args:
        settings: The installation.
        selected: dbt's selection of models; default all.

    Raises:
        TthcError: If Spark is missing, or a model fails; the error has the last lines of dbt's output.
    """
    require_spark()
    target = target_dir(settings).with_name(f"{target_dir(settings).name}-spark")
    target.mkdir(parents=True, exist_ok=True)
    arguments = [
        "run", "--target", "spark", "--log-format", "json", "--target-path", str(target), *dbt_options(settings),
        *(["--select", *selected] if selected else []),
    ]  # fmt: skip
    session = spark_dir(settings) / "session.json"
    session_spec(settings).save(session)
    process = subprocess.Popen(  # noqa: S603 - our own executable, no shell, arguments of ours
        [dbt_executable(), ON_SPARK, str(session), *arguments], cwd=settings.dbt_project_dir,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        failures = _follow(process.stdout)
        process.wait()
    finally:
        if process.poll() is None:  # interrupted: it would go on writing
            process.kill()
            process.wait()
    if process.returncode:
        raise TthcError("dbt_failed", command="run --target spark", tail="\n".join(failures[-SHOWN:]))


def _follow(output: IO[str]) -> list[str]:
    """Log how many models are done, and return the texts of errors; of no errors the last lines."""
    errors: list[str] = []
    lines: list[str] = []
    for line in output:
        try:
            info = (event := json.loads(line))["info"]
        except (ValueError, TypeError, KeyError):
            lines = [*lines[1 - SHOWN :], line.rstrip()]
            continue
        if info["level"] == "error":
            errors += info["msg"].splitlines()[:SHOWN]
        if info["name"] == "LogModelResult":
            log.info("spark", extra={"progress": (event["data"]["index"], event["data"]["total"])})
    return errors or lines
