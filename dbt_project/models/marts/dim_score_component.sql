select
    component,
    group_code,
    name_vi,
    name_en,
    max_points,
    full_at,
    indicator_code,
    rule,
    api as portal_code,
    missing as missing_source,
    valid_from,
    valid_to
from {{ source("registers", "score_rule") }}
