"""Attack and defence of a whole vintage: hide further figures in the scratch database until no attack succeeds.

Belongs here: the order of attacks, and their summary. An attack takes some milliseconds, so all run in this process:
to start another one, with its solver, takes longer than all of them. Inferences from totals need no solver and are
computed here in SQL. Does not belong here: the attack on a single subject (`defence`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from pipelines.common.errors import TthcError
from pipelines.common.sql import read_sql
from pipelines.open_data.disclosure import subjects
from pipelines.open_data.disclosure.attack import NO_LIMIT
from pipelines.open_data.disclosure.defence import AttackedSubject, SubjectOutcome, suppress_until_safe
from pipelines.open_data.disclosure.suppress import suppress_secondary
from pipelines.registers.disclosure import DisclosureRules

Connection = duckdb.DuckDBPyConnection


@dataclass
class AttackSummary:
    """The results of all attacks together; see `SubjectOutcome`."""

    attacked: int = 0
    narrow: int = 0
    solved: int = 0
    subjects: int = 0
    hidden_too: set[str] = field(default_factory=set)

    def take(self, outcome: SubjectOutcome, *, first: bool) -> None:
        """Add the outcome of one subject; in later rounds subjects and attacked figures are not counted again."""
        self.attacked += outcome.attacked if first else 0
        self.subjects += 1 if first else 0
        self.narrow += outcome.narrow
        self.solved += outcome.solved
        self.hidden_too |= set(outcome.hidden_too)


def run_disclosure_attacks(connection: Connection, rules: DisclosureRules) -> AttackSummary:
    """Hide further cells (table `hidden_too`) until no hidden one can be narrowed down below `rules.narrowest`.

    Args:
        connection: The scratch database with tables `cell` and `figure`; the latter is made anew.
        rules: The disclosure rules.

    Raises:
        TthcError: If a cell cannot be protected (`disclosure_unavoidable`).
    """
    connection.execute(read_sql(__package__, "sql/exact_total"))
    summary = AttackSummary()
    _from_totals(connection, rules, summary)
    targets: set[str] | None = None
    while targets is None or targets:
        found: set[str] = set()
        for year in subjects.years(connection):
            for outcome in _attacked(_subjects(connection, rules, year), rules.narrowest, targets):
                summary.take(outcome, first=targets is None)
                found |= set(outcome.hidden_too)
        suppress_secondary(connection, rules, sorted(found))
        # The newly hidden cells were attacked within their subject; totals may require hiding still more.
        targets = _from_totals(connection, rules, summary)
    return summary


def _subjects(connection: Connection, rules: DisclosureRules, year: int) -> Iterable[AttackedSubject]:
    yield from subjects.field_subjects(connection, rules, year)
    yield from subjects.own_subjects(connection, rules, year)


def _attacked(
    subjects: Iterable[AttackedSubject], narrowest: int, targets: set[str] | None
) -> Iterable[SubjectOutcome]:
    """Yield the outcome of every subject that has something to attack."""
    for subject in subjects:
        if targets is None or targets & subject.figures.keys():
            yield suppress_until_safe(subject, narrowest, targets)


def _from_totals(connection: Connection, rules: DisclosureRules, summary: AttackSummary) -> set[str]:
    """Hide the cells that inferences from totals require.

    Returns:
        The newly hidden cells, which must be attacked themselves.

    Raises:
        TthcError: If nothing is left to hide.
    """
    query = read_sql(__package__, "sql/narrowed_by_totals")
    limits = {"narrowest": rules.narrowest, "no_limit": int(NO_LIMIT)}
    hidden: set[str] = set()
    while rows := connection.execute(query, limits).fetchall():
        alone = [cell for cell, given_up in rows if given_up is None]
        if alone:
            raise TthcError("disclosure_unavoidable", cell=alone[0] or "thu-tuc nhạy cảm")
        summary.narrow += len(rows)
        given_up = {partner for _, partner in rows}
        suppress_secondary(connection, rules, sorted(given_up))
        hidden |= given_up
    summary.hidden_too |= hidden
    return hidden
