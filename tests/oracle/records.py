"""The rows the oracle reads, as plain records: one dataclass per landing source.

Here: fields under their official names, as `contract.md` gives them. Not here: any rule. Nothing is shared with the
pipeline, so that an error in one of the two shows as a difference.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
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
    MaDonViThucHien: str | None = None
    ThoiHanGiaiQuyet: int | None = None
    DonViThoiHan: str | None = None
    CoPhiLePhi: int | None = None
    ThanhToanTrucTuyen: int | None = None
    CoKetQua: int | None = None
    CoHoSoMau: int | None = None
    NgayQuyetDinhCongBo: date | None = None
    NgayCongKhai: date | None = None
    NgayHieuLuc: date | None = None
    NgayHetHieuLuc: date | None = None
    NgayCauHinhQuyTrinh: date | None = None
    DuDieuKienTrucTuyen: int | None = None
    DuDieuKienToanTrinh: int | None = None
    MucDo: int | None = None
    TichHopDVCQG: int | None = None
    LaTTHCNoiBo: int | None = None


@dataclass(frozen=True)
class DossierState:
    """A row of `ho_so`: one state of a dossier.

    Only one that says the dossier is gone may lack what is null here.
    """

    MaHoSo: str
    MaTTHC: str | None
    MaDonVi: str | None
    TrangThaiHoSo: int | None
    business_day: date
    MaDonViXuLy: str | None = None
    DonViXuLy: str | None = None
    KenhThucHien: int | None = None
    NgayTiepNhan: datetime | None = None
    NgayHenTra: datetime | None = None
    NgayKetThucXuLy: datetime | None = None
    NgayTra: datetime | None = None
    NgayCapNhat: datetime | None = None
    DaXoa: int | None = None
    DuocThanhToanTrucTuyen: int | None = None
    TaiKhoanDuocXacThucVoiVNeID: int | None = None


@dataclass(frozen=True)
class Step:
    """A row of `tien_trinh`; its status is a code without a list, so text."""

    MaHoSo: str
    ThoiDiemXuLy: datetime
    TrangThai: str
    business_day: date
    NgayKetThucTheoQuyDinh: datetime | None = None
    PhongBanXuLy: str | None = None


@dataclass(frozen=True)
class Supplement:
    """A row of `bo_sung`."""

    MaHoSo: str
    NgayBoSung: datetime
    business_day: date
    NgayTiepNhanBoSung: datetime | None = None
    NgayHenTraTruoc: datetime | None = None


@dataclass(frozen=True)
class Component:
    """A row of `thanh_phan`."""

    MaHoSo: str
    TepDinhKemId: str
    DuocSoHoa: int
    business_day: date
    IsDeleted: int | None = None
    DuocTaiSuDung: int = 0
    DuocLayTuKhoDMQG: int = 0
    DuongDanTaiTepTin: str | None = None


@dataclass(frozen=True)
class Result:
    """A row of `ket_qua`."""

    MaHoSo: str
    GiayToId: str
    business_day: date
    MaGiayToKetQua: str | None = None
    DuongDanTepTinKetQua: str | None = None


@dataclass(frozen=True)
class Fee:
    """A row of `le_phi`, of a file of its own or of the dossier's sync message, which says nothing of payment."""

    MaHoSo: str
    MaPhiLePhi: str
    Gia: int
    TrangThaiThanhToan: int | None
    business_day: date
    HinhThucThanhToan: str | None = None
    NgayThuPhi: datetime | None = None
    in_message: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Rating:
    """A row of `danh_gia`."""

    MaHoSo: str
    ThoiGianDanhGia: datetime
    DanhGia: str
    business_day: date


@dataclass(frozen=True)
class Notice:
    """A row of `thong_bao`."""

    MaHoSo: str
    NgayGui: datetime
    TrangThai: int
    business_day: date
    Kenh: str = "SMS"


@dataclass(frozen=True)
class Letter:
    """A row of `xin_loi`."""

    MaHoSo: str
    NgayXinLoi: datetime
    business_day: date
    NgayHenTraLai: datetime | None = None


@dataclass(frozen=True)
class NationalCopy:
    """A row of `dvcqg`: a dossier as the national portal has it."""

    MaHoSo: str
    TrangThaiHoSo: int
    NgayDongBo: datetime
    business_day: date
    NgayTiepNhan: datetime | None = None
    NgayKetThucXuLy: datetime | None = None
    NgayHenTra: datetime | None = None


@dataclass(frozen=True)
class Feedback:
    """A row of `phan_anh`."""

    MaPhanAnh: str
    MaDonVi: str
    NgayGui: datetime
    business_day: date
    KenhTiepNhan: str = "1022"
    TrangThai: str = "DA_TRA_LOI"
    HanTraLoi: datetime | None = None
    NgayTraLoi: datetime | None = None
    MucDoHaiLong: str | None = None
    MaHoSo: str | None = None
    NgayTuChoi: datetime | None = None
    NgayYeuCauBoSung: datetime | None = None
    NgayCongKhai: datetime | None = None


@dataclass(frozen=True)
class Figure:
    """A row of `so_lieu`."""

    MaChiTieu: str
    MaDonVi: str
    KyBaoCao: str
    TuSo: int
    MauSo: int
    business_day: date


@dataclass(frozen=True)
class Progress:
    """A row of `nhiem_vu`."""

    MaNhiemVu: str
    NgayBaoCao: date
    TrangThai: str
    business_day: date
    TyLe: int | None = None


@dataclass(frozen=True)
class PortalPoints:
    """A row of `diem_766`: what the national portal shows of a unit or province and a component on a day."""

    MaDonVi: str
    NgayTinh: date
    MaChiSo: str
    business_day: date
    Diem: Decimal | None = None
    DiemToiDa: Decimal | None = None
    TuSo: int | None = None
    MauSo: int | None = None


Child = Step | Supplement | Component | Result | Fee | Rating | Notice | Letter
Row = Unit | Procedure | DossierState | Child | NationalCopy | Feedback | Figure | Progress | PortalPoints
R = TypeVar("R", bound=Row)
C = TypeVar("C", bound=Child)
# What the sync message cannot say of a fee.
UNTOLD = ("TrangThaiThanhToan", "HinhThucThanhToan", "NgayThuPhi")
