-- The definition of an indicator that holds on a day.
select
    name_vi,
    name_en,
    numerator_vi,
    numerator_en,
    denominator_vi,
    denominator_en,
    value_unit,
    direction,
    matures,
    legal_basis,
    valid_from,
    valid_to
from marts.indicator_definitions
where indicator_code = ? and rule = ? and ? between valid_from and coalesce(valid_to, date '9999-12-31')
