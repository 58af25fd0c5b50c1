-- The newest word on the status by the cut, so that a closed period says later what it said then.
select c.dossier_code, c.period_code, arg_max(t.status, t.newness) as status
from {{ ref("int_open_candidate") }} c
join {{ ref("int_status_told") }} t on c.dossier_code = t.dossier_code and t.told_date <= c.cut_date
group by c.dossier_code, c.period_code
