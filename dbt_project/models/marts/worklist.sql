-- What is open and what to do first about it: the first action of the register that fits.
with
    -- There are few ways in which dossiers stand, so actions are looked for once for each.
    way as (select distinct category, portal, has_letter, is_high_risk from {{ ref("int_work_standing") }}),
    advised as (
        select w.*, a.priority, a.action, a.name_vi, a.name_en
        from way w
        join
            {{ source("registers", "work_action") }} a
            on coalesce(a.category = w.category, a.category is null)
            and coalesce(a.portal = w.portal, a.portal is null)
            and coalesce(a.has_letter = w.has_letter, a.has_letter is null)
            and coalesce(a.is_high_risk = w.is_high_risk, a.is_high_risk is null)
        qualify
            row_number() over (partition by w.category, w.portal, w.has_letter, w.is_high_risk order by a.priority) = 1
    )
select
    s.dossier_code,
    s.unit_code,
    s.unit_level,
    s.receiving_unit_code,
    s.procedure_code,
    f.field_code,
    s.office as department,
    s.status_at_cut as status_code,
    s.received_date,
    s.due_date,
    s.category,
    s.working_days_left,
    s.paused_since,
    s.paused_working_days,
    s.apologised_date,
    s.portal,
    s.portal_status_code,
    s.portal_due_date,
    s.portal_finished_date,
    s.risk,
    s.risk_cases,
    s.risk_basis,
    a.priority,
    a.action,
    a.name_vi as action_vi,
    a.name_en as action_en
from {{ ref("int_work_standing") }} s
join
    advised a
    on (s.category, s.is_high_risk) = (a.category, a.is_high_risk)
    and s.portal is not distinct from a.portal
    and s.has_letter is not distinct from a.has_letter
left join {{ ref("dim_procedure") }} f on s.procedure_code = f.procedure_code
