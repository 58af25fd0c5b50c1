-- Resolved overdue in the period or open and overdue at its cut; a letter that came after the cut does not count there.
with
    late as (
        select
            p.period_code,
            p.cut_date,
            t.dossier_code,
            t.unit_code,
            t.unit_level,
            t.apologised_date,
            'resolved' as standing
        from {{ ref("fct_timeliness") }} t
        join {{ ref("dim_period") }} p on t.finished_date between p.start_date and p.cut_date
        where t.outcome = 'overdue'
        union all
        select period_code, cut_date, dossier_code, unit_code, unit_level, apologised_date, 'open' as standing
        from {{ ref("fct_open_late") }}
        where is_overdue and period_code in (select period_code from {{ ref("dim_period") }})
    )
select
    period_code,
    dossier_code as case_code,
    unit_code,
    unit_level,
    coalesce(apologised_date <= cut_date, false) as counts,
    case
        when apologised_date <= cut_date then 'apologised' when standing = 'open' then 'open_no_letter' else 'no_letter'
    end as reason
from late
