select c.* from {{ ref("case_online_resolved_share__plan") }} c join {{ ref("dim_run") }} r on c.unit_code = r.own_unit
