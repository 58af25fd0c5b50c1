-- Closed periods, and their days.
create or replace table period as
select period_code, period_type, start_date, end_date from tthc.marts.dim_period where is_closed;
create or replace table period_day as
select period_code, unnest(generate_series(start_date, end_date, interval 1 day))::date as day from period;
