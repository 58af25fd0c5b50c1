-- Who had a dossier before it was sent again under the code of a unit that came into being later.
with
    handled as (
        select
            MaHoSo,
            {{ handling_unit() }} as unit_code,
            cast(NgayTiepNhan as date) as received_date,
            newness,
            disposition
        from {{ ref("base_ho_so") }}
        where disposition <> 'rejected'
    ),
    moved as (
        select n.MaHoSo, n.unit_code, n.received_date, e.unit_code as earlier_unit, e.newness
        from handled n
        join
            handled e
            on n.MaHoSo = e.MaHoSo
            and n.disposition = 'accepted'
            and e.disposition = 'superseded'
            and n.unit_code <> e.unit_code
            and n.newness > e.newness
    ),
    -- Of rows equally new one may say who handles it and another not: then it is the one that is said.
    stated as (
        select MaHoSo, newness, max({{ told_handler() }}) as unit_code
        from {{ ref("base_ho_so") }}
        semi join moved using (MaHoSo, newness)
        where disposition = 'superseded'
        group by MaHoSo, newness
    ),
    truly_moved as (
        select
            m.MaHoSo as dossier_code,
            m.unit_code,
            m.received_date as opened_date,
            coalesce(s.unit_code, m.earlier_unit) as earlier_unit,
            newness
        from moved m
        join stated s using (MaHoSo, newness)
        where coalesce(s.unit_code, m.earlier_unit) <> m.unit_code
    )
    {{ unit_before_change("truly_moved", "dossier_code") }}
