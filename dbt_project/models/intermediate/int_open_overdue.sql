-- Only dossiers that were late at some time are paired with periods: a small part of all of them.
with
    late as (
        select dossier_code, unit_code, status_code, received_date, due_date, finished_date
        from {{ ref("int_dossier") }}
        where due_date is not null and (finished_date is null or finished_date > due_date)
    ),
    at_cut as (
        select l.dossier_code, l.unit_code, l.status_code, p.period_code, p.cut_date
        from late l
        join
            {{ ref("int_period") }} p
            on l.received_date <= p.cut_date
            and l.due_date < p.cut_date
            and (l.finished_date is null or l.finished_date > p.cut_date)
    ),
    supplemented as (select distinct dossier_code from {{ ref("stg_supplement") }}),
    waiting as (
        select distinct a.dossier_code, a.period_code
        from at_cut a
        join
            {{ ref("stg_supplement") }} s
            on a.dossier_code = s.dossier_code
            and s.requested_date <= a.cut_date
            and (s.returned_date is null or s.returned_date > a.cut_date)
    )
select a.unit_code, a.period_code, count(*) as open_overdue
from at_cut a
left join supplemented s on a.dossier_code = s.dossier_code
left join waiting w on a.dossier_code = w.dossier_code and a.period_code = w.period_code
where w.dossier_code is null and a.status_code not in (6, 8) and not (a.status_code = 5 and s.dossier_code is null)
group by a.unit_code, a.period_code
