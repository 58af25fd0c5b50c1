-- One row per delivered file, source, disposition and reason.
{% for name in [
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
] %}
    select '{{ name }}' as source, _source_file, disposition, reason, count(*) as row_count
    from {{ ref("rows_" ~ name) }}
    group by _source_file, disposition, reason
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
