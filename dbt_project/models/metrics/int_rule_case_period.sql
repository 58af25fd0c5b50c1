-- Cases that either rule counts in a period. Null: that rule does not count them there.
with
    placed as (
        select
            c.indicator_code,
            p.period_code,
            c.unit_code,
            c.unit_level,
            c.plan_date between p.start_date and p.cut_date as in_plan,
            c.date_766 between p.start_date and p.cut_date as in_766,
            c.counts_plan,
            c.reason_plan,
            c.counts_766,
            c.reason_766,
            c.cases
        from {{ ref("int_rule_case") }} c
        join
            {{ ref("int_period") }} p
            on p.cut_date between c.cut_from and c.cut_to
            and (c.plan_date between p.start_date and p.cut_date or c.date_766 between p.start_date and p.cut_date)
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
    cases
from placed
union all
select 'on_time_rate', period_code, unit_code, unit_level, null, null, counts_766, reason_766, cases
from {{ ref("int_rule_open_case") }}
