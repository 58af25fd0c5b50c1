select * from {{ ref("int_period") }}
