-- A source that never came is not a count of zero: what needs it is unknown.
select n.indicator_code, n.rule, string_agg(n.source, ', ' order by n.source) as missing_source
from {{ source("registers", "indicator_need") }} n
left join
    (select distinct source from {{ source("ledger", "delivery") }} where status = 'accepted') d on n.source = d.source
where d.source is null
group by n.indicator_code, n.rule
