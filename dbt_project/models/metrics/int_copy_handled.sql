-- What differing copies do to the share in time: each dossier that counts with us or would by its copy, and whether it
-- is in time by our days and by the copy's. One row per dossier and period.
with
    period as (
        select distinct c.period_code, c.start_date, c.cut_date
        from {{ ref("int_compared") }} c
        join {{ source("registers", "score_rule") }} r using (component)
        where r.indicator_code = 'on_time_rate'
    ),
    placed as (
        select
            p.period_code,
            p.cut_date,
            d.*,
            d.received_date <= p.cut_date and coalesce(d.finished_date >= p.start_date, true) as in_own,
            coalesce(d.finished_date <= p.cut_date, false) as is_finished,
            d.is_found
            and coalesce(d.copy_received_date <= p.cut_date, false)
            and coalesce(d.copy_finished_date >= p.start_date, true) as in_copy,
            coalesce(d.copy_finished_date <= p.cut_date, false) as is_finished_there
        from {{ ref("int_copy_differs") }} d
        join period p on p.cut_date between d.cut_from and d.cut_to
    )
select
    p.period_code,
    'on_time_rate' as indicator_code,
    p.unit_code,
    p.unit_level,
    case
        when not p.is_found
        then 'not_found'
        when p.is_finished and not p.is_finished_there
        then 'finished_here_open_there'
        when p.is_finished_there and not p.is_finished
        then 'open_here_finished_there'
        when p.is_finished and p.finished_date <> p.copy_finished_date
        then 'other_finish_date'
        when p.due_date is distinct from p.copy_due_date
        then 'other_due_date'
        else 'other_received_date'
    end as cause,
    p.in_own
    and coalesce(case when p.is_finished then p.outcome_766 else o.outcome_766 end, 'in_time') <> 'unknown' as in_own,
    coalesce(case when p.is_finished then p.outcome_766 else o.outcome_766 end, 'in_time') = 'in_time' as counts,
    p.in_copy,
    least(coalesce(p.copy_finished_date, p.cut_date), p.cut_date)
    <= coalesce(p.copy_due_date, p.cut_date) as counts_there
from placed p
left join {{ ref("fct_open_late") }} o on p.dossier_code = o.dossier_code and p.period_code = o.period_code
where p.in_own or p.in_copy
