select
    r.dossier_code,
    count(r.file_path) > 0 as has_result_file,
    count(*) filter (where r.file_path is not null and r.result_code is not null) > 0 as has_electronic_result,
    count(o.dossier_code) > 0 as has_own_result_file
from {{ ref("stg_result") }} r
left join {{ ref("int_own_result") }} o using (dossier_code)
group by r.dossier_code
