-- The first notification of each dossier that was delivered.
select dossier_code, min(cast(sent_at as date)) as notified_date
from {{ ref("stg_notification") }}
where is_delivered
group by dossier_code
