-- What differing copies do to figures over received dossiers: each case of ours whose dossier the portal lacks or has
-- received in another period, and each that it has in the period and we have not. What the portal would make of a
-- numerator (files, payment) its copy does not show: it is taken as ours. One row per case that differs and period.
{% set scored = indicators_computed("by_day") | selectattr("rule", "equalto", "766") | list %}
with
    period as (select distinct period_code, start_date, cut_date from {{ ref("int_compared") }}),
    cases as (
        {% for indicator in scored if indicator.case_of == "dossier" %}
            select '{{ indicator.code }}' as indicator_code, case_code, event_date, counts_from
            from {{ ref("case_" ~ indicator.code ~ "__" ~ indicator.rule) }}
            union all
        {% endfor %}
        select 'online_share', dossier_code, received_date, case when reason_766 = 'online' then received_date end
        from {{ ref("fct_online_share") }}
        where reason_766 <> 'unknown'
    )
select
    p.period_code,
    c.indicator_code,
    d.unit_code,
    d.unit_level,
    case when d.is_found then 'other_received_date' else 'not_found' end as cause,
    c.event_date between p.start_date and p.cut_date as in_own,
    c.counts_from is not null as counts,
    coalesce(d.copy_received_date between p.start_date and p.cut_date, false) as in_copy,
    c.counts_from is not null as counts_there
from cases c
join {{ ref("int_copy_differs") }} d on c.case_code = d.dossier_code
join period p on p.cut_date between d.cut_from and d.cut_to
