-- The same on a scale on which chance scatters alike everywhere (arcsine of shares, logarithm of counts and ratios). A
-- named approval may say that a new level begins with a delivery (overrides.csv): then a new era of comparison does.
with
    level as (
        select o.source, m.topic, o.business_day
        from {{ source("registers", "override") }} o
        join {{ source("registers", "measure") }} m on coalesce(o.measure, 'rows') = m.measure
        where o.effect = 'level' and o.hold in ('volume', 'profile')
    )
select
    c.source,
    c.business_day,
    c.measure,
    m.family,
    m.topic,
    m.first,
    c.stratum,
    d.kind,
    (
        select count(*) from level l where l.source = c.source and l.topic = m.topic and l.business_day <= c.business_day
    ) as era,
    c.x,
    c.n,
    m.tau0,
    case
        when m.family in ('share', 'rare') and c.n > 0
        then 2 * asin(sqrt((c.x + 0.375) / (c.n + 0.75)))
        when c.v is not null then c.g
    end as g,
    -- Where no row scatters (a mean of one), nothing is known of chance.
    case
        when m.family in ('share', 'rare') then 1 / (c.n + 0.5) when c.v is not null then greatest(c.v, 1e-9)
    end as v
from {{ ref("prf_counted") }} c
join {{ ref("prf_day") }} d using (source, business_day)
join {{ source("registers", "measure") }} m using (measure)
