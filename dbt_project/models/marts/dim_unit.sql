select * from {{ ref("stg_unit") }}
