"""Rule `plan`: the indicators over dossiers and feedback, by loops; every rule beside the sentence it comes from.

Here: numerator and denominator of some dossiers, or some feedback, in one period. Not here: sums over units and targets
(values), procedures, reported figures.
"""

from collections.abc import Callable, Sequence

from .periods import Period
from .records import Fee, Feedback
from .registers import own_unit
from .settle import day_of
from .settled import Dossier
from .terms import (
    SATISFIED,
    feedback_deadline,
    has_own_result_file,
    is_matching,
    is_open,
    is_synced,
    live,
    open_overdue,
    outcome,
)

Count = tuple[int, int]


def share(dossiers: Sequence[Dossier], counts: Callable[[Dossier], bool]) -> Count:
    """Return how many of some dossiers are counted, and how many they are."""
    return len([dossier for dossier in dossiers if counts(dossier)]), len(dossiers)


def received_in(dossiers: Sequence[Dossier], period: Period) -> list[Dossier]:
    """Rule: "received in P"."""
    return [dossier for dossier in dossiers if period.holds(dossier.received)]


def resolved_in(dossiers: Sequence[Dossier], period: Period) -> list[Dossier]:
    """Rule: "resolved in P": finished, by any of the three statuses that finish."""
    return [dossier for dossier in dossiers if period.holds(dossier.finished)]


def on_time_rate(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "resolved early or on time / resolved in P"."""
    return share(resolved_in(dossiers, period), lambda dossier: outcome(dossier) != "overdue")


def satisfaction_rate(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "newest rating per dossier in P that is RẤT HÀI LÒNG or HÀI LÒNG / rated dossiers"."""
    counted = []
    for dossier in dossiers:
        # "a later rating after the cut does not matter; two in P: the newest"
        in_period = [rating for rating in dossier.ratings if period.holds(day_of(rating.ThoiGianDanhGia))]
        if in_period:
            counted.append(max(in_period, key=lambda rating: rating.ThoiGianDanhGia))
    return len([rating for rating in counted if rating.DanhGia in SATISFIED]), len(counted)


def online_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P, channel 2 / received in P"."""
    return share(received_in(dossiers, period), lambda dossier: dossier.channel == 2)


def online_resolved_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "resolved in P, channel 2 / resolved in P"."""
    return share(resolved_in(dossiers, period), lambda dossier: dossier.channel == 2)


def own_online_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "the department's own unit: received in P, channel 2 / received in P"."""
    own = own_unit(period.end)
    return online_share([dossier for dossier in dossiers if dossier.home(period.cut).MaDonVi == own], period)


def own_online_resolved_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "the same, resolved in P, channel 2 / resolved in P"."""
    own = own_unit(period.end)
    return online_resolved_share([dossier for dossier in dossiers if dossier.home(period.cut).MaDonVi == own], period)


def digitised_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P with ≥ 1 live component with DuocSoHoa = 1 / received in P"."""
    return share(received_in(dossiers, period), lambda d: any(part.DuocSoHoa == 1 for part in live(d)))


def is_reused(dossier: Dossier) -> bool:
    """Rule: "a component DuocTaiSuDung in (1,2) or DuocLayTuKhoDMQG = 1", of the live ones."""
    return any(part.DuocTaiSuDung in (1, 2) or part.DuocLayTuKhoDMQG == 1 for part in live(dossier))


def data_reuse_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P with a component DuocTaiSuDung in (1,2) or DuocLayTuKhoDMQG = 1 / received in P"."""
    return share(received_in(dossiers, period), is_reused)


def online_payment_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "fee requests paid in P (Gia > 0) by truc-tuyen / fee requests paid in P (Gia > 0)"."""
    paid: list[Fee] = []
    for dossier in dossiers:
        for fee in dossier.fees:
            if fee.TrangThaiThanhToan == 1 and fee.Gia > 0 and period.holds(day_of(fee.NgayThuPhi)):
                paid.append(fee)
    return len([fee for fee in paid if fee.HinhThucThanhToan == "truc-tuyen"]), len(paid)


def sync_rate(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P and found in `dvcqg` with the same received date / received in P"."""
    return share(received_in(dossiers, period), is_synced)


def sync_match_rate(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "found and same status and finish date / found", of those received in P."""
    found = [dossier for dossier in received_in(dossiers, period) if dossier.copy is not None]
    return share(found, is_matching)


def apology_rate(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "with a letter / dossiers resolved overdue in P or open overdue at the cut"."""
    cut = period.cut
    late = [dossier for dossier in resolved_in(dossiers, period) if outcome(dossier) == "overdue"]
    late += [dossier for dossier in dossiers if is_open(dossier, cut) and open_overdue(dossier, cut)]
    # "has an apology letter dated <= cut"
    return share(late, lambda dossier: any(letter.NgayXinLoi.date() <= cut for letter in dossier.letters))


def result_digitised_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Apply the rule quoted here.

    "resolved in P (9, 10), CoKetQua = 1, with a result file that is not one of its input files / such dossiers".
    """
    owed = [
        dossier
        for dossier in resolved_in(dossiers, period)
        if dossier.status in (9, 10) and dossier.procedure.CoKetQua == 1
    ]
    return share(owed, has_own_result_file)


def notification_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "resolved in P with a delivered notification / resolved in P"; the notice dated by the cut."""

    def was_told(dossier: Dossier) -> bool:
        return any(one.TrangThai == 1 and one.NgayGui.date() <= period.cut for one in dossier.notices)

    return share(resolved_in(dossiers, period), was_told)


def feedback_on_time_rate(feedback: Sequence[Feedback], period: Period) -> Count:
    """Rule: "deadline in P and ≤ cut, answered on or before it / deadline in P and ≤ cut"."""
    numerator = denominator = 0
    for item in feedback:
        deadline = feedback_deadline(item)
        if deadline is not None and period.holds(deadline):
            denominator += 1
            if item.NgayTraLoi is not None and item.NgayTraLoi.date() <= deadline:
                numerator += 1
    return numerator, denominator


def feedback_satisfaction_rate(feedback: Sequence[Feedback], period: Period) -> Count:
    """Rule: "answered in P and rated satisfied / answered in P and rated"."""
    answered = [item for item in feedback if period.holds(day_of(item.NgayTraLoi))]
    rated = [item for item in answered if item.MucDoHaiLong is not None]
    return len([item for item in rated if item.MucDoHaiLong in SATISFIED]), len(rated)


OVER_DOSSIERS: dict[str, Callable[[Sequence[Dossier], Period], Count]] = {
    formula.__name__: formula
    for formula in (
        on_time_rate, satisfaction_rate, online_share, online_resolved_share, digitised_share, data_reuse_share,
        online_payment_share, own_online_share, own_online_resolved_share, sync_rate, sync_match_rate, apology_rate,
        result_digitised_share, notification_share,
    )
}  # fmt: skip
OVER_FEEDBACK: dict[str, Callable[[Sequence[Feedback], Period], Count]] = {
    formula.__name__: formula for formula in (feedback_on_time_rate, feedback_satisfaction_rate)
}
