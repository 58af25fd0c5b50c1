select mahoso as dossier_code, tepdinhkemid as file_id, duocsohoa = 1 as is_digitised
from {{ ref("rows_thanh_phan") }}
where disposition = 'accepted' and coalesce(isdeleted, 0) = 0
