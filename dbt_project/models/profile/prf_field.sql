-- Dossier rows per field of the procedure, as the list of procedures says it; no row of a field that other days have is
-- zero. Only fields that have a fiftieth of some delivery: the many small ones say nothing and each costs a test.
with
    counted as (
        select d.business_day, p.MaLinhVuc as field, count(*) as x
        from {{ ref("prf_dossier_seen") }} d
        join {{ ref("base_thu_tuc") }} p on d.MaTTHC = p.MaTTHC and p.disposition = 'accepted'
        where coalesce(d.DaXoa, 0) = 0 and p.MaLinhVuc is not null
        group by d.business_day, p.MaLinhVuc
    ),
    days as (select business_day, sum(x) as n from counted group by business_day),
    fields as (select distinct field from counted join days using (business_day) where x >= greatest(n / 50, 5))
select d.business_day, f.field as stratum, coalesce(c.x, 0) as x, d.n
from days d
cross join fields f
left join counted c using (business_day, field)
