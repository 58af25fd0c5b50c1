select
    'on_time_rate' as indicator_code,
    'plan' as rule,
    period_code,
    unit_code,
    unit_level,
    resolved_early + resolved_on_time as numerator,
    resolved as denominator
from {{ ref("int_unit_period") }}
