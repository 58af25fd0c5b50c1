-- Where each dossier that is open on the as-of day lies: the office of its newest step. Of several steps in one second,
-- as reception and hand-over are written, the furthest one counts.
select
    c.dossier_code,
    {{ newest_of("s.office", ["s.taken_at", "coalesce(try_cast(s.status as integer), 0)", "s.status"]) }} as office
from {{ ref("int_open_candidate") }} c
join {{ ref("int_today") }} t using (period_code)
join {{ ref("stg_step") }} s on c.dossier_code = s.dossier_code and s.taken_date <= c.cut_date
group by c.dossier_code
