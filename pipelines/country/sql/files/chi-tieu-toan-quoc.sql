-- One row per indicator, rule, period and scope.
select
    indicator_code as ma_chi_tieu,
    rule as cach_tinh,
    period_code as ky,
    country_scope(scope) as pham_vi,
    unit_level as cap,
    numerator as tu_so,
    denominator as mau_so,
    exact_rate(numerator, denominator, null) as ty_le,
    if(is_provisional, 'p', null) as co,
    province_count as so_tinh,
    nullif(missing_provinces, '') as tinh_thieu
from marts.indicator_totals
order by all
