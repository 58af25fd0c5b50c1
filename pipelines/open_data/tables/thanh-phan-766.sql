-- As of the day of the vintage; earlier rules are in the warehouse.
select
    component as thanh_phan,
    group_code as nhom,
    name_vi as ten,
    name_en as ten_tieng_anh,
    max_points as diem_toi_da,
    round(100 * full_at, 2) as du_diem_tu,
    indicator_code as ma_chi_tieu,
    rule as cach_tinh
from tthc.marts.dim_score_component, tthc.marts.dim_run
qualify row_number() over (partition by component order by valid_from <= as_of desc, valid_from desc) = 1
