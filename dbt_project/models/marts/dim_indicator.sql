with
    need as (
        select indicator_code, rule, string_agg(source, ', ' order by source) as sources
        from {{ source("registers", "indicator_need") }}
        group by indicator_code, rule
    )
select i.*, n.sources
from {{ source("registers", "indicator") }} i
left join need n using (indicator_code, rule)
