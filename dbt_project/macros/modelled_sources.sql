{#
    The sources whose rows have a model (state/base_<source>), so that newest, superseded and rejected are told
    apart. A contract alone is enough for a source to be parsed, checked and kept; until it has a model here,
    what parsing accepted counts as accepted.
#}
{% macro modelled_sources() %}
    {{
        return(
            [
                "ho_so",
                "tien_trinh",
                "bo_sung",
                "thanh_phan",
                "ket_qua",
                "le_phi",
                "danh_gia",
                "phan_anh",
                "dvcqg",
                "thong_bao",
                "xin_loi",
                "thu_tuc",
                "don_vi",
                "so_lieu",
                "nhiem_vu",
                "diem_766",
            ]
        )
    }}
{% endmacro %}
