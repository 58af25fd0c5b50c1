-- Supplement requests as they stood at the cut; the two dates describe the one request there is where there is one.
select
    c.dossier_code,
    c.period_code,
    count(*) as request_count,
    max(s.requested_date) filter (where s.returned_date is null or s.returned_date > c.cut_date) as waiting_since,
    max(s.requested_date) as requested_date,
    max(s.returned_date) as returned_date
from {{ ref("int_open_candidate") }} c
join {{ ref("stg_supplement") }} s on c.dossier_code = s.dossier_code and s.requested_date <= c.cut_date
group by c.dossier_code, c.period_code
