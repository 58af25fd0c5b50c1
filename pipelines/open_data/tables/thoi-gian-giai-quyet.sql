-- Days from reception to the end of handling. They say nothing of the subject, so they are exact; for fewer than 10
-- dossiers nothing is shown, since it would describe single persons.
with
    finished as (
        select p.period_code, f.unit_code, f.unit_level, f.working_days, r.province_code
        from tthc.marts.fct_timeliness f
        join period p on f.finished_date between p.start_date and p.end_date
        cross join tthc.marts.dim_run r
        where f.working_days is not null
    ),
    scoped as (
        select period_code, 'don-vi' as pham_vi, unit_code, unit_level, working_days
        from finished
        union all
        select period_code, 'cap', province_code, unit_level, working_days
        from finished
        union all
        select period_code, 'tinh', province_code, 'tinh', working_days
        from finished
    )
select
    s.period_code as ky,
    s.pham_vi,
    s.unit_code as ma_don_vi,
    any_value(u.unit_name) as ten_don_vi,
    s.unit_level as cap,
    quantile_disc(s.working_days, 0.5) as trung_vi,
    quantile_disc(s.working_days, 0.9) as phan_vi_90
from scoped s
left join tthc.marts.dim_unit u on s.unit_code = u.unit_code
group by s.period_code, s.pham_vi, s.unit_code, s.unit_level
having count(*) >= 10
