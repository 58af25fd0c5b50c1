-- A source that never came is not a count of zero: what needs it is unknown, in every period. So is, for a period, what
-- speaks of the planning department's own unit (need `own_unit`) where the delivered list of units lacks the unit that
-- makes the plan on the period's last day: it is named instead.
with
    delivered as (select distinct source from {{ source("ledger", "delivery") }} where status = 'accepted'),
    missing as (
        select
            n.indicator_code,
            n.rule,
            p.period_code,
            case
                when n.source = 'own_unit' then coalesce('don_vi ' || p.own_unit, 'own_units') else n.source
            end as source
        from {{ source("registers", "indicator_need") }} n
        cross join {{ ref("int_period") }} p
        left join delivered d on n.source = d.source
        left join {{ ref("stg_unit") }} u on n.source = 'own_unit' and p.own_unit = u.unit_code
        where d.source is null and u.unit_code is null
    )
select indicator_code, rule, period_code, string_agg(source, ', ' order by source) as missing_source
from missing
group by indicator_code, rule, period_code
