-- Figures with a target of the newest closed month or year, for the province and its levels.
with
    newest as (
        select period_code
        from marts.dim_period
        where period_type in ('year', 'month') and is_closed
        order by end_date desc, start_date
        limit 1
    )
select i.name_vi, i.name_en, v.period_code, v.scope, v.unit_level, v.value, v.target, v.met
from marts.indicator_values v
join newest using (period_code)
join marts.dim_indicator i using (indicator_code, rule)
where
    v.scope in ('province', 'level')
    and v.rule = 'plan'
    and i.origin = 'transactions'
    and v.indicator_code in (select indicator_code from marts.indicator_values where target is not null)
order by v.indicator_code
