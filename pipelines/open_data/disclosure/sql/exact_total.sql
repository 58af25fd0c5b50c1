-- Exactly published totals of protected counts: the province's opinions over levels and channels, a level's dossiers
-- of a month over fields, the province's dossiers of a year over procedures.
create or replace table exact_total as
with
    indicator_figure as (
        select indicator_code, scope, unit_level, period_code, period_type, numerator, denominator
        from tthc.marts.indicator_values join period using (period_code)
        where rule = 'plan' and missing_source is null
    ),
    opinion as (
        select unnest([p.denominator, p.numerator]) as measure, period_code, period_type,
            unnest([t.denominator, t.numerator]) as n
        from indicator_figure t join protected_parts p on (p.code, p.rule) = (t.indicator_code, 'plan')
        where t.scope = 'province'
    )
select 'level' as scope, measure, null as unit_level, period_code, n from opinion
union all
select 'channel', measure, null, period_code, n from opinion where period_type = 'quarter'
union all
select 'field', unnest(['received', 'received_online']), unit_level, period_code, unnest([denominator, numerator])
from indicator_figure where scope = 'level' and period_type = 'month' and indicator_code = 'online_share'
union all
select 'field', unnest(['resolved', 'resolved_in_time']), unit_level, period_code, unnest([denominator, numerator])
from indicator_figure where scope = 'level' and period_type = 'month' and indicator_code = 'on_time_rate'
union all
select 'procedure', 'received', null, period_code, denominator
from indicator_figure where scope = 'province' and period_type = 'year' and indicator_code = 'online_share'
