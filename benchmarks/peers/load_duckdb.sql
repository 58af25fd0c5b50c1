-- The delivered files as views: CSV, and the sync messages with their nested lists. The business day is the folder's.
create macro day_of(path) as replace(regexp_extract(path, '(\d{4}-\d{2}-\d{2})/[^/]*$', 1), '-', '');

create macro delivered(source) as table
select *, day_of(filename) as business_day
from
    read_csv(
        getvariable('landing') || '/' || source || '/*/*.csv',
        header = true, delim = ',', quote = '"', escape = '"', all_varchar = true, filename = true
    );

create table message as
select unnest(data, max_depth := 2), day_of(filename) as business_day
from
    read_json(
        getvariable('messages'),
        filename = true,
        maximum_object_size = 1000000000,
        columns = {
            data: 'struct(MaHoSo varchar, MaTTHC varchar, MaDonVi varchar, MaDonViXuLy varchar, KenhThucHien varchar,
                NgayTiepNhan varchar, NgayHenTra varchar, NgayKetThucXuLy varchar, NgayTra varchar,
                TrangThaiHoSo varchar, NgayCapNhat varchar, DaXoa varchar,
                TaiLieuNop struct(TepDinhKemId varchar, DuongDanTaiTepTin varchar, DuocSoHoa varchar,
                    DuocTaiSuDung varchar, DuocLayTuKhoDMQG varchar, IsDeleted varchar)[],
                DanhSachLePhi struct(MaPhiLePhi varchar, Gia varchar, TrangThaiThanhToan varchar,
                    HinhThucThanhToan varchar, NgayThuPhi varchar)[],
                DanhSachHoSoBoSung struct(NgayBoSung varchar, NgayTiepNhanBoSung varchar)[],
                DanhSachGiayToKetQua struct(GiayToId varchar, DuongDanTepTinKetQua varchar)[])[]'
        }
    );

create view ho_so as
select MaHoSo, MaTTHC, MaDonVi, MaDonViXuLy, KenhThucHien, NgayTiepNhan, NgayHenTra, NgayKetThucXuLy, NgayTra,
    TrangThaiHoSo, NgayCapNhat, DaXoa, business_day
from delivered('ho_so')
union all by name
select nullif(columns(*), '') from (select * exclude (TaiLieuNop, DanhSachLePhi, DanhSachHoSoBoSung, DanhSachGiayToKetQua) from message);

create view thanh_phan as
select MaHoSo, TepDinhKemId, DuongDanTaiTepTin, DuocSoHoa, DuocTaiSuDung, DuocLayTuKhoDMQG, IsDeleted, business_day
from delivered('thanh_phan')
union all by name
select nullif(columns(*), '') from (select MaHoSo, unnest(TaiLieuNop, max_depth := 2), business_day from message);

create view le_phi as
select MaHoSo, MaPhiLePhi, Gia, TrangThaiThanhToan, HinhThucThanhToan, NgayThuPhi, business_day
from delivered('le_phi')
union all by name
select nullif(columns(*), '') from (select MaHoSo, unnest(DanhSachLePhi, max_depth := 2), business_day from message);

create view bo_sung as
select MaHoSo, NgayBoSung, NgayTiepNhanBoSung, business_day
from delivered('bo_sung')
union all by name
select nullif(columns(*), '') from (select MaHoSo, unnest(DanhSachHoSoBoSung, max_depth := 2), business_day from message);

create view ket_qua as
select MaHoSo, GiayToId, DuongDanTepTinKetQua, business_day
from delivered('ket_qua')
union all by name
select nullif(columns(*), '') from (select MaHoSo, unnest(DanhSachGiayToKetQua, max_depth := 2), business_day from message);

create view tien_trinh as select MaHoSo, ThoiDiemXuLy, TrangThai from delivered('tien_trinh');

create view danh_gia as from delivered('danh_gia');

create view thu_tuc as from delivered('thu_tuc');

create view don_vi as from delivered('don_vi');

create view unit_changes as from read_csv(getvariable('unit_changes'), all_varchar = true);

create view period as from read_csv(getvariable('periods'), all_varchar = true);
