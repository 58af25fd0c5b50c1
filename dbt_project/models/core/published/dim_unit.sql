with
    successor as (
        select old_unit_code as unit_code, {{ joined_in_order("new_unit_code", "new_unit_code", ";") }} as replaced_by
        from {{ source("registers", "unit_change") }}
        group by old_unit_code
    )
select u.*, s.replaced_by
from {{ ref("stg_unit") }} u
left join successor s using (unit_code)
