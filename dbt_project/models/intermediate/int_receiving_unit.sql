-- A dossier re-sent under the code of a unit that came into being later (a merger, a new code) stays with the unit
-- that received it; else closed periods would move to a unit that did not exist then.
with
    moved as (
        select n.MaHoSo, n.MaDonVi, cast(n.NgayTiepNhan as date) as received_date, e.MaDonVi as earlier_unit, e.newness
        from {{ ref("rows_ho_so") }} n
        join
            {{ ref("rows_ho_so") }} e
            on n.MaHoSo = e.MaHoSo
            and n.disposition = 'accepted'
            and e.disposition = 'superseded'
            and n.MaDonVi <> e.MaDonVi
    ),
    before_the_change as (
        select m.MaHoSo, m.earlier_unit, m.newness
        from moved m
        join {{ ref("stg_unit") }} this on m.MaDonVi = this.unit_code
        join {{ ref("stg_unit") }} earlier on m.earlier_unit = earlier.unit_code
        left join
            {{ source("registers", "unit_change") }} c
            on m.earlier_unit = c.old_unit_code
            and m.MaDonVi = c.new_unit_code
            and c.changed_on > m.received_date
        where
            (this.valid_from > m.received_date or c.changed_on is not null)
            and coalesce(earlier.valid_from <= m.received_date, true)
            and coalesce(earlier.valid_to >= m.received_date, true)
    )
select MaHoSo as dossier_code, arg_max(earlier_unit, newness) as unit_code
from before_the_change
group by MaHoSo
