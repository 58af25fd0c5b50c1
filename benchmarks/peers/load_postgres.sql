-- The tables that the delivered files are copied into, all text as delivered. `postgres_script.py` copies; what the
-- sync messages nest is taken out of them by load_message.sql.
set work_mem = '256MB';
set client_min_messages = warning;
drop schema if exists public cascade;
create schema public;

create unlogged table ho_so (
    MaHoSo text, MaHoSoKhac text, MaTTHC text, MaDonVi text, MaDonViXuLy text, MucDo text, KenhThucHien text,
    LoaiDoiTuong text, ChuHoSo text, SoGiayToChuHoSo text, SoDienThoai text, Email text, DiaChi text,
    TrichYeuHoSo text, NgayNopHoSo text, NgayTiepNhan text, NgayHenTra text, NgayKetThucXuLy text, NgayTra text,
    TrangThaiHoSo text, HinhThuc text, DuocThanhToanTrucTuyen text, TaiKhoanDuocXacThucVoiVNeID text,
    NgayCapNhat text, DaXoa text, business_day text
);
create unlogged table bo_sung (
    MaHoSo text, NgayBoSung text, NgayTiepNhanBoSung text, NgayHenTraTruoc text, NgayHenTraMoi text, business_day text
);
create unlogged table tien_trinh (
    MaHoSo text, ThoiDiemXuLy text, TrangThai text, NguoiXuLy text, PhongBanXuLy text, NgayKetThucTheoQuyDinh text,
    business_day text
);
create unlogged table thanh_phan (
    MaHoSo text, TepDinhKemId text, MaThanhPhanHoSo text, TenTepDinhKem text, DuongDanTaiTepTin text, DuocSoHoa text,
    DuocTaiSuDung text, DuocLayTuKhoDMQG text, IsDeleted text, business_day text
);
create unlogged table le_phi (
    MaHoSo text, MaPhiLePhi text, LoaiPhiLePhi text, Gia text, TrangThaiThanhToan text, HinhThucThanhToan text,
    NgayThuPhi text, business_day text
);
create unlogged table ket_qua (
    MaHoSo text, GiayToId text, MaGiayToKetQua text, DuongDanTepTinKetQua text, business_day text
);
create unlogged table danh_gia (MaHoSo text, ThoiGianDanhGia text, DanhGia text, business_day text);
create unlogged table thu_tuc (
    MaTTHC text, TenTTHC text, MaLinhVuc text, TenLinhVuc text, MaDonViThucHien text, CapThucHien text,
    ThoiHanGiaiQuyet text, DonViThoiHan text, CoPhiLePhi text, ThanhToanTrucTuyen text, CoKetQua text,
    CoHoSoMau text, NgayQuyetDinhCongBo text, NgayCongKhai text, NgayHieuLuc text, NgayHetHieuLuc text,
    NgayCauHinhQuyTrinh text, DuDieuKienTrucTuyen text, DuDieuKienToanTrinh text, MucDo text, TichHopDVCQG text,
    LaTTHCNoiBo text, business_day text
);
create unlogged table don_vi (
    MaDonVi text, TenDonVi text, Cap text, MaDonViCha text, HieuLucTu text, HieuLucDen text, business_day text
);
create unlogged table unit_changes (
    old_unit_code text, new_unit_code text, changed_on text, kind text, decree text, is_main text
);
create unlogged table message (document jsonb, business_day text);
create unlogged table period (period_code text, first_day text, cut text);
