-- Days from reception to the end of handling. They say nothing of the subject, so they are exact; for fewer than 10
-- dossiers nothing is shown, since it would describe single persons.
with
    -- Dossiers are first added up by day and length, so no dossier is paired with any period.
    daily as (
        select finished_date, unit_code, unit_level, working_days, count(*) as dossiers
        from tthc.marts.fct_timeliness
        where working_days is not null
        group by all
    ),
    finished as (
        select p.period_code, d.unit_code, d.unit_level, d.working_days, sum(d.dossiers) as dossiers
        from daily d
        join period_day on finished_date = day
        join period p using (period_code)
        group by all
    ),
    scoped as (
        select period_code, published_scope('unit') as pham_vi, unit_code, unit_level, working_days, dossiers
        from finished
        union all
        select period_code, published_scope('level'), province_code, unit_level, working_days, dossiers
        from finished, tthc.marts.dim_run
        union all
        select period_code, published_scope('province'), province_code, root_level(), working_days, dossiers
        from finished, tthc.marts.dim_run
    ),
    lengths as (
        select period_code, pham_vi, unit_code, unit_level, working_days, sum(dossiers) as dossiers
        from scoped
        group by all
    ),
    ranked as (
        select *, sum(dossiers) over (subject order by working_days) as up_to, sum(dossiers) over subject as finished
        from lengths
        window subject as (partition by period_code, pham_vi, unit_code, unit_level)
    )
select
    s.period_code as ky,
    s.pham_vi,
    s.unit_code as ma_don_vi,
    any_value(u.unit_name) as ten_don_vi,
    s.unit_level as cap,
    -- The least length that at least so large a share of the dossiers do not exceed.
    min(s.working_days) filter (where s.up_to * 2 >= s.finished) as trung_vi,
    min(s.working_days) filter (where s.up_to * 10 >= s.finished * 9) as phan_vi_90
from ranked s
left join tthc.marts.dim_unit u on s.unit_code = u.unit_code
where s.finished >= 10
group by s.period_code, s.pham_vi, s.unit_code, s.unit_level
