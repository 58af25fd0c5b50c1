"""The indicators of the design's `indicators.md`, once more, by loops over plain records.

Here: form II.06a and four indicators under rule `plan` with their targets. Every rule stands beside the
sentence it comes from. Not here: which rows count (settle), anything fast, any SQL, any file.
Nothing is shared with the pipeline, so that an error in one of the two shows as a difference.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .periods import Period, periods
from .records import PROVINCE, Component, Dossier, DossierState, Fee, Procedure, Records, Settled, Supplement, Unit
from .settle import day_of, settle

# All that a reader of delivered rows needs, under one name.
__all__ = [
    "INDICATORS", "PROVINCE", "Component", "Dossier", "DossierState", "Fee", "HandlingStatus", "IndicatorValue",
    "Procedure", "Records", "Scope", "Settled", "Supplement", "Unit", "form_row", "handling_status",
    "indicator_values", "outcome", "paused", "periods", "settle",
]  # fmt: skip

# Column "target (plan)" of the table, in percent, by level; "*" is every level and the province.
TARGETS = {
    "on_time_rate": {"*": 97},
    "online_share": {"so": 80, "huyen": 40, "xa": 30},
    "digitised_share": {"so": 70, "huyen": 40, "xa": 35},
    "online_payment_share": {"so": 30, "huyen": 15},
}
# The plan is that of 2024; a later year has its targets from its own plan.
PLAN_YEAR = 2024


class Scope(NamedTuple):
    """One reporting subject: a unit, a level, or the province."""

    scope: str
    unit_code: str
    unit_level: str

    def covers(self, dossier: Dossier) -> bool:
        """Whether the dossier is counted for this subject."""
        if self.scope == "unit":
            return dossier.unit_code == self.unit_code
        if self.scope == "level":
            return dossier.unit_level == self.unit_level
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


@dataclass(frozen=True)
class IndicatorValue:
    """A numerator and a denominator under rule `plan`, with the plan's target in percent, null where none."""

    indicator_code: str
    period_code: str
    subject: Scope
    numerator: int
    denominator: int
    is_closed: bool
    target_percent: int | None = None

    @property
    def value(self) -> float | None:
        """ "Rates are null where the denominator is 0"; otherwise a fraction from 0 to 1."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def target(self) -> float | None:
        """The target as a fraction from 0 to 1."""
        return None if self.target_percent is None else self.target_percent / 100

    @property
    def met(self) -> bool | None:
        """Whether the value reaches the target ("≥"), in whole numbers; null where either is."""
        if self.target_percent is None or not self.denominator:
            return None
        return 100 * self.numerator >= self.target_percent * self.denominator


def paused(dossier: Dossier, cut: date) -> bool:
    """Whether the clock of an open dossier stands still at the cut."""
    for request in dossier.supplements:
        # "a supplement request open at the cut (NgayBoSung ≤ cut, and not yet received back by the cut)"
        asked = request.NgayBoSung.date() <= cut
        received_back = request.NgayTiepNhanBoSung is not None and request.NgayTiepNhanBoSung.date() <= cut
        if asked and not received_back:
            return True
    # "or status 6 or 8 with no finish date"; these statuses never have one (see finished_day)
    if dossier.status in (6, 8):
        return True
    # "Where a dossier has no `bo_sung` row, status 5 with no finish date is paused."
    return dossier.status == 5 and not dossier.supplements


def outcome(dossier: Dossier) -> str | None:
    """How a dossier was resolved: 'early', 'on_time' or 'overdue'; null while it has no finish date."""
    if dossier.finished is None:
        return None
    # "**withdrawn**: status 7 with a finish date: resolved, never overdue"
    # "on_time: withdrawn, or due is null, or finished = due"
    if dossier.status == 7 or dossier.due is None or dossier.finished == dossier.due:
        return "on_time"
    # "of the others early: finished < due; overdue: finished > due"
    return "early" if dossier.finished < dossier.due else "overdue"


# ---- what is reported -------------------------------------------------------------------------------------


def scopes(settled: Settled) -> Iterator[Scope]:
    """ "per unit, level and province"; a level or the province carries the province's unit code."""
    for code, unit in sorted(settled.units.items()):
        yield Scope("unit", code, unit.Cap)
    for level in sorted({unit.Cap for unit in settled.units.values()}):
        yield Scope("level", PROVINCE, level)
    yield Scope("province", PROVINCE, "tinh")


