-- The rows of the sync messages into the tables of their sources; an empty text there is no value.
create unlogged table message_dossier as
select d, d ->> 'MaHoSo' as code, business_day from message, jsonb_array_elements(document -> 'data') d;

insert into ho_so (
    MaHoSo, MaTTHC, MaDonVi, MaDonViXuLy, KenhThucHien, NgayTiepNhan, NgayHenTra, NgayKetThucXuLy, NgayTra,
    TrangThaiHoSo, NgayCapNhat, DaXoa, business_day
)
select
    code, d ->> 'MaTTHC', d ->> 'MaDonVi', nullif(d ->> 'MaDonViXuLy', ''), nullif(d ->> 'KenhThucHien', ''),
    nullif(d ->> 'NgayTiepNhan', ''), nullif(d ->> 'NgayHenTra', ''), nullif(d ->> 'NgayKetThucXuLy', ''),
    nullif(d ->> 'NgayTra', ''), d ->> 'TrangThaiHoSo', nullif(d ->> 'NgayCapNhat', ''), d ->> 'DaXoa', business_day
from message_dossier;

insert into thanh_phan (
    MaHoSo, TepDinhKemId, DuongDanTaiTepTin, DuocSoHoa, DuocTaiSuDung, DuocLayTuKhoDMQG, IsDeleted, business_day
)
select
    code, c ->> 'TepDinhKemId', nullif(c ->> 'DuongDanTaiTepTin', ''), c ->> 'DuocSoHoa', c ->> 'DuocTaiSuDung',
    c ->> 'DuocLayTuKhoDMQG', c ->> 'IsDeleted', business_day
from message_dossier, jsonb_array_elements(d -> 'TaiLieuNop') c;

insert into le_phi (MaHoSo, MaPhiLePhi, Gia, TrangThaiThanhToan, HinhThucThanhToan, NgayThuPhi, business_day)
select
    code, c ->> 'MaPhiLePhi', c ->> 'Gia', c ->> 'TrangThaiThanhToan', nullif(c ->> 'HinhThucThanhToan', ''),
    nullif(c ->> 'NgayThuPhi', ''), business_day
from message_dossier, jsonb_array_elements(d -> 'DanhSachLePhi') c;

insert into bo_sung (MaHoSo, NgayBoSung, NgayTiepNhanBoSung, business_day)
select code, c ->> 'NgayBoSung', nullif(c ->> 'NgayTiepNhanBoSung', ''), business_day
from message_dossier, jsonb_array_elements(d -> 'DanhSachHoSoBoSung') c;

insert into ket_qua (MaHoSo, GiayToId, DuongDanTepTinKetQua, business_day)
select code, c ->> 'GiayToId', nullif(c ->> 'DuongDanTepTinKetQua', ''), business_day
from message_dossier, jsonb_array_elements(d -> 'DanhSachGiayToKetQua') c;

analyze;
