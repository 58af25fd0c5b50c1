{#
    Made by `make docs` out of contracts/, not by hand: what decides which row of a source counts.

    key          the fields that together identify one thing
    newness      the field that says how new a row is
    tombstone    the flag that says a thing is gone
    untold       fields that a row in a sync message may leave unsaid, each with the sources of such messages
#}
{% macro contract_terms(source) %}
    {{
        return(
            {
                "bo_sung": {"key": ["MaHoSo", "NgayBoSung"]},
                "danh_gia": {"key": ["MaHoSo", "ThoiGianDanhGia"]},
                "diem_766": {"key": ["MaDonVi", "NgayTinh", "MaChiSo"]},
                "don_vi": {"key": ["MaDonVi"]},
                "dvcqg": {"key": ["MaHoSo"]},
                "ho_so": {"key": ["MaHoSo"], "newness": "NgayCapNhat", "tombstone": "DaXoa"},
                "ket_qua": {"key": ["MaHoSo", "GiayToId"]},
                "le_phi": {
                    "key": ["MaHoSo", "MaPhiLePhi"],
                    "untold": {
                        "TrangThaiThanhToan": ["ho_so"],
                        "HinhThucThanhToan": ["ho_so"],
                        "NgayThuPhi": ["ho_so"],
                    },
                },
                "nhiem_vu": {"key": ["MaNhiemVu", "NgayBaoCao"]},
                "phan_anh": {"key": ["MaPhanAnh"]},
                "so_lieu": {"key": ["MaChiTieu", "MaDonVi", "KyBaoCao"]},
                "thanh_phan": {"key": ["MaHoSo", "TepDinhKemId"]},
                "thong_bao": {"key": ["MaHoSo", "NgayGui", "Kenh"]},
                "thu_tuc": {"key": ["MaTTHC"]},
                "tien_trinh": {"key": ["MaHoSo", "ThoiDiemXuLy", "TrangThai"]},
                "xin_loi": {"key": ["MaHoSo", "NgayXinLoi"]},
            }[source]
        )
    }}
{% endmacro %}
