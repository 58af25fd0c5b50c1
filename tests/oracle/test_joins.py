"""No model pairs all rows of one table with all of another where it need not: minutes at a million dossiers.

DuckDB says in its plan how it would join. A `left join` whose `on` has a condition of the left side alone is planned
as pairs of all, although it has equalities too: such a condition belongs into a `case` of what the right side gives.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

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
EQUALITY = re.compile(r"[^!<>=]=[^=]")


def pairs_of_all(plan: dict[str, Any]) -> Iterator[str]:
    """Yield the conditions of joins that have an equality and compare every row with every other all the same."""
    condition = str(plan.get("extra_info", {}).get("Condition", ""))
    if plan.get("name") == "BLOCKWISE_NL_JOIN" and EQUALITY.search(condition):
        yield condition
    for child in plan.get("children", ()):
        yield from pairs_of_all(child)


def test_no_model_joins_row_by_row(compiled_project: dict[str, Any]) -> None:
    names = [node["name"] for node in compiled_project["nodes"].values() if node["resource_type"] == "model"]
    warehouse = Warehouse(models_for(compiled_project, names))
    warehouse.build(province(0))
    found = {}
    for model in warehouse.models:
        [(_, plan)] = warehouse.rows(f"explain (format json) {model.sql}")
        if conditions := [text for part in json.loads(plan) for text in pairs_of_all(part)]:
            found[model.name] = conditions
    assert found.keys() == SHORT.keys(), "\n".join(map(str, found.items()))
