-- A source that never came is not a count of zero: what needs it is unknown. So is what speaks of the planning
-- department's own unit (need `own_unit`) where the delivered list of units lacks that unit: it is named instead.
with
    delivered as (
        select distinct source
        from {{ source("ledger", "delivery") }}
        where status = 'accepted'
        union
        select 'own_unit'
        from {{ ref("dim_run") }} r
        join {{ ref("stg_unit") }} u on r.own_unit = u.unit_code
    ),
    missing as (
        select
            n.indicator_code,
            n.rule,
            case
                when n.source = 'own_unit' then coalesce('don_vi ' || r.own_unit, 'own_units') else n.source
            end as source
        from {{ source("registers", "indicator_need") }} n
        cross join {{ ref("dim_run") }} r
        left join delivered d on n.source = d.source
        where d.source is null
    )
select indicator_code, rule, string_agg(source, ', ' order by source) as missing_source
from missing
group by indicator_code, rule
