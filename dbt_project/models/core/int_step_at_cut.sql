-- Since when a dossier waits or stands still, by its steps up to the cut.
select
    c.dossier_code,
    c.period_code,
    max(s.taken_date) filter (where s.status = '5') as asked_on,
    max(s.taken_date) filter (where s.status = '6') as billed_on,
    max(s.taken_date) filter (where s.status = '8') as stopped_on
from {{ ref("int_open_candidate") }} c
join {{ ref("stg_step") }} s on c.dossier_code = s.dossier_code and s.taken_date <= c.cut_date
group by c.dossier_code, c.period_code
