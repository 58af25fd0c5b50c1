with
    successor as (
        select
            old_procedure_code as procedure_code,
            {{ joined_in_order("new_procedure_code", "new_procedure_code", ";") }} as replaced_by
        from {{ source("registers", "procedure_change") }}
        group by old_procedure_code
    )
select p.*, s.replaced_by
from {{ ref("stg_procedure") }} p
left join successor s using (procedure_code)
