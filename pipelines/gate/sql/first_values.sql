-- Figures as they were first published. Of a figure whose change was approved the newest value counts.
insert into first_value
select
    indicator_code,
    rule,
    period_code,
    scope,
    unit_code,
    unit_level,
    numerator,
    coalesce(denominator, 0),
    value,
    end_date,
    as_of
from read_parquet(?)
qualify
    row_number() over (
        partition by indicator_code, rule, period_code, scope, unit_code, unit_level order by number desc
    )
    = 1
