select
    indicator_code,
    period_code,
    {{ scope_columns() }},
    counted_plan,
    reason_plan,
    counted_766,
    reason_766,
    cast(sum(cases) as bigint) as case_count
from {{ ref("int_rule_case_period") }} c
anti join {{ ref("int_undelivered") }} u using (indicator_code, period_code)
where counted_plan is not null or counted_766 is not null
group by {{ scope_sets(["indicator_code", "period_code", "counted_plan", "reason_plan", "counted_766", "reason_766"]) }}
