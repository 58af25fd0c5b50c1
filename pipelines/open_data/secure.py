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

from pipelines.open_data import blocks
from pipelines.open_data.attack import NO_LIMIT
from pipelines.open_data.defend import Limits, Outcome, Subject, defend
from pipelines.open_data.protect import hide_too
from pipelines.open_data.rules import Rules

Connection = duckdb.DuckDBPyConnection
# Below this many subjects with something to attack, starting processes takes longer than they save.
WORTH_PROCESSES = 40
# Parts of an exact total: units of a level, levels of the province, fields of a level, procedures, channels. Whoever
# knows all parts but one roughly, and the total exactly, knows that one roughly too. Where the total is so small that
# it says as much by itself, the publication tells nothing new.
FROM_TOTALS = """
    with
        known as (
            select
                c.cell, f.n, f.value, f.is_small, f.is_hidden_too,
                hash(c.measure, c.scope, if(c.scope in ('unit', 'field'), c.unit_level, ''), c.period_code) as whole,
                case when f.is_small then 0 when f.is_hidden_too then {threshold}
                    else greatest({threshold}, f.value - {base} + 1) end as low,
                case when f.is_small then {threshold} - 1 when f.is_hidden_too then {no_limit}
                    else f.value + {base} - 1 end as high
            from cell c join figure f using (cell)
            where c.scope <> 'province' and (c.scope <> 'channel' or c.measure <> 'feedback_sent')
        ),
        totals as (
            select whole, sum(n) as total, sum(low) as low_sum, sum(high) as high_sum,
                arg_min(cell, (value, cell)) filter (where value is not null) as partner
            from known group by whole
        )
    select cell, partner, least(high, total - (low_sum - low)) - greatest(low, total - (high_sum - high)) as width
    from known join totals using (whole)
    where (is_small or is_hidden_too) and total >= {narrowest} and width < {narrowest}
"""


@dataclass
class Secured:
    """What the attacks came to, over all subjects. `alone`: hidden figures that an exactly known total narrows down
    together with the rule, with nothing shown left to give up."""

    attacked: int = 0
    narrow: int = 0
    solved: int = 0
    subjects: int = 0
    hidden_too: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)

    def take(self, outcome: Outcome, *, first: bool) -> None:
        """Adds the outcome of one subject; in later rounds only what is new in it."""
        self.attacked += outcome.attacked if first else 0
        self.subjects += 1 if first else 0
        self.narrow += outcome.narrow
        self.solved += outcome.solved
        self.hidden_too |= set(outcome.hidden_too)
        self.untold |= outcome.untold


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
    yield blocks.level_subject(connection, rules, year)
    if connection.execute("select 1 from cell where scope = 'channel'").fetchone():
        yield blocks.channel_subject(connection, rules, year)
    yield from blocks.field_subjects(connection, rules, year)
    yield from blocks.unit_subjects(connection, rules, year)


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
    """Hides what sums with exact totals call for. Returns the cells hidden, which are to be attacked themselves."""
    query = FROM_TOTALS.format(threshold=rules.threshold, base=rules.base, narrowest=rules.narrowest,
                               no_limit=int(NO_LIMIT))  # fmt: skip
    hidden: set[str] = set()
    while True:
        rows = connection.execute(query).fetchall()
        partners = {partner for _, partner, _ in rows if partner is not None}
        if not partners:
            secured.untold |= {cell for cell, _, _ in rows}
            secured.hidden_too |= hidden
            return hidden
        secured.narrow += len({cell for cell, partner, _ in rows if partner is not None})
        hide_too(connection, rules, sorted(partners))
        hidden |= partners
