"""Great Expectations comes without Spark, wherever that is installed."""

import importlib.util
import subprocess
import sys

import pytest

from pipelines.gate.without_spark import without_spark

PROGRAM = """
import sys
import pipelines.gate.evaluate
from pipelines.transform.spark.compute import require_spark
print(any(name.startswith("pyspark") for name in sys.modules))
"""


def test_within_the_block_there_is_no_spark_and_after_it_all_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pyspark", raising=False)
    found = importlib.util.find_spec("pyspark") is not None
    with without_spark(), pytest.raises(ImportError):
        import pyspark  # noqa: F401
    assert "pyspark" not in sys.modules
    assert (importlib.util.find_spec("pyspark") is not None) == found


@pytest.mark.slow
def test_the_gate_loads_no_spark() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"], done.stderr
