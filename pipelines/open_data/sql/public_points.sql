-- Points that may be published of closed periods: opinions of the province alone, since beside the exact share in time
-- they would tell how many complained of an office.
create or replace table public_points as
select d.*, c.indicator_code, c.rule
from tthc.marts.decision_766_score d
join period p using (period_code)
join
    tthc.marts.dim_score_component c
    on d.component = c.component
    and p.end_date between c.valid_from and coalesce(c.valid_to, date '9999-12-31')
left join indicator_class k on c.indicator_code = k.indicator_code and c.rule = k.rule
where d.scope = 'province' or not coalesce(k.is_province_only, false);
