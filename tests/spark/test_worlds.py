"""Provinces of the oracle, with all their edge cases, come out of Spark as they come out of DuckDB."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from pipelines.transform.spark.compute import compute_on_spark
from pipelines.transform.spark.places import tables_dir
from pipelines.transform.spark.sources import lay_out_sources
from tests.oracle.compiled import COMPARED, Warehouse, models_for
from tests.oracle.generate import province
from tests.spark.available import needs_spark
from tests.spark.comparison import differing_on_spark

pytestmark = [pytest.mark.slow, pytest.mark.campaign, needs_spark]


@pytest.fixture(scope="module")
def warehouse(compiled_project: dict[str, Any]) -> Warehouse:
    return Warehouse(models_for(compiled_project))


@pytest.mark.parametrize("seed", [0, 13, 27, 38])
def test_a_province_is_the_same(warehouse: Warehouse, seed: int, tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path, engine="spark")
    settings.work_dir.mkdir(parents=True)
    warehouse.build(province(seed))
    lay_out_sources(warehouse.connection, settings, {})
    compute_on_spark(settings, *(f"+{name}" for name in COMPARED))
    tables = [model.relation for model in warehouse.models if model.kind == "table"]
    assert len(tables) > 100
    assert differing_on_spark(warehouse.connection, tables, tables_dir(settings)) == []
