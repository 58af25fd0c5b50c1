"""Attack and defence of a whole vintage: hides further figures in the scratch database until no attack succeeds.

Belongs here: the order of attacks, spreading them over processes, and what came of them. The single attack is
`defence`'s; sums with a total need no solver and are done here in SQL.
"""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

import duckdb

from pipelines.common.errors import TthcError
from pipelines.open_data.disclosure import subjects
from pipelines.open_data.disclosure.attack import NO_LIMIT
from pipelines.open_data.disclosure.defence import AttackedSubject, SubjectOutcome, suppress_until_safe
from pipelines.open_data.disclosure.suppress import suppress_secondary
from pipelines.registers.disclosure import DisclosureRules

Connection = duckdb.DuckDBPyConnection
# Below this many subjects with something to attack, starting processes takes longer than they save.
WORTH_PROCESSES = 40
# What is published exactly, as totals of what is protected: the province's opinions over levels and channels, a level's
# dossiers of a month over fields, the province's of a year over procedures.
TOTALS = """
    create or replace table exact_total as
    with
        told as (
            select indicator_code, scope, unit_level, period_code, period_type, numerator, denominator
            from tthc.marts.indicator_values join period using (period_code)
            where rule = 'plan' and missing_source is null
        ),
        opinion as (
            select unnest([p.denominator, p.numerator]) as measure, period_code, period_type,
                unnest([t.denominator, t.numerator]) as n
            from told t join protected_parts p on (p.code, p.rule) = (t.indicator_code, 'plan')
            where t.scope = 'province'
        )
    select 'level' as scope, measure, null as unit_level, period_code, n from opinion
    union all
    select 'channel', measure, null, period_code, n from opinion where period_type = 'quarter'
    union all
    select 'field', unnest(['received', 'received_online']), unit_level, period_code, unnest([denominator, numerator])
    from told where scope = 'level' and period_type = 'month' and indicator_code = 'online_share'
    union all
    select 'field', unnest(['resolved', 'resolved_in_time']), unit_level, period_code, unnest([denominator, numerator])
    from told where scope = 'level' and period_type = 'month' and indicator_code = 'on_time_rate'
    union all
    select 'procedure', 'received', null, period_code, denominator
    from told where scope = 'province' and period_type = 'year' and indicator_code = 'online_share'
"""
# Parts of a total; whoever knows all parts but one roughly, and the total, knows that one roughly too. Beside the
# fields of a level stands the rest: sensitive procedures, which nobody may learn of there. An exact total under
# `narrowest` says as much by itself, and so does one with a single part (the only level of a pilot is the province):
# the protected figures tell nothing new. Tables that stay were attacked when they were made, under the totals of then.
FROM_TOTALS = """
    with
        part as (
            select
                c.scope, c.measure, if(c.scope in ('unit', 'field'), c.unit_level, null) as level, c.period_code,
                c.cell, f.n, f.low, f.high, f.is_hidden, f.can_be_hidden
            from cell c join figure f using (cell)
            where not c.is_frozen
        ),
        only_level as (
            select measure, period_code from cell where scope = 'level'
            group by measure, period_code having count(*) = 1
        ),
        total as (
            select scope, measure, unit_level as level, period_code, n, n as low, n as high, true as is_exact,
                null as cell
            from exact_total
            union all
            select 'unit', c.measure, c.unit_level, c.period_code, f.n, coalesce(e.n, f.low), coalesce(e.n, f.high),
                e.n is not null, if(f.can_be_hidden and e.n is null, c.cell, null)
            from cell c
            join figure f using (cell)
            left join only_level o using (measure, period_code)
            left join exact_total e on (e.scope, e.measure, e.period_code) = ('level', o.measure, o.period_code)
            where c.scope = 'level'
        ),
        summed as (
            select p.scope, p.measure, p.level, p.period_code, t.is_exact, t.cell as total_cell,
                greatest(any_value(t.n), sum(p.n)) as n, greatest(any_value(t.low), sum(p.low)) as low,
                greatest(any_value(t.high), sum(p.n)) as high,
                sum(p.low) as low_sum, sum(p.high) as high_sum, greatest(any_value(t.n) - sum(p.n), 0) as rest,
                count(*) = 1 and rest = 0 as is_the_total,
                arg_min(p.cell, (p.n, p.cell)) filter (p.can_be_hidden and not p.is_hidden) as partner
            from part p
            join total t on (t.scope, t.measure, t.period_code) = (p.scope, p.measure, p.period_code)
                and t.level is not distinct from p.level
            group by p.scope, p.measure, p.level, p.period_code, t.is_exact, t.cell
        ),
        complete as (
            select *, if(rest = 0 and scope in ('unit', 'level', 'channel'), 0, {no_limit}) as rest_high from summed
        ),
        asked as (
            select scope, measure, level, period_code, cell, low, high, is_hidden, can_be_hidden from part
            union all
            select scope, measure, level, period_code, null, 0, rest_high, scope = 'field', false from complete
        ),
        widths as (
            select a.cell, partner, total_cell, a.can_be_hidden,
                least(a.high, s.high - (s.low_sum - a.low)) as most,
                greatest(a.low, s.low - (s.high_sum + s.rest_high - a.high)) as least_,
                a.high < s.high - (s.low_sum - a.low) as is_stopped_by_itself
            from asked a
            join complete s on (s.scope, s.measure, s.period_code) = (a.scope, a.measure, a.period_code)
                and s.level is not distinct from a.level
            where a.is_hidden and not s.is_the_total and (s.n >= {narrowest} or not s.is_exact)
        )
    select cell, if(is_stopped_by_itself and can_be_hidden, cell, coalesce(partner, total_cell)) as given_up
    from widths
    where most - least_ < {narrowest}
"""


