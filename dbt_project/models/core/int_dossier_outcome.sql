-- Form II.06a: returned dossiers and those without a due date count as on time; days, not moments, are
-- compared.
with
    reasoned as (
        select
            dossier_code,
            case
                when finished_date is null
                then null
                when is_withdrawn
                then 'withdrawn'
                when due_date is null
                then 'no_due_date'
                when finished_date < due_date
                then 'before_due'
                when finished_date = due_date
                then 'on_due_day'
                else 'after_due'
            end as outcome_reason
        from {{ ref("int_dossier") }}
    )
select
    dossier_code,
    outcome_reason,
    case
        when outcome_reason = 'before_due'
        then 'early'
        when outcome_reason in ('on_due_day', 'withdrawn', 'no_due_date')
        then 'on_time'
        when outcome_reason = 'after_due'
        then 'overdue'
    end as outcome
from reasoned
