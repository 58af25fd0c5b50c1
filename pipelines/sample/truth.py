"""The numbers that must come out: form II.06a and four indicators, from the generator's own arrays.

Belongs here: the definitions of the design's indicators, counted with numpy over what was drawn. Does not
belong here: reading what was written, the pipeline's own SQL. That these ways agree is a test.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.sample.behaviour import LEVELS, Flags, Floats, Ints
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.drawn import Province
from pipelines.sample.papers import ONLINE

PROVINCE_SCOPE = len(LEVELS)


@dataclass(frozen=True)
class Period:
    """First and last day, both counted."""

    code: str
    start: dt.date
    end: dt.date


def periods_of(year: int, report_ends: dict[str, dt.date]) -> list[Period]:
    """Months, quarters, the year, and the plan's cumulative report periods."""
    first = [dt.date(year, month, 1) for month in range(1, 13)] + [dt.date(year + 1, 1, 1)]
    one = dt.timedelta(days=1)
    months = [Period(f"{year}-{n + 1:02}", first[n], first[n + 1] - one) for n in range(12)]
    quarters = [Period(f"{year}-Q{n + 1}", first[3 * n], first[3 * n + 3] - one) for n in range(4)]
    reports = [Period(code, first[0], end) for code, end in report_ends.items()]
    return [*months, *quarters, Period(str(year), first[0], first[-1] - one), *reports]


@dataclass(frozen=True)
class Facts:
    """Dossiers in scope, dates as days since 1970 (NEVER: none)."""

    level: Ints
    online: Flags
    digitised: Flags
    received: Ints
    due: Ints
    finished: Ints
    withdrawn: Flags
    always_paused: Flags
    waits: tuple[tuple[Ints, Ints], ...]
    fee_level: Ints
    fee_paid: Ints
    fee_online: Flags

    def paused(self, cut: int) -> Flags:
        """A supplement open at the cut, or a pause that the newest state shows."""
        result = self.always_paused.copy()
        for asked, answered in self.waits:
            result |= (asked <= cut) & (answered > cut)
        return result


def facts_of(province: Province) -> Facts:
    """What the newest state of each dossier says."""
    lives, papers = province.lives, province.papers
    state = lives.state(province.as_of)
    scope = ~state.deleted & (state.status != 1) & (state.status != 3)
    done = np.isin(state.status, (7, 9, 10))
    finished = np.where(done, np.where(state.finished < NEVER, state.finished, state.returned), NEVER)
    told = lives.supplement_told
    shown = np.zeros(len(scope), dtype=bool)
    for supplement in lives.supplements:
        shown |= told & (supplement.asked < NEVER)
    stopped = (state.status == 6) | (state.status == 8) | ((state.status == 5) & ~shown)
    live = papers.components.digitised & ~papers.components.deleted
    digitised = np.bincount(papers.components.dossier[live], minlength=len(scope)) > 0
    fees = papers.fees
    counted = (fees.paid < NEVER) & fees.date_told & (fees.amount > 0) & scope[fees.dossier]
    return Facts(
        level=lives.arrivals.level[scope],
        online=(lives.arrivals.channel == 2)[scope],
        digitised=digitised[scope],
        received=_day(state.received[scope]),
        due=_day(state.due[scope]),
        finished=_day(finished[scope]),
        withdrawn=((state.status == 7) & (finished < NEVER))[scope],
        always_paused=(stopped & (finished >= NEVER))[scope],
        waits=tuple((_day(np.where(told, s.asked, NEVER)[scope]), _day(s.answered[scope])) for s in lives.supplements),
        fee_level=lives.arrivals.level[fees.dossier[counted]],
        fee_paid=_day(fees.paid[counted]),
        fee_online=(fees.method == ONLINE)[counted],
    )


def truth_of(province: Province) -> dict[str, list[dict[str, Any]]]:
    """Rows of `handling_status` and `indicator_values` (rule `plan`) for the scopes level and province."""
    facts, code = facts_of(province), province.reference.province_code
    behaviour = province.behaviour
    form, indicators = [], []
    for period in periods_of(behaviour["year"], behaviour["report_periods"]):
        start, end = _number(period.start), _number(period.end)
        cut = min(end, province.as_of // DAY)
        counts = _form(facts, start, end, cut)
        shares = _indicators(facts, start, end, counts)
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


def _form(facts: Facts, start: int, end: int, cut: int) -> dict[str, Ints]:
    received, finished, due = facts.received, facts.finished, facts.due
    arrived = (received >= start) & (received <= cut)
    carried = (received < start) & (finished >= start)
    resolved = (finished >= start) & (finished <= end)
    no_delay = facts.withdrawn | (due >= NEVER) | (finished == due)
    early = resolved & ~no_delay & (finished < due)
    overdue = resolved & ~no_delay & (finished > due)
    standing = (received <= cut) & (finished > cut)
    late = standing & (due < cut) & ~facts.paused(cut)

    def count(which: Flags) -> Ints:
        return _per_scope(facts.level, which)

    return {
        "received_total": count(arrived | carried),
        "received_online": count(arrived & facts.online),
        "received_direct": count(arrived & ~facts.online),
        "carried_over": count(carried),
        "resolved_total": count(resolved),
        "resolved_early": count(early),
        "resolved_on_time": count(resolved & no_delay),
        "resolved_overdue": count(overdue),
        "open_total": count(standing),
        "open_in_time": count(standing & ~late),
        "open_overdue": count(late),
    }


def _indicators(facts: Facts, start: int, end: int, form: dict[str, Ints]) -> dict[str, tuple[Ints, Ints]]:
    arrived = (facts.received >= start) & (facts.received <= end)
    paid = (facts.fee_paid >= start) & (facts.fee_paid <= end)
    in_period = _per_scope(facts.level, arrived)
    return {
        "on_time_rate": (form["resolved_early"] + form["resolved_on_time"], form["resolved_total"]),
        "online_share": (_per_scope(facts.level, arrived & facts.online), in_period),
        "digitised_share": (_per_scope(facts.level, arrived & facts.digitised), in_period),
        "online_payment_share": (
            _per_scope(facts.fee_level, paid & facts.fee_online),
            _per_scope(facts.fee_level, paid),
        ),
    }


def _per_scope(level: Ints, which: Flags) -> Ints:
    """Counts for each level, and the province's at the end."""
    counts: Floats | Ints = np.bincount(level[which], minlength=len(LEVELS))
    return np.append(counts, counts.sum())


def _day(moment: Ints) -> Ints:
    return np.where(moment < NEVER, moment // DAY, NEVER)


def _number(day: dt.date) -> int:
    return int(np.datetime64(day, "D").astype(int))
