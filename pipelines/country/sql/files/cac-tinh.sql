-- One row per province of the installation.
select
    province_code as ma_tinh,
    province_name as ten_tinh,
    is_added::integer as duoc_cong,
    why_not as ly_do,
    version as phien_ban,
    vintage as lan_cong_bo,
    as_of as ngay_so_lieu,
    closed_until as so_lieu_den,
    is_older::integer as cu_hon,
    software as phan_mem
from marts.provinces
order by ma_tinh
