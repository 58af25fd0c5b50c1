-- The newest rejected state of each dossier, whether a row rule, another source or a conflict rejected it.
with
    rejected as (
        select dossier_code, {{ row_newness("updated_at") }} as newness
        from {{ source("ledger", "rejected_row") }}
        where source = 'ho_so' and dossier_code is not null
        union all
        select MaHoSo as dossier_code, newness
        from {{ ref("base_ho_so") }}
        where disposition = 'rejected'
    )
select dossier_code, max(newness) as newness
from rejected
group by dossier_code
