-- Dossiers about which feedback came, or whose newest rating by the cut is a dislike, where they count in a period
-- under rule 766 (resolved in it, or open at its cut). Few are marked at all, so they alone are paired with periods.
with
    said as (
        select dossier_code, min(sent_date) as from_date, cast(null as date) as to_date, 'fed_back' as mark
        from {{ ref("fct_feedback") }}
        where dossier_code is not null
        group by dossier_code
        union all
        select dossier_code, rated_date as from_date, superseded_on as to_date, 'disliked' as mark
        from {{ ref("fct_satisfaction") }}
        where not is_satisfied
    ),
    marked as (
        select s.*, t.received_date, t.finished_date, t.unit_code, t.unit_level, t.outcome_766
        from {{ ref("fct_timeliness") }} t
        join said s using (dossier_code)
    ),
    placed as (
        select
            p.period_code,
            p.cut_date,
            m.dossier_code,
            m.unit_code,
            m.unit_level,
            coalesce(m.finished_date > p.cut_date, true) as is_open,
            m.outcome_766,
            max(m.mark) as mark
        from {{ ref("dim_score_period") }} p
        join
            marked m
            on m.received_date <= p.cut_date
            and coalesce(m.finished_date, date '9999-12-31') >= p.start_date
            and m.from_date <= p.cut_date
            and coalesce(m.to_date, date '9999-12-31') > p.cut_date
        group by all
    ),
    -- Only few are open at a cut, so only these are looked up.
    at_cut as (
        select p.period_code, p.dossier_code, o.outcome_766, h.unit_code, h.unit_level
        from (select * from placed where is_open) p
        left join {{ ref("fct_open_late") }} o using (dossier_code, period_code)
        left join
            {{ ref("fct_handovers") }} h
            on p.dossier_code = h.dossier_code
            and p.cut_date between h.cut_from and h.cut_to
    )
select
    p.period_code,
    p.dossier_code,
    coalesce(a.unit_code, p.unit_code) as unit_code,
    coalesce(a.unit_level, p.unit_level) as unit_level,
    p.mark,
    p.is_open,
    a.outcome_766 is not null as is_open_late,
    coalesce(case when p.is_open then a.outcome_766 else p.outcome_766 end, 'in_time') = 'in_time' as is_in_time
from placed p
left join at_cut a using (period_code, dossier_code)
