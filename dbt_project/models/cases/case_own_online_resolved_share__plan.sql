-- The dossiers of the department that makes the plan on the period's last day.
select p.period_code, c.case_code, c.unit_code, c.unit_level, c.counts_from is not null as counts, c.reason
from {{ by_answering_unit(ref("case_online_resolved_share__plan"), "c.case_code") }} c
join
    {{ ref("dim_period") }} p
    on c.unit_code = p.own_unit
    and c.event_date between p.start_date and p.cut_date
    and p.cut_date between c.cut_from and c.cut_to
