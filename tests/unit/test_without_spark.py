"""Great Expectations comes without Spark, wherever that is installed."""

import importlib
import subprocess
import sys
from types import ModuleType

import pytest

from pipelines.gate.without_spark import without_spark

PROGRAM = """
import sys
import pipelines.gate.evaluate
from pipelines.transform.spark.compute import require_spark
print(any(name.startswith("pyspark") for name in sys.modules))
"""


@pytest.mark.parametrize("imported", [{}, {"pyspark": ModuleType("pyspark"), "pyspark.sql": ModuleType("pyspark.sql")}])
def test_within_the_block_there_is_no_spark_and_after_it_all_is_as_before(
    monkeypatch: pytest.MonkeyPatch, imported: dict[str, ModuleType]
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    for name, module in imported.items():
        monkeypatch.setitem(sys.modules, name, module)
    with without_spark():
        for name in ("pyspark", "pyspark.sql"):
            with pytest.raises(ImportError):
                importlib.import_module(name)
    assert {name: module for name, module in sys.modules.items() if name.startswith("pyspark")} == imported


@pytest.mark.slow
def test_the_gate_loads_no_spark() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"], done.stderr
