select dossier_code, procedure_code, unit_code, unit_level, received_date, channel_code, is_online
from {{ ref("int_dossier") }}
