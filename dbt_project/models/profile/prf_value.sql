-- The same on a scale on which chance scatters alike everywhere (arcsine of shares, logarithm of counts and ratios).
select
    c.source,
    c.business_day,
    c.measure,
    m.family,
    c.stratum,
    d.kind,
    c.x,
    c.n,
    m.tau0,
    case
        when m.family in ('share', 'rare') and c.n > 0 then 2 * asin(sqrt((c.x + 0.375) / (c.n + 0.75))) else c.g
    end as g,
    case when m.family in ('share', 'rare') then 1 / (c.n + 0.5) else greatest(c.v, 1e-9) end as v
from {{ ref("prf_counted") }} c
join {{ ref("prf_day") }} d using (source, business_day)
join {{ source("registers", "measure") }} m using (measure)
