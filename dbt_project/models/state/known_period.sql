select period_code as KyBaoCao from {{ source("registers", "period") }}
