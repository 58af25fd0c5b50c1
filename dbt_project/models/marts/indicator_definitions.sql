-- The register's wording, span by span: which of them a figure is judged by is said by its period's last day.
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
