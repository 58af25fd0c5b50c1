-- The same on a scale on which chance scatters alike everywhere (arcsine of shares, logarithm of counts and ratios). A
-- named approval may say that a new level begins with a delivery (overrides.csv): then a new era of comparison does. So
-- it is with shares of levels of offices where one of them is abolished; what still comes of it is compared with
-- nothing.
--
-- How far a mean scatters is not known from a few rows alone, as three dossiers with one term do not scatter at all. It
-- is taken from all rows of the series so far, and from ten more that scatter by a half. So it is with a ratio: by how
-- much more than a count's own chance its dossiers scatter, and ten rows that do not.
with
    counted as (
        select
            *,
            case family when 'mean' then v * n * (n - 1) when 'ratio' then v end as squares,
            case when v is not null then case family when 'mean' then n - 1 when 'ratio' then n end end as weight,
            case family when 'mean' then 0.25 when 'ratio' then 1 end as at_first
        from {{ ref("prf_counted") }}
        join {{ ref("prf_day") }} using (source, business_day)
        join {{ source("registers", "measure") }} using (measure)
    ),
    scattered as (
        select
            {{ all_but(["v"]) }},
            (coalesce(cast(sum({{ exact("squares", 38) }}) over series as double), 0) + 10 * at_first)
            / (coalesce(cast(sum({{ exact("weight", 38) }}) over series as double), 0) + 10) as scatter,
            case
                family
                when 'mean'
                then scatter / nullif(n, 0)
                when 'ratio'
                then scatter * n / nullif(pow(x, 2), 0)
                else v
            end as v
        from counted
        window
            series as (
                partition by source, measure, stratum, kind
                order by business_day
                rows between unbounded preceding and current row
            )
    ),
    of_levels as (
        select measure, topic from {{ source("registers", "measure") }} where measure in ({{ by_office_level() }})
    ),
    level as (
        select k.source, m.topic, a.ended_on as business_day
        from {{ ref("prf_abolished_level") }} a
        cross join of_levels m
        cross join (select distinct source from {{ ref("prf_counted") }}) k
        union
        select o.source, m.topic, o.business_day
        from {{ source("registers", "override") }} o
        join {{ source("registers", "measure") }} m on coalesce(o.measure, 'rows') = m.measure
        where o.effect = 'level' and o.hold in ('volume', 'profile')
    )
select
    c.source,
    c.business_day,
    c.measure,
    c.family,
    c.topic,
    c.first,
    c.stratum,
    c.kind,
    (
        select count(*)
        from level l
        where l.source = c.source and l.topic = c.topic and l.business_day <= c.business_day
    ) as era,
    c.x,
    c.n,
    c.tau0,
    case
        -- The mean of a few rows is not what a bound takes it for: one odd row decides.
        when c.n < c.least_rows
        then null
        when c.measure in (select measure from of_levels) and c.business_day >= a.ended_on
        then null
        when c.family in ('share', 'rare') and c.n > 0
        then {{ settled("2 * asin(sqrt((c.x + 0.375) / (c.n + 0.75)))") }}
        when c.v is not null
        then c.g
    end as g,
    -- Where nothing came, nothing is known of chance.
    case when c.family in ('share', 'rare') then 1 / (c.n + 0.5) when c.v is not null then greatest(c.v, 1e-9) end as v
from scattered c
left join {{ ref("prf_abolished_level") }} a on c.stratum = a.unit_level
