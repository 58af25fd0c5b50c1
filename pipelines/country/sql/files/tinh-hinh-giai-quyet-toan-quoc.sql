-- One row per period and scope.
select
    period_code as ky,
    country_scope(scope) as pham_vi,
    unit_level as cap,
    {{ counts }},
    province_count as so_tinh,
    nullif(missing_provinces, '') as tinh_thieu
from marts.handling_totals
order by ky, pham_vi, cap
