-- Result files that are not submitted files: some systems send the first submitted file as the result.
with
    result_path as (
        select dossier_code, {{ each_path("file_path") }} as file_path
        from {{ ref("stg_result") }}
        where file_path is not null
    ),
    input_path as (
        select dossier_code, {{ each_path("file_path") }} as file_path
        from {{ ref("stg_component") }}
        where file_path is not null
    )
select distinct dossier_code
from result_path
anti join input_path using (dossier_code, file_path)
where file_path <> ''
