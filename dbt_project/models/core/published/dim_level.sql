select * from {{ source("registers", "level") }}
