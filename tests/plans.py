"""What DuckDB plans to do for a query: whether it would pair all rows of two tables, minutes where both are long.

A `left join` whose `on` has a condition of the left side alone is planned so, although it has equalities too: such a
condition belongs into a `case` of what the right side gives.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

EXPLAIN = "explain (format json) "
EQUALITY = re.compile(r"[^!<>=]=[^=]")


def pairs_of_all(explained: str) -> list[str]:
    """Return the conditions of joins that have an equality and compare every row with every other all the same."""
    return [condition for part in json.loads(explained) for condition in _conditions(part)]


def _conditions(plan: dict[str, Any]) -> Iterator[str]:
    condition = str(plan.get("extra_info", {}).get("Condition", ""))
    if plan.get("name") == "BLOCKWISE_NL_JOIN" and EQUALITY.search(condition):
        yield condition
    for child in plan.get("children", ()):
        yield from _conditions(child)
