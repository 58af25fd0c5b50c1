-- Open dossiers whose timeliness at a cut has to be examined: late, without a due date, or with more than one
-- supplement request. Only these, a small part, are paired with periods.
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
    p.period_code,
    p.cut_date,
    s.dossier_code is not null as has_supplements
from {{ ref("int_dossier") }} d
left join {{ ref("int_supplement") }} s using (dossier_code)
join
    {{ ref("dim_score_period") }} p
    on d.received_date <= p.cut_date
    and (d.finished_date is null or d.finished_date > p.cut_date)
    and (d.due_date is null or d.due_date < p.cut_date or s.supplement_count >= 2)
left join {{ ref("fct_handovers") }} h on d.dossier_code = h.dossier_code and p.cut_date between h.cut_from and h.cut_to
where d.due_date is null or d.finished_date is null or d.finished_date > d.due_date or s.supplement_count >= 2
