-- A dossier re-sent under the code of a unit that came into being later (a merger, a new code): the unit that had it
-- when
-- it was received, and the day on which it passed on; else closed periods would move to a unit that did not exist then.
with
    handled as (
        select
            MaHoSo,
            {{ handling_unit() }} as unit_code,
            cast(NgayTiepNhan as date) as received_date,
            newness,
            disposition
        from {{ ref("rows_ho_so") }}
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
    said as (
        select MaHoSo, newness, max({{ told_handler() }}) as unit_code
        from {{ ref("rows_ho_so") }}
        semi join moved using (MaHoSo, newness)
        where disposition = 'superseded'
        group by MaHoSo, newness
    ),
    truly_moved as (
        select m.* replace (coalesce(s.unit_code, m.earlier_unit) as earlier_unit)
        from moved m
        join said s using (MaHoSo, newness)
        where coalesce(s.unit_code, m.earlier_unit) <> m.unit_code
    ),
    before_the_change as (
        select m.MaHoSo, m.earlier_unit, m.newness, coalesce(c.changed_on, this.valid_from) as handed_on
        from truly_moved m
        join {{ ref("stg_unit") }} this on m.unit_code = this.unit_code
        join {{ ref("stg_unit") }} earlier on m.earlier_unit = earlier.unit_code
        left join
            {{ source("registers", "unit_change") }} c
            on m.earlier_unit = c.old_unit_code
            and m.unit_code = c.new_unit_code
            and c.changed_on > m.received_date
        where
            (this.valid_from > m.received_date or c.changed_on is not null)
            and coalesce(earlier.valid_from <= m.received_date, true)
            and coalesce(earlier.valid_to >= m.received_date, true)
    )
select MaHoSo as dossier_code, arg_max(earlier_unit, newness) as unit_code, arg_max(handed_on, newness) as handed_on
from before_the_change
group by MaHoSo
