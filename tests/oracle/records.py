"""The rows the oracle reads, as plain records: one dataclass per landing source, and a dossier made of them.

Here: fields under their official names, as `contract.md` gives them. Not here: any rule. Nothing is shared
with the pipeline, so that an error in one of the two shows as a difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

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
    procedure_code: str
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
