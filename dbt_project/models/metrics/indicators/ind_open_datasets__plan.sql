-- Number of tables in the newest open-data edition that had been published before the period's cut. An edition is
-- published after the last day that it covers, so later editions do not change closed periods and a repeated night
-- gives the same figure.
select
    'open_datasets' as indicator_code,
    'plan' as rule,
    p.period_code,
    r.province_code as unit_code,
    '{{ root_level() }}' as unit_level,
    coalesce(max_by(e.dataset_count, e.edition_number), 0) as numerator,
    cast(null as bigint) as denominator,
    0 as unknown_count
from {{ ref("int_period") }} p
cross join {{ ref("dim_run") }} r
left join {{ source("registers", "edition") }} e on coalesce(e.closed_until < p.cut_date, true)
group by p.period_code, r.province_code
