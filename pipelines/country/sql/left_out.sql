-- One row per province, indicator, rule and reason: how many of its figures are not in those of the country.
create or replace table marts.left_out as
select province_code, indicator_code, rule, why_not, count(*)::integer as figures
from marts.contributions
where why_not is not null
group by all
order by all
