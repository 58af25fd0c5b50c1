-- Indicators that are unknown in a period because a source that they need was never delivered; no delivery is not a
-- count of zero. An indicator of the planning department itself (need `own_unit`) is also unknown where the delivered
-- list of units lacks that department on the period's last day; the missing unit is named instead.
with
    delivered as (select distinct source from {{ source("ledger", "delivery") }} where status = 'accepted'),
    missing as (
        select
            n.indicator_code,
            n.rule,
            p.period_code,
            case
                when n.source = 'own_unit' then coalesce('don_vi ' || o.own_unit, 'own_units') else n.source
            end as source
        from {{ source("registers", "indicator_need") }} n
        cross join {{ ref("dim_score_period") }} p
        left join {{ source("registers", "period") }} o using (period_code)
        left join delivered d on n.source = d.source
        left join {{ ref("int_field_since") }} f on n.source = f.field and f.since_date <= p.cut_date
        left join {{ ref("stg_unit") }} u on n.source = 'own_unit' and o.own_unit = u.unit_code
        where d.source is null and f.field is null and u.unit_code is null
    )
select indicator_code, rule, period_code, {{ joined_in_order("source", "source", ", ") }} as missing_source
from missing
group by indicator_code, rule, period_code
