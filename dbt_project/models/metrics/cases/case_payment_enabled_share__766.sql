select * from {{ ref("case_payment_enabled_share__plan") }}
