"""Form II.06a, once more, by loops over plain records; and the subjects that figures are reported for.

Not here: which rows count (settle), the indicators.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .periods import Period, periods
from .records import PROVINCE
from .settled import Dossier, Settled
from .terms import is_open, open_overdue, outcome


class Scope(NamedTuple):
    """One reporting subject: a unit, a level, or the province."""

    scope: str
    unit_code: str
    unit_level: str

    def covers(self, dossier: Dossier, period: Period) -> bool:
        """Whether the dossier is counted for this subject in a period."""
        home = dossier.home(period.cut)
        return self.covers_unit(home.MaDonVi, home.Cap)

    def covers_unit(self, code: str, level: str) -> bool:
        """Whether what a unit does is counted for this subject."""
        if self.scope == "unit":
            return code == self.unit_code
        if self.scope == "level":
            return level == self.unit_level
        return True


@dataclass(frozen=True)
class HandlingStatus:
    """A row of form II.06a: columns (1) and (2) are the subject, the counts are columns (3) to (13)."""

    period_code: str
    subject: Scope
    received_total: int
    received_online: int
    received_direct: int
    carried_over: int
    resolved_total: int
    resolved_early: int
    resolved_on_time: int
    resolved_overdue: int
    open_total: int
    open_in_time: int
    open_overdue: int


def scopes(settled: Settled) -> Iterator[Scope]:
    """Rule: "per unit, level and province"; a level or the province carries the province's unit code."""
    for code, unit in sorted(settled.units.items()):
        yield Scope("unit", code, unit.Cap)
    for level in sorted({unit.Cap for unit in settled.units.values()}):
        yield Scope("level", PROVINCE, level)
    yield WHOLE


WHOLE = Scope("province", PROVINCE, "tinh")


def form_row(dossiers: Sequence[Dossier], period: Period, subject: Scope) -> HandlingStatus:
    """Return form II.06a for one subject and one period; the sentences are those of its section."""
    count: dict[str | None, int] = defaultdict(int)
    for dossier in dossiers:
        received, finished, cut = dossier.received, dossier.finished, period.cut
        # "received_online = in scope, received in P, channel 2; received_direct = the same, other channels"
        # "Missing channel counts as desk."
        if period.holds(received):
            count["online" if dossier.channel == 2 else "direct"] += 1
        # "carried_over = received before P.start and not finished before P.start"
        if received < period.start and not (finished is not None and finished < period.start):
            count["carried_over"] += 1
        # "resolved = in scope, finished in P"
        if period.holds(finished):
            count["resolved"] += 1
            count[outcome(dossier)] += 1
        # "open = received ≤ cut and not finished by the cut"
        if is_open(dossier, cut):
            count["open"] += 1
            # "open_overdue: due < cut and not paused; open_in_time: the rest"
            count["open_overdue" if open_overdue(dossier, cut) else "open_in_time"] += 1
    return HandlingStatus(
        period_code=period.code,
        subject=subject,
        # "received_total = the three together"
        received_total=count["online"] + count["direct"] + count["carried_over"],
        received_online=count["online"],
        received_direct=count["direct"],
        carried_over=count["carried_over"],
        resolved_total=count["resolved"],
        resolved_early=count["early"],
        resolved_on_time=count["on_time"],
        resolved_overdue=count["overdue"],
        open_total=count["open"],
        open_in_time=count["open_in_time"],
        open_overdue=count["open_overdue"],
    )


def handling_status(settled: Settled, as_of: date) -> list[HandlingStatus]:
    """Return form II.06a for every period begun by the as-of day and every subject, rows of zeros included."""
    return [
        form_row([dossier for dossier in settled.dossiers if subject.covers(dossier, period)], period, subject)
        for period in periods(as_of)
        for subject in scopes(settled)
    ]
