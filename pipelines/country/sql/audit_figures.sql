-- Rows of the country's CSV that are not the sum of what the provinces' own CSV files say, the provinces being all but
-- those that the row names as missing.
with
    own as (
        select
            province_code,
            ma_chi_tieu,
            cach_tinh,
            ky,
            country_scope(warehouse_scope(pham_vi)) as pham_vi,
            cap,
            tu_so,
            mau_so
        from published_figure
        where warehouse_scope(pham_vi) <> 'unit'
    ),
    again as (
        select
            c.ma_chi_tieu,
            c.cach_tinh,
            c.ky,
            c.pham_vi,
            c.cap,
            sum(o.tu_so) as tu_so,
            sum(o.mau_so) as mau_so,
            count(o.tu_so) as so_tinh
        from country_figure c
        join
            own o
            on (o.ma_chi_tieu, o.cach_tinh, o.ky, o.pham_vi, o.cap)
            = (c.ma_chi_tieu, c.cach_tinh, c.ky, c.pham_vi, c.cap)
            and not list_contains(string_split(coalesce(c.tinh_thieu, ''), ';'), o.province_code)
        group by all
    )
select c.ma_chi_tieu, c.cach_tinh, c.ky, c.pham_vi, c.cap
from country_figure c
left join
    again a
    on (a.ma_chi_tieu, a.cach_tinh, a.ky, a.pham_vi, a.cap) = (c.ma_chi_tieu, c.cach_tinh, c.ky, c.pham_vi, c.cap)
where
    (a.tu_so, a.so_tinh) is distinct from (c.tu_so, c.so_tinh)
    or c.mau_so is not null
    and (a.mau_so is distinct from c.mau_so or c.tu_so < 0)
