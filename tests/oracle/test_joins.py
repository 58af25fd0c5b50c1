"""No model pairs all rows of one table with all of another where it need not: minutes at a million dossiers."""

from typing import Any

import pytest

from tests.plans import EXPLAIN, pairs_of_all

from .compiled import Warehouse, models_for
from .generate import province

pytestmark = pytest.mark.slow

# Models that do it with tables that stay short whatever a province delivers.
SHORT = {
    "case_own_portal_integration__plan": "procedures and cut days",
    "case_own_service_coverage__plan": "procedures and cut days",
    "ind_by_period": "the two above, read as views",
    "ind_counted": "the two above, read as views",
    "int_indicator_unit": "the two above, read as views",
    "indicator_values": "figures and goals of the register",
    "int_score_before": "periods and periods",
    "int_undelivered": "indicators and periods",
    "plan_scorecard": "figures of goals and definitions",
    "worklist": "ways to stand and actions of the register",
}


def test_no_model_joins_row_by_row(compiled_project: dict[str, Any]) -> None:
    names = [node["name"] for node in compiled_project["nodes"].values() if node["resource_type"] == "model"]
    warehouse = Warehouse(models_for(compiled_project, names))
    warehouse.build(province(0))
    found = {}
    for model in warehouse.models:
        [(_, plan)] = warehouse.rows(f"{EXPLAIN}{model.sql}")
        if conditions := pairs_of_all(plan):
            found[model.name] = conditions
    assert found.keys() == SHORT.keys(), "\n".join(map(str, found.items()))
