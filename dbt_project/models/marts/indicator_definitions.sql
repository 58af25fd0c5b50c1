-- The register's wording, one row per span of validity. A period's figures follow the definition that is valid on the
-- period's last day.
select
    indicator_code,
    rule,
    valid_from,
    valid_to,
    name_vi,
    name_en,
    numerator_vi,
    numerator_en,
    denominator_vi,
    denominator_en,
    value_unit,
    direction,
    matures,
    legal_basis
from {{ source("registers", "indicator") }}
