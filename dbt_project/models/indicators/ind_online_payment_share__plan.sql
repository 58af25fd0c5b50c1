select
    'online_payment_share' as indicator_code,
    'plan' as rule,
    period_code,
    unit_code,
    unit_level,
    paid_online as numerator,
    paid as denominator
from {{ ref("int_payment_unit_period") }}
