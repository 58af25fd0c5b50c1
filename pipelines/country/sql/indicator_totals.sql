-- One row per indicator, rule, period and scope (the country, or all offices of a level): sums over the provinces that
-- are added, how many these are and which others are not in it.
create or replace table marts.indicator_totals as
with
    summed as (
        select
            indicator_code,
            rule,
            period_code,
            scope,
            unit_level,
            sum(numerator)::bigint as numerator,
            if(bool_and(is_share), sum(denominator), null)::bigint as denominator,
            bool_or(is_provisional) as is_provisional,
            list(province_code) as provinces
        from marts.contributions
        where why_not is null
        group by all
    )
select
    * exclude (provinces),
    if(denominator > 0, numerator / denominator, null) as value,
    len(provinces)::integer as province_count,
    array_to_string(list_filter($codes, lambda code: not list_contains(provinces, code)), ';') as missing_provinces
from summed
order by all
