-- What is open and not listed as late or in doubt is in time.
select
    'on_time_rate' as indicator_code,
    '766' as rule,
    u.period_code,
    u.unit_code,
    u.unit_level,
    u.resolved_in_time_766
    + u.open_total
    - coalesce(o.open_overdue_766, 0)
    - coalesce(o.open_unknown_766, 0) as numerator,
    u.resolved - u.resolved_unknown_766 + u.open_total - coalesce(o.open_unknown_766, 0) as denominator,
    u.resolved_unknown_766 + coalesce(o.open_unknown_766, 0) as unknown_count
from {{ ref("int_unit_period") }} u
left join {{ ref("int_open_overdue") }} o using (unit_code, period_code)