@dataclass
class AttackSummary:
    """What the attacks came to, over all subjects."""

    attacked: int = 0
    narrow: int = 0
    solved: int = 0
    subjects: int = 0
    hidden_too: set[str] = field(default_factory=set)

    def take(self, outcome: SubjectOutcome, *, first: bool) -> None:
        """Add the outcome of one subject; in later rounds only what is new in it."""
        self.attacked += outcome.attacked if first else 0
        self.subjects += 1 if first else 0
        self.narrow += outcome.narrow
        self.solved += outcome.solved
        self.hidden_too |= set(outcome.hidden_too)


def run_disclosure_attacks(connection: Connection, rules: DisclosureRules, workers: int) -> AttackSummary:
    """Hide further cells (table `hidden_too`) until every hidden one keeps an interval of at least `narrowest`.

    This holds whoever combines what. Tables `cell` and `figure` must be there.

    Raises:
        TthcError: If it cannot be reached.
    """
    connection.execute(TOTALS)
    secured = AttackSummary()
    _from_totals(connection, rules, secured)
    targets: set[str] | None = None
    while targets is None or targets:
        found: set[str] = set()
        for year in subjects.years(connection):
            for outcome in _attacked(_subjects(connection, rules, year), rules.narrowest, targets, workers):
                secured.take(outcome, first=targets is None)
                found |= set(outcome.hidden_too)
        suppress_secondary(connection, rules, sorted(found))
        # What was hidden just now has been attacked where it was; sums with totals may hide still more.
        targets = _from_totals(connection, rules, secured)
    return secured


def _subjects(connection: Connection, rules: DisclosureRules, year: int) -> Iterable[AttackedSubject]:
    yield from subjects.field_subjects(connection, rules, year)
    yield from subjects.own_subjects(connection, rules, year)


def _attacked(
    subjects: Iterable[AttackedSubject], narrowest: int, targets: set[str] | None, workers: int
) -> Iterable[SubjectOutcome]:
    """Yield the outcome of every subject, in their order whatever the processes do."""
    waiting = [s for s in subjects if targets is None or targets & s.figures.keys()]
    work = partial(suppress_until_safe, narrowest=narrowest, targets=targets)
    busy = [subject for subject in waiting if _shows_something(subject)]
    if workers < 2 or len(busy) < WORTH_PROCESSES:
        yield from map(work, waiting)
        return
    # A new process for each worker: threads of the calling one may hold locks that a fork would copy.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, waiting, chunksize=4)


def _shows_something(subject: AttackedSubject) -> bool:
    return any(not subject.is_hidden(name) for name in subject.figures)


def _from_totals(connection: Connection, rules: DisclosureRules, secured: AttackSummary) -> set[str]:
    """Hide what sums call for.

    Returns:
        The cells hidden, which are to be attacked themselves.

    Raises:
        TthcError: If nothing is left to hide.
    """
    query = FROM_TOTALS.format(narrowest=rules.narrowest, no_limit=int(NO_LIMIT))
    hidden: set[str] = set()
    while rows := connection.execute(query).fetchall():
        alone = [cell for cell, given_up in rows if given_up is None]
        if alone:
            raise TthcError("disclosure_unavoidable", cell=alone[0] or "thu-tuc nhạy cảm")
        secured.narrow += len(rows)
        given_up = {partner for _, partner in rows}
        suppress_secondary(connection, rules, sorted(given_up))
        hidden |= given_up
    secured.hidden_too |= hidden
    return hidden
