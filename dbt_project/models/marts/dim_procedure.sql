select * from {{ ref("stg_procedure") }}
