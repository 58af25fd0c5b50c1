-- Dossiers about which feedback came, or whose newest rating by the cut is a dislike, where they count in a period
-- under rule 766 (resolved in it, or open at its cut). One row per period and dossier.
with
    marked as (
        select dossier_code, min(sent_date) as from_date, cast(null as date) as to_date, 'fed_back' as mark
        from {{ ref("fct_feedback") }}
        where dossier_code is not null
        group by dossier_code
        union all
        select dossier_code, rated_date as from_date, superseded_on as to_date, 'disliked' as mark
        from {{ ref("fct_satisfaction") }}
        where not is_satisfied
    ),
    placed as (
        select
            p.period_code,
            p.cut_date,
            t.dossier_code,
            t.unit_code,
            t.unit_level,
            coalesce(t.finished_date > p.cut_date, true) as is_open,
            t.outcome_766,
            max(m.mark) as mark
        from marked m
        join {{ ref("fct_timeliness") }} t using (dossier_code)
        join
            {{ ref("dim_score_period") }} p
            on m.from_date <= p.cut_date
            and coalesce(m.to_date > p.cut_date, true)
            and t.received_date <= p.cut_date
            and coalesce(t.finished_date >= p.start_date, true)
        group by all
    )
select
    p.period_code,
    p.dossier_code,
    coalesce(case when p.is_open then h.unit_code end, p.unit_code) as unit_code,
    coalesce(case when p.is_open then h.unit_level end, p.unit_level) as unit_level,
    p.mark,
    p.is_open,
    o.dossier_code is not null as is_open_late,
    coalesce(case when p.is_open then o.outcome_766 else p.outcome_766 end, 'in_time') = 'in_time' as is_in_time
from placed p
left join
    {{ ref("fct_open_late") }} o on p.is_open and p.dossier_code = o.dossier_code and p.period_code = o.period_code
left join {{ ref("fct_handovers") }} h on p.dossier_code = h.dossier_code and p.cut_date between h.cut_from and h.cut_to
