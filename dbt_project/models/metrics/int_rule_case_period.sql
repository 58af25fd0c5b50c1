-- Cases that either rule counts in a period, by what each says of them. Null: that rule does not count them there.
with
    period_day as {{ period_days(ref("int_period")) }},
    placed as (
        select
            c.*,
            p.period_code,
            true as in_plan,
            coalesce(c.date_766 between p.start_date and p.cut_date, false) as in_766
        from {{ ref("int_rule_case") }} c
        join period_day p on c.plan_date = p.event_date and p.cut_date between c.cut_from and c.cut_to
        union all
        select c.*, p.period_code, false as in_plan, true as in_766
        from {{ ref("int_rule_case") }} c
        join period_day p on c.date_766 = p.event_date and p.cut_date between c.cut_from and c.cut_to
        where not coalesce(c.plan_date between p.start_date and p.cut_date, false)
    )
select
    indicator_code,
    period_code,
    unit_code,
    unit_level,
    case when in_plan then counts_plan end as counted_plan,
    case when in_plan then reason_plan end as reason_plan,
    case when in_766 then counts_766 end as counted_766,
    case when in_766 then reason_766 end as reason_766,
    sum(cases) as cases
from placed
group by all
union all
select 'on_time_rate', period_code, unit_code, unit_level, null, null, counts_766, reason_766, cases
from {{ ref("int_rule_open_case") }}
