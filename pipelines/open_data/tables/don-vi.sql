select
    unit_code as ma_don_vi,
    unit_name as ten_don_vi,
    unit_level as cap,
    parent_unit_code as ma_don_vi_cha,
    valid_from as hieu_luc_tu,
    valid_to as hieu_luc_den
from tthc.marts.dim_unit
