{#
    Made by `make docs` out of contracts/, not by hand: what decides which row of a source counts, by source.

    key          the fields that together identify one thing
    newness      the field that says how new a row is
    tombstone    the flag that says a thing is gone
    lookups      fields whose value must be found in a column of a relation; the reason given while it is not
    subject      whom a rejected row is about: SQL of its unit, the first that is not null; the field of its dossier
    untold       fields that a row in a sync message may leave unsaid, each with the sources of such messages
#}
{% macro contract_terms() %}
    {{
        return(
            {
                "bo_sung": {
                    "key": ["MaHoSo", "NgayBoSung"],
                    "lookups": [
                        {
                            "field": "MaHoSo",
                            "relation": "known_dossier",
                            "column": "MaHoSo",
                            "reason": "unknown_dossier",
                        }
                    ],
                    "subject": {"dossier": "MaHoSo"},
                },
                "danh_gia": {
                    "key": ["MaHoSo", "ThoiGianDanhGia"],
                    "lookups": [
                        {
                            "field": "MaHoSo",
                            "relation": "known_dossier",
                            "column": "MaHoSo",
                            "reason": "unknown_dossier",
                        }
                    ],
                    "subject": {"dossier": "MaHoSo"},
                },
                "diem_766": {
                    "key": ["MaDonVi", "NgayTinh", "MaChiSo"],
                    "lookups": [
                        {
                            "field": "MaDonVi",
                            "relation": "known_scored_unit",
                            "column": "MaDonVi",
                            "reason": "unknown_unit",
                        }
                    ],
                    "subject": {"unit": ["MaDonVi"]},
                },
                "don_vi": {"key": ["MaDonVi"]},
                "dvcqg": {"key": ["MaHoSo"], "subject": {"dossier": "MaHoSo"}},
                "ho_so": {
                    "key": ["MaHoSo"],
                    "newness": "NgayCapNhat",
                    "tombstone": "DaXoa",
                    "lookups": [
                        {"field": "MaDonVi", "relation": "known_unit", "column": "MaDonVi", "reason": "unknown_unit"},
                        {
                            "field": "MaDonViXuLy",
                            "relation": "known_unit",
                            "column": "MaDonVi",
                            "reason": "unknown_unit",
                        },
                        {
                            "field": "MaTTHC",
                            "relation": "known_procedure",
                            "column": "MaTTHC",
                            "reason": "unknown_procedure",
                        },
                    ],
                    "subject": {"unit": ["MaDonViXuLy", "unit_by_name", "MaDonVi"], "dossier": "MaHoSo"},
                },
                "ket_qua": {
                    "key": ["MaHoSo", "GiayToId"],
                    "lookups": [
                        {
                            "field": "MaHoSo",
                            "relation": "known_dossier",
                            "column": "MaHoSo",
                            "reason": "unknown_dossier",
                        }
                    ],
                    "subject": {"dossier": "MaHoSo"},
                },
                "le_phi": {
                    "key": ["MaHoSo", "MaPhiLePhi"],
                    "lookups": [
                        {
                            "field": "MaHoSo",
                            "relation": "known_dossier",
                            "column": "MaHoSo",
                            "reason": "unknown_dossier",
                        }
                    ],
                    "subject": {"dossier": "MaHoSo"},
                    "untold": {
                        "TrangThaiThanhToan": ["ho_so"],
                        "HinhThucThanhToan": ["ho_so"],
                        "NgayThuPhi": ["ho_so"],
                    },
                },
                "nhiem_vu": {
                    "key": ["MaNhiemVu", "NgayBaoCao"],
                    "lookups": [
                        {
                            "field": "MaNhiemVu",
                            "relation": "known_task",
                            "column": "MaNhiemVu",
                            "reason": "unknown_task",
                        }
                    ],
                },
                "phan_anh": {
                    "key": ["MaPhanAnh"],
                    "lookups": [
                        {"field": "MaDonVi", "relation": "known_unit", "column": "MaDonVi", "reason": "unknown_unit"}
                    ],
                    "subject": {"unit": ["MaDonVi"]},
                },
                "so_lieu": {
                    "key": ["MaChiTieu", "MaDonVi", "KyBaoCao"],
                    "lookups": [
                        {"field": "MaDonVi", "relation": "known_unit", "column": "MaDonVi", "reason": "unknown_unit"},
                        {
                            "field": "MaChiTieu",
                            "relation": "known_goal",
                            "column": "MaChiTieu",
                            "reason": "unknown_goal",
                        },
                        {
                            "field": "KyBaoCao",
                            "relation": "known_period",
                            "column": "KyBaoCao",
                            "reason": "unknown_period",
                        },
                    ],
                    "subject": {"unit": ["MaDonVi"]},
                },
                "thanh_phan": {
                    "key": ["MaHoSo", "TepDinhKemId"],
                    "lookups": [
                        {
                            "field": "MaHoSo",
                            "relation": "known_dossier",
                            "column": "MaHoSo",
                            "reason": "unknown_dossier",
                        }
                    ],
                    "subject": {"dossier": "MaHoSo"},
                },
                "thong_bao": {
                    "key": ["MaHoSo", "NgayGui", "Kenh"],
                    "lookups": [
                        {
                            "field": "MaHoSo",
                            "relation": "known_dossier",
                            "column": "MaHoSo",
                            "reason": "unknown_dossier",
                        }
                    ],
                    "subject": {"dossier": "MaHoSo"},
                },
                "thu_tuc": {"key": ["MaTTHC"]},
                "tien_trinh": {
                    "key": ["MaHoSo", "ThoiDiemXuLy", "TrangThai"],
                    "lookups": [
                        {
                            "field": "MaHoSo",
                            "relation": "known_dossier",
                            "column": "MaHoSo",
                            "reason": "unknown_dossier",
                        }
                    ],
                    "subject": {"dossier": "MaHoSo"},
                },
                "xin_loi": {
                    "key": ["MaHoSo", "NgayXinLoi"],
                    "lookups": [
                        {
                            "field": "MaHoSo",
                            "relation": "known_dossier",
                            "column": "MaHoSo",
                            "reason": "unknown_dossier",
                        }
                    ],
                    "subject": {"dossier": "MaHoSo"},
                },
            }
        )
    }}
{% endmacro %}
