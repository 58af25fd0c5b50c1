-- What rule 766 judges by time (case_on_time_rate__766), less what drew feedback or a dislike by the cut.
select
    c.period_code,
    c.case_code,
    c.unit_code,
    c.unit_level,
    case when c.counts then m.dossier_code is null else c.counts end as counts,
    case when c.counts and m.dossier_code is not null then m.mark else c.reason end as reason
from {{ ref("case_on_time_rate__766") }} c
left join {{ ref("fct_complaints") }} m on c.period_code = m.period_code and c.case_code = m.dossier_code
union all
select m.period_code, m.dossier_code, m.unit_code, m.unit_level, false as counts, 'open_' || m.mark as reason
from {{ ref("fct_complaints") }} m
join {{ ref("dim_period") }} using (period_code)
where m.is_open and m.is_in_time and not m.is_open_late
