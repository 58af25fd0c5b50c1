-- The newest status of each dossier that was reported by the cut, so that the figures of a closed period do not change
-- later.
select c.dossier_code, c.period_code, {{ at_largest("t.status", "t.newness") }} as status
from {{ ref("int_open_candidate") }} c
join {{ ref("int_status_reported") }} t on c.dossier_code = t.dossier_code and t.reported_date <= c.cut_date
group by c.dossier_code, c.period_code
