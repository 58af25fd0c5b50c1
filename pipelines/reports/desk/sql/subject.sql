-- Whose figures these are, and of which day. One row.
select
    r.as_of,
    r.province_code,
    r.version,
    r.is_synthetic,
    coalesce(u.unit_name, r.province_code) as province_name,
    p.period_code as year_code
from marts.dim_run r
left join marts.dim_unit u on r.province_code = u.unit_code
left join marts.dim_period p on p.period_type = 'year' and r.as_of between p.start_date and p.end_date
