"""Expected figures: form II.06a and the plan's indicators over dossiers and feedback.

Belongs here: the periods, and the rows of `truth.json`. Does not belong here: the counting (`truth_counts`), reading
the written files, the pipeline's SQL. A test compares these figures with the warehouse's.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.sample.behaviour import LEVELS
from pipelines.sample.clock import DAY
from pipelines.sample.province_draws import ProvinceDraws
from pipelines.sample.truth_counts import PROVINCE_SCOPE, count_form, count_indicators
from pipelines.sample.truth_facts import facts_of


@dataclass(frozen=True)
class Period:
    """First and last day, both counted."""

    code: str
    start: dt.date
    end: dt.date


def periods_of(year: int, report_ends: dict[str, dt.date]) -> list[Period]:
    """Return months, quarters, the year, and the plan's cumulative report periods."""
    first = [dt.date(year, month, 1) for month in range(1, 13)] + [dt.date(year + 1, 1, 1)]
    one = dt.timedelta(days=1)
    months = [Period(f"{year}-{n + 1:02}", first[n], first[n + 1] - one) for n in range(12)]
    quarters = [Period(f"{year}-Q{n + 1}", first[3 * n], first[3 * n + 3] - one) for n in range(4)]
    reports = [Period(code, first[0], end) for code, end in report_ends.items()]
    return [*months, *quarters, Period(str(year), first[0], first[-1] - one), *reports]


def truth_of(province: ProvinceDraws) -> dict[str, list[dict[str, Any]]]:
    """Return rows of `handling_status` and `indicator_values` (rule `plan`) for the scopes level and province."""
    facts, code = facts_of(province), province.reference.province_code
    today = dt.date.fromisoformat(province.deliveries[-1])
    behaviour = province.behaviour
    form, indicators = [], []
    begun = [period for period in periods_of(behaviour["year"], behaviour["report_periods"]) if period.start <= today]
    for period in begun:
        start, cut = _number(period.start), min(_number(period.end), province.as_of // DAY)
        counts, shares = count_form(facts, start, cut), count_indicators(facts, start, cut)
        for scope in range(PROVINCE_SCOPE + 1):
            who = {
                "period_code": period.code,
                "scope": "province" if scope == PROVINCE_SCOPE else "level",
                "unit_code": code,
                "unit_level": "tinh" if scope == PROVINCE_SCOPE else LEVELS[scope],
            }
            form.append(who | {name: int(values[scope]) for name, values in counts.items()})
            indicators += [
                {
                    "indicator_code": name,
                    "rule": "plan",
                    **who,
                    "numerator": int(up[scope]),
                    "denominator": int(down[scope]),
                }
                for name, (up, down) in shares.items()
            ]
    return {"form": form, "indicators": indicators}


def _number(day: dt.date) -> int:
    return int(np.datetime64(day, "D").astype(int))
