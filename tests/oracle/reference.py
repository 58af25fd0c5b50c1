"""The indicators of the design's `indicators.md`, once more, by loops over plain records.

Here: landing rows as dataclasses, which row of a key counts, form II.06a and four indicators under rule
`plan`. Every rule stands beside the sentence it comes from. Not here: anything fast, any SQL, any file.
Nothing is shared with the pipeline, so that an error in one of the two shows as a difference.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

PROVINCE = "H19"


@dataclass(frozen=True)
class Unit:
    """A row of `don_vi`."""

    MaDonVi: str
    Cap: str
    business_day: date
    TenDonVi: str = "Đơn vị"
    MaDonViCha: str | None = None
    HieuLucTu: date | None = None
    HieuLucDen: date | None = None


@dataclass(frozen=True)
class Procedure:
    """A row of `thu_tuc`."""

    MaTTHC: str
    business_day: date
    TenTTHC: str = "Thủ tục"


@dataclass(frozen=True)
class DossierState:
    """A row of `ho_so`: one state of a dossier."""

    MaHoSo: str
    MaTTHC: str
    MaDonVi: str
    TrangThaiHoSo: int
    business_day: date
    KenhThucHien: int | None = None
    NgayTiepNhan: datetime | None = None
    NgayHenTra: datetime | None = None
    NgayKetThucXuLy: datetime | None = None
    NgayTra: datetime | None = None
    NgayCapNhat: datetime | None = None
    DaXoa: int | None = None


@dataclass(frozen=True)
class Supplement:
    """A row of `bo_sung`."""

    MaHoSo: str
    NgayBoSung: datetime
    business_day: date
    NgayTiepNhanBoSung: datetime | None = None


@dataclass(frozen=True)
class Component:
    """A row of `thanh_phan`."""

    MaHoSo: str
    TepDinhKemId: str
    DuocSoHoa: int
    business_day: date
    IsDeleted: int | None = None


@dataclass(frozen=True)
class Fee:
    """A row of `le_phi`."""

    MaHoSo: str
    MaPhiLePhi: str
    Gia: int
    TrangThaiThanhToan: int
    business_day: date
    HinhThucThanhToan: str | None = None
    NgayThuPhi: datetime | None = None


Row = Unit | Procedure | DossierState | Supplement | Component | Fee
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Records:
    """Every row delivered so far, in any order."""

    units: Sequence[Unit] = ()
    procedures: Sequence[Procedure] = ()
    dossiers: Sequence[DossierState] = ()
    supplements: Sequence[Supplement] = ()
    components: Sequence[Component] = ()
    fees: Sequence[Fee] = ()


@dataclass(frozen=True)
class Dossier:
    """A dossier in scope, with its newest accepted state and the children that count."""

    code: str
    unit_code: str
    unit_level: str
    status: int
    channel: int | None
    received: date
    due: date | None
    finished: date | None
    newer_state_rejected: bool
    supplements: Sequence[Supplement] = ()
    components: Sequence[Component] = ()
    fees: Sequence[Fee] = ()


@dataclass
class Settled:
    """What counts (units by code, dossiers in scope), and what does not, with the reason."""

    units: dict[str, Unit]
    dossiers: list[Dossier] = field(default_factory=list)
    quarantine: list[tuple[str, Row]] = field(default_factory=list)
    superseded: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Period:
    """A row of the register of periods, seen from an as-of day."""

    code: str
    kind: str
    start: date
    end: date
    as_of: date
    report_due: date | None = None

    @property
    def cut(self) -> date:
        """ "**Cut** = min(P.end, as-of day)"."""
        return min(self.end, self.as_of)

    @property
    def is_closed(self) -> bool:
        """ "`is_closed` = P.end ≤ as-of day"."""
        return self.end <= self.as_of

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in the period; what comes after the as-of day has not happened yet."""
        return day is not None and self.start <= day <= self.cut


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
    """A numerator and a denominator under rule `plan`."""

    indicator_code: str
    period_code: str
    subject: Scope
    numerator: int
    denominator: int
    is_closed: bool

    @property
    def value(self) -> float | None:
        """ "Rates are null where the denominator is 0"; otherwise a fraction from 0 to 1."""
        return self.numerator / self.denominator if self.denominator else None


