select
    source,
    business_day,
    measure,
    family,
    stratum,
    x,
    n,
    g,
    v,
    compared,
    expected,
    deviation,
    bound,
    case
        when family in ('share', 'rare')
        then {{ settled("pow(sin(least(greatest(expected, 0), pi()) / 2), 2)") }}
        when family = 'count'
        then {{ settled("exp(expected) * n", 6) }}
        else {{ settled("exp(expected)", 6) }}
    end as usual_value,
    case
        when family in ('share', 'rare')
        then x / nullif(n, 0)
        when family = 'count'
        then x
        else {{ settled("exp(g)", 6) }}
    end as value,
    standing,
    topic,
    first
from {{ ref("prf_compared") }}
