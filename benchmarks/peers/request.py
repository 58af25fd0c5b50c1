"""What every peer is asked for: the landing folder, the periods, and the figures to compute.

Does not belong here: computing them, which each peer does by itself.
"""

from dataclasses import dataclass
from pathlib import Path

FORM = (
    "received_total", "received_online", "received_direct", "carried_over", "resolved_total", "resolved_early",
    "resolved_on_time", "resolved_overdue", "open_total", "open_in_time", "open_overdue",
)  # fmt: skip
INDICATORS = (
    "on_time_rate", "online_share", "digitised_share", "data_reuse_share", "result_digitised_share",
    "online_payment_share", "satisfaction_rate",
)  # fmt: skip
# A numerator has the indicator's name, its denominator `_of` after it.
FIGURES = (*FORM, *(f"{name}{part}" for name in INDICATORS for part in ("", "_of")))
SOURCES = ("ho_so", "tien_trinh", "bo_sung", "thanh_phan", "le_phi", "ket_qua", "danh_gia", "thu_tuc", "don_vi")
# Lists nested in a dossier of a sync message, by the source whose rows they are.
MESSAGE_LISTS = {
    "thanh_phan": "TaiLieuNop", "le_phi": "DanhSachLePhi", "bo_sung": "DanhSachHoSoBoSung",
    "ket_qua": "DanhSachGiayToKetQua",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What to compute and where to write it.

    Attributes:
        landing: The folder of delivered files.
        unit_changes: The register of units that were merged or split.
        periods: A CSV of periods: `period_code`, `first_day`, and `cut`, the last day that counts (yyyymmdd).
        out: The CSV to write: `period`, `scope`, `subject` (unit code, level, or nothing) and `FIGURES`.
        cluster: Where PostgreSQL keeps its files; None makes a new cluster.
    """

    landing: Path
    unit_changes: Path
    periods: Path
    out: Path
    cluster: Path | None = None

    @property
    def messages(self) -> list[Path]:
        """Sync messages, which lie among the dossiers."""
        return sorted(self.landing.glob("ho_so/*/*.json"))

    def files(self, source: str) -> list[Path]:
        """CSV files of a source."""
        return sorted(self.landing.glob(f"{source}/*/*.csv"))


def business_day(path: Path) -> str:
    """Return the business day of a delivered file as yyyymmdd."""
    return path.parent.name.replace("-", "")
