-- The first letter of apology of each dossier.
select dossier_code, min(cast(apologised_at as date)) as apologised_date
from {{ ref("stg_apology") }}
group by dossier_code
