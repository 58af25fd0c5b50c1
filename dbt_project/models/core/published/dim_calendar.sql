select * from {{ source("registers", "calendar") }}
