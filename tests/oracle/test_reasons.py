"""`rule_differences` and `tthc explain` give a case the same reason: both take it from the cases of the indicator."""

from collections import Counter
from typing import Any

import pytest

from pipelines.registers.model import Indicator, load_indicators
from pipelines.settings import Settings

from .comparison import BOTH_RULES
from .compiled import Warehouse, models_for
from .generate import province

pytestmark = pytest.mark.slow

INDICATORS = [
    one
    for one in load_indicators(Settings().registers_dir / "vietnam")
    if one.code in BOTH_RULES and one.computed == "by_day"
]
SEEDS = range(8)
CASES = """
    select p.period_code, c.reason, count(*)
    from tthc.cases.case_{code}__{rule} c
    join tthc.marts.dim_period p on c.event_date between p.start_date and p.cut_date
    group by all
"""
COMPARED = """
    select period_code, reason_{rule}, cast(sum(case_count) as bigint)
    from tthc.marts.rule_differences
    where scope = 'province' and indicator_code = '{code}' and counted_{rule} is not null
    group by all
"""


@pytest.fixture(scope="module")
def warehouse(compiled_project: dict[str, Any]) -> Warehouse:
    return Warehouse(models_for(compiled_project))


def test_a_case_has_one_reason(warehouse: Warehouse) -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        warehouse.build(province(seed))
        for one in INDICATORS:
            compared = _reasons(warehouse, COMPARED, one)
            # Where a source of either rule never came there is nothing to compare.
            if compared:
                assert compared == _reasons(warehouse, CASES, one), (seed, one.code, one.rule)
                seen.update(reason for _, reason, _ in compared)
    assert {"no_component", "input_sent_as_result", "paid_online", "truc-tuyen"} <= set(seen)


def _reasons(warehouse: Warehouse, query: str, one: Indicator) -> set[tuple[Any, ...]]:
    return set(warehouse.rows(query.format(code=one.code, rule=one.rule)))
