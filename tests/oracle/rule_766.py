"""Rule `766` (Decision 766/QĐ-TTg): the indicators over dossiers, by loops.

Here: numerator, denominator and the number of unknown ones of a unit's dossiers in one period. Not here: the judgement
of time (rule_766_time), procedures, sums over units.
"""

from collections.abc import Callable, Sequence

from .periods import Period
from .plan import received_in, resolved_in, share
from .rule_766_time import open_verdict, resolved_verdict
from .settle import day_of
from .settled import Dossier
from .terms import is_open, live

Count = tuple[int, int, int]


def on_time_rate(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Apply the rule quoted here.

    "dossiers finished in P plus dossiers open at the cut, without the unknown ones; numerator: those in time".
    """
    verdicts = [resolved_verdict(dossier) for dossier in resolved_in(dossiers, period)]
    verdicts += [open_verdict(dossier, period.cut) for dossier in dossiers if is_open(dossier, period.cut)]
    found = [verdict.outcome for verdict in verdicts if verdict is not None]
    return found.count("in_time"), found.count("in_time") + found.count("overdue"), found.count("unknown")


def has_electronic_result(dossier: Dossier) -> bool:
    """Rule: "a result row with both MaGiayToKetQua and DuongDanTepTinKetQua"."""
    return any(row.MaGiayToKetQua is not None and row.DuongDanTepTinKetQua is not None for row in dossier.results)


def online_reason(dossier: Dossier) -> str:
    """Return whether a received dossier counts as online, and why not."""
    owes_result = dossier.procedure.CoKetQua
    # "procedure CoKetQua not null (null: unknown, in neither)"
    if owes_result is None:
        return "unknown"
    if dossier.channel != 2:
        return "not_online"
    # "channel 2 and (CoKetQua = 0 or a result row with both MaGiayToKetQua and DuongDanTepTinKetQua)"
    return "online" if owes_result == 0 or has_electronic_result(dossier) else "no_electronic_result"


def online_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P, procedure CoKetQua not null" and of those the online ones."""
    reasons = [online_reason(dossier) for dossier in received_in(dossiers, period)]
    unknown = reasons.count("unknown")
    return reasons.count("online"), len(reasons) - unknown, unknown


def has_component_file(dossier: Dossier) -> bool:
    """Rule: "a live component with DuongDanTaiTepTin"."""
    return any(part.DuongDanTaiTepTin is not None for part in live(dossier))


def has_result_file(dossier: Dossier) -> bool:
    """Rule: "a result row with DuongDanTepTinKetQua"."""
    return any(row.DuongDanTepTinKetQua is not None for row in dossier.results)


def digitised_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P" / "a live component with DuongDanTaiTepTin and a result row with DuongDanTepTinKetQua"."""
    return *share(received_in(dossiers, period), lambda d: has_component_file(d) and has_result_file(d)), 0


def is_component_reused(dossier: Dossier) -> bool:
    """Rule: "a live component with DuocTaiSuDung in (1,2)"."""
    return any(part.DuocTaiSuDung in (1, 2) for part in live(dossier))


def data_reuse_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P" / "a live component with DuocTaiSuDung in (1,2)"."""
    return *share(received_in(dossiers, period), is_component_reused), 0


def result_digitised_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P, CoKetQua = 1" / "a result row with DuongDanTepTinKetQua"."""
    owed = [dossier for dossier in received_in(dossiers, period) if dossier.procedure.CoKetQua == 1]
    return *share(owed, has_result_file), 0


def is_exempt(dossier: Dossier) -> bool:
    """Rule: ">=1 fee row and every Gia = 0"."""
    return bool(dossier.fees) and all(fee.Gia == 0 for fee in dossier.fees)


def is_paid_online(dossier: Dossier) -> bool:
    """Rule: "DuocThanhToanTrucTuyen in (1,2)"."""
    return dossier.paid_online in (1, 2)


def online_payment_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P, CoPhiLePhi = 1, and not (>=1 fee row and every Gia = 0)" / paid online."""
    due = [d for d in received_in(dossiers, period) if d.procedure.CoPhiLePhi == 1 and not is_exempt(d)]
    return *share(due, is_paid_online), 0


def sync_rate(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Apply the rule quoted here.

    "per unit and period: greatest(dossiers received in P, dossiers in scope whose copy in dvcqg has NgayTiepNhan in
    P)", over "dossiers in scope whose copy has NgayTiepNhan in P"; the dossiers are those of one unit.
    """
    copied = [d for d in dossiers if d.copy is not None and period.holds(day_of(d.copy.NgayTiepNhan))]
    return len(copied), max(len(received_in(dossiers, period)), len(copied)), 0


def is_from_store(dossier: Dossier) -> bool:
    """Rule: "a live component with DuocLayTuKhoDMQG = 1"."""
    return any(part.DuocLayTuKhoDMQG == 1 for part in live(dossier))


def personal_store_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P" / "a live component with DuocLayTuKhoDMQG = 1"."""
    return *share(received_in(dossiers, period), is_from_store), 0


def population_data_share(dossiers: Sequence[Dossier], period: Period) -> Count:
    """Rule: "received in P" / "TaiKhoanDuocXacThucVoiVNeID = 1"."""
    return *share(received_in(dossiers, period), lambda dossier: dossier.verified == 1), 0


OVER_DOSSIERS: dict[str, Callable[[Sequence[Dossier], Period], Count]] = {
    formula.__name__: formula
    for formula in (
        on_time_rate, online_share, digitised_share, data_reuse_share, result_digitised_share, online_payment_share,
        sync_rate, personal_store_share, population_data_share,
    )
}  # fmt: skip
