-- The definition of an indicator that holds on a day.
select * exclude (indicator_code, rule)
from marts.indicator_definitions
where indicator_code = ? and rule = ? and ? between valid_from and coalesce(valid_to, date '9999-12-31')
