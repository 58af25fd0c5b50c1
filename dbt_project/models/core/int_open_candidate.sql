-- Open dossiers whose timeliness at a cut has to be examined: late, without a due date, or with more than one
-- supplement request. Only these, a small part, are paired with periods; on the as-of day all others that are open come
-- to them once, for the worklist.
with
    supplemented as (
        select d.*, coalesce(s.supplement_count, 0) as supplement_count
        from {{ ref("int_dossier") }} d
        left join {{ ref("int_supplement") }} s using (dossier_code)
    ),
    paired as (
        select d.*, p.period_code, p.cut_date
        from supplemented d
        join
            {{ ref("dim_score_period") }} p
            on d.received_date <= p.cut_date
            and (d.finished_date is null or d.finished_date > p.cut_date)
            and (d.due_date is null or d.due_date < p.cut_date or d.supplement_count >= 2)
        where d.due_date is null or d.finished_date is null or d.finished_date > d.due_date or d.supplement_count >= 2
        union all
        select d.*, t.period_code, t.cut_date
        from supplemented d
        join
            {{ ref("int_today") }} t
            on d.received_date <= t.cut_date
            and (d.finished_date is null or d.finished_date > t.cut_date)
            and d.due_date >= t.cut_date
        where d.supplement_count < 2
    )
select
    d.dossier_code,
    d.procedure_code,
    coalesce(h.unit_code, d.unit_code) as unit_code,
    coalesce(h.unit_level, d.unit_level) as unit_level,
    d.receiving_unit_code,
    d.status_code,
    d.received_date,
    d.due_date,
    d.time_limit,
    d.time_limit_unit,
    d.period_code,
    d.cut_date,
    d.supplement_count > 0 as has_supplements
from paired d
left join {{ ref("fct_handovers") }} h on d.dossier_code = h.dossier_code and d.cut_date between h.cut_from and h.cut_to