def form_row(dossiers: Sequence[Dossier], period: Period, subject: Scope) -> HandlingStatus:
    """Form II.06a for one subject and one period; the sentences are those of its section."""
    count: dict[str, int] = defaultdict(int)
    for dossier in dossiers:
        received, finished, due, cut = dossier.received, dossier.finished, dossier.due, period.cut
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
        # "A dossier finished after the cut was open at the cut, whatever its status is today."
        if received <= cut and not (finished is not None and finished <= cut):
            count["open"] += 1
            # "open_overdue: due < cut and not paused; open_in_time: the rest"
            late = due is not None and due < cut and not paused(dossier, cut)
            count["open_overdue" if late else "open_in_time"] += 1
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
    """Form II.06a for every period begun by the as-of day and every subject, rows of zeros included."""
    return [
        form_row([dossier for dossier in settled.dossiers if subject.covers(dossier)], period, subject)
        for period in periods(as_of)
        for subject in scopes(settled)
    ]


def on_time_rate(dossiers: Sequence[Dossier], period: Period) -> tuple[int, int]:
    """ "resolved early or on time / resolved in P"."""
    resolved = [dossier for dossier in dossiers if period.holds(dossier.finished)]
    return len([dossier for dossier in resolved if outcome(dossier) != "overdue"]), len(resolved)


def online_share(dossiers: Sequence[Dossier], period: Period) -> tuple[int, int]:
    """ "received in P, channel 2 / received in P"."""
    received = [dossier for dossier in dossiers if period.holds(dossier.received)]
    return len([dossier for dossier in received if dossier.channel == 2]), len(received)


def digitised_share(dossiers: Sequence[Dossier], period: Period) -> tuple[int, int]:
    """ "received in P with ≥ 1 live component with DuocSoHoa = 1 / received in P"."""
    received = [dossier for dossier in dossiers if period.holds(dossier.received)]
    digitised = [
        dossier
        for dossier in received
        if any(part.IsDeleted != 1 and part.DuocSoHoa == 1 for part in dossier.components)
    ]
    return len(digitised), len(received)


def online_payment_share(dossiers: Sequence[Dossier], period: Period) -> tuple[int, int]:
    """ "fee requests paid in P (Gia > 0) by truc-tuyen / fee requests paid in P (Gia > 0)"."""
    paid = []
    for dossier in dossiers:
        for fee in dossier.fees:
            if fee.TrangThaiThanhToan == 1 and fee.Gia > 0 and period.holds(day_of(fee.NgayThuPhi)):
                paid.append(fee)
    return len([fee for fee in paid if fee.HinhThucThanhToan == "truc-tuyen"]), len(paid)


INDICATORS = {
    "on_time_rate": on_time_rate,
    "online_share": online_share,
    "digitised_share": digitised_share,
    "online_payment_share": online_payment_share,
}


def target_percent(code: str, period: Period, subject: Scope) -> int | None:
    """The plan's target for a subject; a period is judged by the plan of the year it ends in."""
    if period.end.year != PLAN_YEAR:
        return None
    return TARGETS[code].get("*", TARGETS[code].get(subject.unit_level))


def indicator_values(settled: Settled, as_of: date) -> list[IndicatorValue]:
    """The four indicators for every period begun by the as-of day and every subject, 0 / 0 included."""
    found = []
    for period in periods(as_of):
        for subject in scopes(settled):
            dossiers = [dossier for dossier in settled.dossiers if subject.covers(dossier)]
            for code, formula in INDICATORS.items():
                numerator, denominator = formula(dossiers, period)
                target = target_percent(code, period, subject)
                found.append(
                    IndicatorValue(code, period.code, subject, numerator, denominator, period.is_closed, target)
                )
    return found
