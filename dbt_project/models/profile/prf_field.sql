-- Dossier rows per field of the procedure, as the list of procedures says it; nothing of a field known elsewhere is
-- zero.
-- Only fields that have a fiftieth of some delivery: the many small ones say nothing and each costs a test.
with
    field_of as (
        select MaTTHC, arg_max(MaLinhVuc, (_business_day, newness, MaLinhVuc)) as field
        from {{ ref("rows_thu_tuc") }}
        where disposition <> 'rejected' and MaLinhVuc is not null
        group by MaTTHC
    ),
    counted as (
        select d.business_day, f.field, count(*) as x
        from {{ ref("prf_dossier_row") }} d
        join field_of f using (MaTTHC)
        where coalesce(d.DaXoa, 0) = 0
        group by d.business_day, f.field
    ),
    days as (select business_day, sum(x) as n from counted group by business_day),
    fields as (select distinct field from counted join days using (business_day) where x >= greatest(n / 50, 5))
select d.business_day, f.field as stratum, coalesce(c.x, 0) as x, d.n
from days d
cross join fields f
left join counted c using (business_day, field)
