-- Fields that an indicator needs beyond a source, with the first day on which any row has it; a system that does not
-- deliver a field cannot be told from one in which it never applies, so figures of periods before that day are unknown.
{% set fields = {
    "phan_anh.MaHoSo": ("fct_feedback", "dossier_code", "sent_date"),
    "phan_anh.NgayTuChoi": ("fct_feedback", "refused_date", "sent_date"),
    "phan_anh.NgayYeuCauBoSung": ("fct_feedback", "asked_date", "sent_date"),
    "phan_anh.NgayCongKhai": ("fct_feedback", "published_date", "sent_date"),
    "ho_so.TaiKhoanDuocXacThucVoiVNeID": ("fct_online_share", "is_identity_verified", "received_date"),
} %}
{% for field, (table, column, day) in fields.items() %}
    select '{{ field }}' as field, min({{ day }}) as since_date
    from {{ ref(table) }}
    where {{ column }} is not null
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
