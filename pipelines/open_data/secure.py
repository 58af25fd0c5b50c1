"""Attack and defence of a whole vintage: hides further figures in the scratch database until no attack succeeds.

Belongs here: the order of attacks, spreading them over processes, and what came of them. The single attack is
`defend`'s; sums with one exact total need no solver and are done here in SQL.
"""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

import duckdb

from pipelines.errors import TthcError
from pipelines.open_data import blocks
from pipelines.open_data.attack import NO_LIMIT
from pipelines.open_data.defend import Limits, Outcome, Subject, defend
from pipelines.open_data.protect import hide_too
from pipelines.open_data.rules import Rules

Connection = duckdb.DuckDBPyConnection
# Below this many subjects with something to attack, starting processes takes longer than they save.
WORTH_PROCESSES = 40
# Parts of a total: units and fields of a level; levels, procedures and channels of the province. Whoever knows all
# parts but one roughly, and the total, knows that one roughly too. There are two attackers: a reader has what is shown
# of the total, and is told which figures are hidden for being small; an insider has the total exactly, but not the
# reason, which the published flag does not say. Where some fields or procedures are left out, the total only says what
# the parts come to at most. An exact total under `narrowest` says as much by itself: the publication tells nothing new.
FROM_TOTALS = """
    with
        known as (
            select
                c.cell, f.n, f.value, f.is_small, f.is_hidden_too, c.measure, c.period_code,
                if(c.scope in ('unit', 'field'), 'level', 'province') as total_scope,
                if(c.scope in ('unit', 'field'), c.unit_level, 'tinh') as total_level,
                c.scope in ('unit', 'level', 'channel') as is_complete,
                hash(c.scope, c.measure, c.period_code, total_level) as whole,
                {low} as low, {high} as high
            from cell c join figure f using (cell)
            where c.scope <> 'province' and c.measure <> 'feedback_sent'
        ),
        of_total as (
            select c.measure, c.period_code, c.scope as total_scope, c.unit_level as total_level, c.cell as total_cell,
                f.value as total_value, {low} as total_low, {high} as total_high
            from cell c join figure f using (cell)
            where c.scope in ('level', 'province')
        ),
        sums as (
            select whole, sum(n) as total, sum(low) as low_sum, sum(high) as high_sum,
                arg_min(cell, (value, cell)) filter (where value is not null) as partner
            from known group by whole
        ),
        placed as (
            select k.*, s.*, if({exact}, total, total_high) as most,
                if({exact}, total, if(is_complete, total_low, 0)) as least,
                coalesce(partner, if({exact}, null, if(total_value is not null, total_cell, null))) as given_up
            from known k join sums s using (whole)
            join of_total t using (measure, period_code, total_scope, total_level)
        )
    select cell, given_up, least(high, most - (low_sum - low)) - greatest(low, least - (high_sum - high)) as width
    from placed
    where (is_small or is_hidden_too) and width < {narrowest} and (total >= {narrowest} or not {exact})
"""
SHOWN_LOW = "when f.value is not null then greatest({threshold}, f.value - {base} + 1)"
SHOWN_HIGH = "when f.value is not null then f.value + {base} - 1"
ATTACKERS = {
    "reader": {
        "low": f"case {SHOWN_LOW} else 0 end",
        "high": f"case {SHOWN_HIGH} when f.is_small then {{threshold}} - 1 else {{no_limit}} end",
        "exact": "false",
    },
    "insider": {
        "low": f"case {SHOWN_LOW} else 0 end", "high": f"case {SHOWN_HIGH} else {{no_limit}} end", "exact": "true",
    },
}  # fmt: skip


@dataclass
class Secured:
    """What the attacks came to, over all subjects."""

    attacked: int = 0
    narrow: int = 0
    solved: int = 0
    subjects: int = 0
    hidden_too: set[str] = field(default_factory=set)

    def take(self, outcome: Outcome, *, first: bool) -> None:
        """Adds the outcome of one subject; in later rounds only what is new in it."""
        self.attacked += outcome.attacked if first else 0
        self.subjects += 1 if first else 0
        self.narrow += outcome.narrow
        self.solved += outcome.solved
        self.hidden_too |= set(outcome.hidden_too)


def secure(connection: Connection, rules: Rules, workers: int) -> Secured:
    """Hides further cells (table `hidden_too`) until every hidden one keeps an interval of at least `narrowest`,
    whoever combines what. Tables `cell`, `figure` and `shown_before` are there. Raises TthcError where it cannot."""
    secured, limits = Secured(), Limits(rules.threshold, rules.base, rules.narrowest)
    _from_totals(connection, rules, secured)
    targets: set[str] | None = None
    while targets is None or targets:
        found: set[str] = set()
        for year in blocks.years(connection):
            for outcome in _attacked(_subjects(connection, rules, year), limits, targets, workers):
                secured.take(outcome, first=targets is None)
                found |= set(outcome.hidden_too)
        hide_too(connection, rules, sorted(found))
        # What was hidden just now has been attacked where it was; sums with exact totals may hide still more.
        targets = _from_totals(connection, rules, secured)
    return secured


def _subjects(connection: Connection, rules: Rules, year: int) -> Iterable[Subject]:
    yield from blocks.field_subjects(connection, rules, year)
    yield from blocks.own_subjects(connection, rules, year)


def _attacked(subjects: Iterable[Subject], limits: Limits, targets: set[str] | None, workers: int) -> Iterable[Outcome]:
    """The outcome of every subject, in their order whatever the processes do."""
    waiting = [s for s in subjects if targets is None or targets & s.figures.keys()]
    work = partial(defend, limits=limits, targets=targets)
    busy = [subject for subject in waiting if _shows_something(subject)]
    if workers < 2 or len(busy) < WORTH_PROCESSES:
        yield from map(work, waiting)
        return
    # A new process for each worker: threads of the calling one may hold locks that a fork would copy.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, waiting, chunksize=4)


def _shows_something(subject: Subject) -> bool:
    return any(not subject.is_hidden(name) for name in subject.figures)


def _from_totals(connection: Connection, rules: Rules, secured: Secured) -> set[str]:
    """Hides what sums call for. Returns the cells hidden, which are to be attacked themselves. Raises TthcError where
    nothing is left to hide."""
    numbers = {"threshold": rules.threshold, "base": rules.base, "no_limit": int(NO_LIMIT)}
    queries = [
        FROM_TOTALS.format(narrowest=rules.narrowest, **{name: sql.format(**numbers) for name, sql in attacker.items()})
        for attacker in ATTACKERS.values()
    ]
    hidden: set[str] = set()
    while True:
        rows = [row for query in queries for row in connection.execute(query).fetchall()]
        if not rows:
            secured.hidden_too |= hidden
            return hidden
        alone = [cell for cell, given_up, _ in rows if given_up is None]
        if alone:
            raise TthcError("disclosure_unavoidable", cell=alone[0])
        secured.narrow += len({cell for cell, *_ in rows})
        given_up = {partner for _, partner, _ in rows}
        hide_too(connection, rules, sorted(given_up))
        hidden |= given_up
