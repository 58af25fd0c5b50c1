"""Keeps Spark away from Great Expectations, which imports it wherever it is installed.

Spark's client ends the whole process where a part that only it needs is missing, and costs seconds; the gate asks
DuckDB alone. Does not belong here: Spark itself, which runs in the process of dbt (`transform.spark`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without_spark() -> Iterator[None]:
    """Let `import pyspark` fail within the block, as where it is not installed, even if it was imported before."""
    modules: dict[str, Any] = sys.modules
    imported = {name: module for name, module in modules.items() if name.partition(".")[0] == "pyspark"}
    for name in imported:
        del modules[name]
    modules["pyspark"] = None
    try:
        yield
    finally:
        del modules["pyspark"]
        modules |= imported
