select as_of, province_code, own_unit, version, code_version, is_synthetic from {{ source("registers", "run") }}
