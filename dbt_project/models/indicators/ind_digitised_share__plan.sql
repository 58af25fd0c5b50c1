select
    'digitised_share' as indicator_code,
    'plan' as rule,
    period_code,
    unit_code,
    unit_level,
    received_digitised as numerator,
    received as denominator
from {{ ref("int_unit_period") }}
