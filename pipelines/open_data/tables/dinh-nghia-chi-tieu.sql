select
    indicator_code as ma_chi_tieu,
    rule as cach_tinh,
    valid_from as hieu_luc_tu,
    valid_to as hieu_luc_den,
    name_vi as ten_vi,
    name_en as ten_en,
    numerator_vi as dinh_nghia_tu_so_vi,
    numerator_en as dinh_nghia_tu_so_en,
    denominator_vi as dinh_nghia_mau_so_vi,
    denominator_en as dinh_nghia_mau_so_en,
    legal_basis as can_cu
from tthc.marts.indicator_definitions
