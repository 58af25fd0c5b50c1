select a.feedback_code, a.unit_code, u.unit_level, a.cut_from, a.cut_to
from {{ ref("int_feedback_unit") }} a
join {{ ref("stg_unit") }} u using (unit_code)
qualify count(*) over (partition by a.feedback_code) > 1
