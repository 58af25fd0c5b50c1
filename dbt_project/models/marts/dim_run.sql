select * from {{ source("registers", "run") }}
