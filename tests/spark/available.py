"""Whether Spark can be started here, for tests that need it."""

import pytest

from pipelines.common.errors import TthcError
from pipelines.transform.spark.compute import require_spark


def _why_not() -> str:
    try:
        require_spark()
    except TthcError as error:
        return str(error)
    return ""


# CI installs it (.ci/run); who has no Java, or did not run `make spark`, tests the rest.
needs_spark = pytest.mark.skipif(bool(_why_not()), reason=f"Spark cannot be started here: {_why_not()}")
