-- One row per province, indicator, rule and reason.
select province_code as ma_tinh, indicator_code as ma_chi_tieu, rule as cach_tinh, why_not as ly_do, figures as so_luong
from marts.left_out
order by all
