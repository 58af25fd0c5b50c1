select
    indicator_code as ma_chi_tieu,
    rule as cach_tinh,
    name_vi as ten_vi,
    name_en as ten_en,
    numerator_vi as dinh_nghia_tu_so_vi,
    numerator_en as dinh_nghia_tu_so_en,
    denominator_vi as dinh_nghia_mau_so_vi,
    denominator_en as dinh_nghia_mau_so_en,
    if(value_unit = 'count', 'so-luong', 'ty-le') as don_vi_tinh,
    if(direction = 'down', 'giam', 'tang') as chieu_tot,
    legal_basis as can_cu,
    case
        i.origin
        when 'transactions'
        then 'giao-dich'
        when 'procedures'
        then 'thu-tuc'
        when 'reported'
        then 'bao-cao'
        when 'tasks'
        then 'nhiem-vu'
        else 'cong-bo'
    end as nguon_goc,
    if(c.class = 'protected', 'sdc1', 'none') as bao_mat
from tthc.marts.dim_indicator i
join indicator_class c using (indicator_code, rule)
