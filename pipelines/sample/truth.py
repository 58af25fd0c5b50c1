"""Expected figures: form II.06a and the plan's indicators over dossiers and feedback.

Belongs here: the periods, and the rows of `truth.json`. Does not belong here: the counting (`truth_counts`), reading
the written files, the pipeline's SQL. A test compares these figures with the warehouse's.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.registers.model import PeriodRules, period_table
from pipelines.sample.behaviour import LEVELS
from pipelines.sample.clock import DAY
from pipelines.sample.province_draws import ProvinceDraws
from pipelines.sample.span import Span
from pipelines.sample.successors import NOBODY
from pipelines.sample.truth_counts import PROVINCE_SCOPE, count_form, count_indicators
from pipelines.sample.truth_facts import facts_of


@dataclass(frozen=True)
class Period:
    """First and last day, both counted."""

    code: str
    start: dt.date
    end: dt.date


def periods_of(rules: PeriodRules, span: Span) -> list[Period]:
    """Return months, quarters, years, and the plan's cumulative report periods of the years that are drawn."""
    table = period_table(rules, dt.date(span.last_year, 12, 31)).filter(
        pl.col("start_date") >= dt.date(span.first_year, 1, 1)
    )
    return [Period(*row) for row in table.select("period_code", "start_date", "end_date").iter_rows()]


def truth_of(province: ProvinceDraws) -> dict[str, list[dict[str, Any]]]:
    """Return rows of `handling_status` and `indicator_values` (rule `plan`) for the scopes level and province."""
    facts, code = facts_of(province), province.reference.province_code
    today = dt.date.fromisoformat(province.deliveries[-1])
    reference = province.reference
    form, indicators = [], []
    begun = [period for period in periods_of(reference.periods, reference.span) if period.start <= today]
    for period in begun:
        start, cut = _number(period.start), min(_number(period.end), province.as_of // DAY)
        own = reference.position.get(reference.province.own_unit_on(period.end) or "", NOBODY)
        at_cut = facts.at(cut, own)
        counts, shares = count_form(at_cut, start, cut), count_indicators(at_cut, start, cut)
        for scope in range(PROVINCE_SCOPE + 1):
            who = {
                "period_code": period.code,
                "scope": "province" if scope == PROVINCE_SCOPE else "level",
                "unit_code": code,
                "unit_level": reference.levels.root if scope == PROVINCE_SCOPE else LEVELS[scope],
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
