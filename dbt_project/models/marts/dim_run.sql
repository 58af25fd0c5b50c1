select as_of, province_code, own_unit from {{ source("registers", "run") }}
