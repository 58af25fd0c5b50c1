-- What is open at the cut counts under Decision 766 only: what is late or in doubt by its reason, the rest in time.
with
    listed as (
        select
            period_code,
            unit_code,
            unit_level,
            case outcome_766 when 'in_time' then true when 'overdue' then false end as counts_766,
            'open_' || reason_766 as reason_766,
            count(*) as cases
        from {{ ref("fct_open_late") }}
        group by period_code, unit_code, unit_level, outcome_766, reason_766
    ),
    number_listed as (select period_code, unit_code, sum(cases) as cases from listed group by period_code, unit_code)
select period_code, unit_code, unit_level, counts_766, reason_766, cases
from listed
join {{ ref("dim_period") }} using (period_code)
where counts_766 is not null
union all
select u.period_code, u.unit_code, u.unit_level, true, 'open_not_due', u.open_total - coalesce(n.cases, 0) as cases
from {{ ref("int_unit_period") }} u
join {{ ref("dim_period") }} using (period_code)
left join number_listed n using (period_code, unit_code)
where u.open_total > coalesce(n.cases, 0)
