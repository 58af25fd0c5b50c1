select
    madonvi as unit_code,
    tendonvi as unit_name,
    cap as unit_level,
    madonvicha as parent_unit_code,
    hieuluctu as valid_from,
    hieulucden as valid_to
from {{ ref("rows_don_vi") }}
where disposition = 'accepted'
