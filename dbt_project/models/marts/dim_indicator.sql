select * from {{ source("registers", "indicator") }}
