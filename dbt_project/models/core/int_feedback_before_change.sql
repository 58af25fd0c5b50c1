-- Who had a feedback item before it was sent again under the code of a unit that came into being later.
with
    moved as (
        select
            n.MaPhanAnh as feedback_code,
            n.MaDonVi as unit_code,
            cast(n.NgayGui as date) as opened_date,
            e.MaDonVi as earlier_unit,
            e.newness
        from {{ ref("base_phan_anh") }} n
        join
            {{ ref("base_phan_anh") }} e
            on n.MaPhanAnh = e.MaPhanAnh
            and n.disposition = 'accepted'
            and e.disposition = 'superseded'
            and n.MaDonVi <> e.MaDonVi
            and n.newness > e.newness
    )
    {{ unit_before_change("moved", "feedback_code") }}
