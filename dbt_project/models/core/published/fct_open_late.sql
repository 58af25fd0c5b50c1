-- Periods of the score alone end after a while; what was carried over of them is removed.
-- depends_on: {{ ref("dim_score_period") }}
{{
    config(
        meta={"carried": "dossier_code"},
        post_hook="delete from {{ this }} where period_code not in (select period_code from {{ ref('dim_score_period') }})",
    )
}}
select
    o.period_code,
    o.dossier_code,
    o.procedure_code,
    o.unit_code,
    o.unit_level,
    o.receiving_unit_code,
    o.due_date,
    o.cut_date,
    o.status_at_cut,
    o.is_paused,
    coalesce(o.due_date < o.cut_date and not o.is_paused, false) as is_overdue,
    case
        when o.due_date < o.cut_date and not o.is_paused then {{ days_between("o.due_date", "o.cut_date") }} else 0
    end as days_late,
    {{ outcome_766("r.reason_766") }} as outcome_766,
    r.reason_766,
    a.apologised_date
from {{ ref("int_open_at_cut") }} o
join {{ ref("int_open_reason_766") }} r using (dossier_code, period_code)
left join {{ ref("int_first_letter") }} a using (dossier_code)