# ---- which row of a key counts (contract.md section 2) ----------------------------------------------------


def newness(row: Row) -> tuple[datetime, date]:
    """ "newness being NgayCapNhat (where the source has none or it is empty: the end of the business day),
    then the business day; never the order of arrival"."""
    updated = row.NgayCapNhat if isinstance(row, DossierState) else None
    return updated or datetime.combine(row.business_day, time(23, 59, 59)), row.business_day


def newest(rows: Iterable[R], key: Callable[[R], Hashable], settled: Settled) -> list[R]:
    """The row that counts of each key; the others go to `settled` as superseded or as a conflict."""
    by_key: dict[Hashable, dict[tuple[datetime, date], list[R]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_key[key(row)][newness(row)].append(row)
    winners = []
    for by_newness in by_key.values():
        winner = None
        for age in sorted(by_newness, reverse=True):
            equally_new = by_newness[age]
            # "Two rows of one key that are equally new and differ are a conflict: both go to quarantine."
            if len(set(equally_new)) > 1:
                settled.quarantine += [("conflict", row) for row in equally_new]
            # "In every source the newest row of a key wins"
            elif winner is None:
                winner = equally_new[0]
                settled.superseded += equally_new[1:]
            # "The others are superseded and counted, and so are identical repeats."
            else:
                settled.superseded += equally_new
        if winner is not None:
            winners.append(winner)
    return winners


# ---- terms of indicators.md -------------------------------------------------------------------------------


def day_of(moment: datetime | None) -> date | None:
    """ "All comparisons are on calendar dates in Asia/Ho_Chi_Minh"; the fields are local times already."""
    return None if moment is None else moment.date()


def finished_day(state: DossierState) -> date | None:
    """ "for status 7, 9 and 10 only: date of NgayKetThucXuLy, else of NgayTra; for other statuses null,
    whatever the fields say"."""
    if state.TrangThaiHoSo not in (7, 9, 10):
        return None
    return day_of(state.NgayKetThucXuLy) or day_of(state.NgayTra)


def row_rule_broken(state: DossierState) -> str | None:
    """The rule that a dossier row breaks by itself, or null. Reliability.md, "Values", "To quarantine"."""
    received, finished = day_of(state.NgayTiepNhan), finished_day(state)
    # "status 2 and above without a received date"
    if received is None and state.TrangThaiHoSo != 1:
        return "no_received_date"
    # "9 or 10 without any finish date"
    if finished is None and state.TrangThaiHoSo in (9, 10):
        return "no_finish_date"
    # "finished before received"
    if received is not None and finished is not None and finished < received:
        return "finished_before_received"
    # "received or finished after the business day"
    if received is not None and received > state.business_day:
        return "received_after_business_day"
    if finished is not None and finished > state.business_day:
        return "finished_after_business_day"
    return None


def rejection(state: DossierState, units: dict[str, Unit], procedures: set[str]) -> str | None:
    """Why a dossier row is not a state at all, or null."""
    broken = row_rule_broken(state)
    if broken:
        return broken
    # "unknown unit or procedure"
    if state.MaDonVi not in units:
        return "unknown_unit"
    if state.MaTTHC not in procedures:
        return "unknown_procedure"
    # "a unit abolished before the dossier was received"
    abolished, received = units[state.MaDonVi].HieuLucDen, day_of(state.NgayTiepNhan)
    if abolished is not None and received is not None and abolished < received:
        return "unit_abolished"
    return None


def settle(records: Records) -> Settled:
    """Judges every row: the dossiers in scope with their children, and where each other row went."""
    settled = Settled(units={})
    settled.units = {unit.MaDonVi: unit for unit in newest(records.units, lambda row: row.MaDonVi, settled)}
    procedures = {row.MaTTHC for row in newest(records.procedures, lambda row: row.MaTTHC, settled)}

    accepted = []
    for state in records.dossiers:
        reason = rejection(state, settled.units, procedures)
        if reason:
            settled.quarantine.append((reason, state))
        else:
            accepted.append(state)
    states = newest(accepted, lambda row: row.MaHoSo, settled)

    # "a child whose dossier is unknown waits in quarantine"
    known = {state.MaHoSo for state in states}

    def children(rows: Sequence[R], key: Callable[[R], Hashable]) -> list[R]:
        settled.quarantine += [("unknown_dossier", row) for row in rows if row.MaHoSo not in known]
        return newest([row for row in rows if row.MaHoSo in known], key, settled)

    supplements = children(records.supplements, lambda row: (row.MaHoSo, row.NgayBoSung))
    components = children(records.components, lambda row: (row.MaHoSo, row.TepDinhKemId))
    fees = children(records.fees, lambda row: (row.MaHoSo, row.MaPhiLePhi))

    for state in states:
        # "**in scope**: accepted, not deleted, status not 1 or 3"
        if state.DaXoa == 1 or state.TrangThaiHoSo in (1, 3):
            continue
        rejected = [
            row for _, row in settled.quarantine if isinstance(row, DossierState) and row.MaHoSo == state.MaHoSo
        ]
        settled.dossiers.append(
            Dossier(
                code=state.MaHoSo,
                unit_code=state.MaDonVi,
                unit_level=settled.units[state.MaDonVi].Cap,
                status=state.TrangThaiHoSo,
                channel=state.KenhThucHien,
                received=state.NgayTiepNhan.date(),
                due=day_of(state.NgayHenTra),
                finished=finished_day(state),
                # "Where only the newest state of a dossier is rejected, its newest accepted state counts
                # and is flagged."
                newer_state_rejected=any(newness(row) > newness(state) for row in rejected),
                # "Children (…) count only with a dossier in scope"
                supplements=[row for row in supplements if row.MaHoSo == state.MaHoSo],
                components=[row for row in components if row.MaHoSo == state.MaHoSo],
                fees=[row for row in fees if row.MaHoSo == state.MaHoSo],
            )
        )
    return settled


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


# ---- the register of periods ------------------------------------------------------------------------------


def periods(as_of: date, first_year: int = 2024) -> list[Period]:
    """Periods from `first_year` that have begun by the as-of day; a later one says nothing yet."""
    found = []
    for year in range(first_year, as_of.year + 1):
        first = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
        eve = [day - timedelta(days=1) for day in first]
        # "Calendar months `2024-01`, quarters `2024-Q1`, year `2024`"
        for m in range(12):
            found.append(Period(f"{year}-{m + 1:02}", "month", first[m], eve[m + 1], as_of))
        for q in range(4):
            found.append(Period(f"{year}-Q{q + 1}", "quarter", first[3 * q], eve[3 * q + 3], as_of))
        found.append(Period(f"{year}", "year", first[0], eve[12], as_of))
        # "cumulative report periods, which start on 1 January and end the day before the report is due:
        # `2024-BC-Q1` (to 12/03), `2024-BC-6T` (12/06), `2024-BC-9T` (12/09), `2024-BC-NAM` (07/11)"
        for name, month, day in (("Q1", 3, 12), ("6T", 6, 12), ("9T", 9, 12), ("NAM", 11, 7)):
            end = date(year, month, day)
            due = end + timedelta(days=1)
            found.append(Period(f"{year}-BC-{name}", "report", first[0], end, as_of, due))
    return [period for period in found if period.start <= as_of]


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


def indicator_values(settled: Settled, as_of: date) -> list[IndicatorValue]:
    """The four indicators for every period begun by the as-of day and every subject, 0 / 0 included."""
    found = []
    for period in periods(as_of):
        for subject in scopes(settled):
            dossiers = [dossier for dossier in settled.dossiers if subject.covers(dossier)]
            for code, formula in INDICATORS.items():
                numerator, denominator = formula(dossiers, period)
                found.append(IndicatorValue(code, period.code, subject, numerator, denominator, period.is_closed))
    return found
