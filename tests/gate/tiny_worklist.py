"""The worklist of the small made-up warehouse: what is open of its dossiers, by SQL of its own.

The risk is a rule of the dossier, since nothing in the gate counts it again (`tests/oracle/worklist.py` does).
"""

WORKLIST = """
create table worklist as
with standing as (
    select t.*, as_of, field_code, s.copy_status_code, s.copy_finished_date, s.is_found,
           (select bool_or(is_found) from fct_national_sync) as has_portal,
           t.status_code = 8 or (t.status_code = 5 and supplement_count = 0) as is_paused,
           case when is_paused then t.received_date + 1 end as paused_since,
           coalesce(due_date < as_of and not is_paused, false) as is_overdue
    from fct_timeliness as t
    cross join dim_run
    join dim_procedure using (procedure_code)
    join fct_national_sync as s using (dossier_code)
    where t.finished_date is null or t.finished_date > as_of
),
counted as (
    select *,
           case when due_date is not null then (
               select count(*) filter (where calendar_date <= due_date)
                      - count(*) filter (where calendar_date <= coalesce(paused_since, as_of))
               from dim_calendar where is_working_day
           ) end as working_days_left,
           case when is_paused then (select count(*) from dim_calendar where is_working_day
               and calendar_date > paused_since and calendar_date <= as_of) end as paused_working_days,
           case when is_found then due_date + (status_code = 4 and is_paused)::integer end as portal_due_date
    from standing
),
placed as (
    select *,
           case when is_overdue then 'overdue'
                when status_code = 5 and is_paused and paused_working_days > 15 then 'waiting_long'
                when is_paused then 'paused'
                when due_date is null then 'no_due_date' when due_date = as_of then 'due_today'
                when working_days_left <= 3 then 'due_soon' else 'in_time' end as category,
           case when not has_portal then null when not is_found then 'not_there'
                when copy_status_code in (9, 10) then 'finished_there'
                when portal_due_date < as_of and not is_overdue and copy_status_code not in (5, 8) then 'overdue_there'
                when copy_status_code <> status_code then 'other_status' else 'agrees' end as portal,
           category in ('due_today', 'due_soon', 'in_time') as is_at_risk
    from counted
)
select dossier_code, unit_code, unit_level, receiving_unit_code, procedure_code, field_code,
       case when is_paused then 'Bộ phận một cửa' end as department, status_code, received_date, due_date, category,
       working_days_left, paused_since, paused_working_days, apologised_date, portal,
       copy_status_code as portal_status_code, portal_due_date, copy_finished_date as portal_finished_date,
       case when is_at_risk then 0.25 end::double as risk, case when is_at_risk then 20 end as risk_cases,
       case when is_at_risk then 'procedure_unit' end as risk_basis,
       case category when 'overdue' then 1 else 2 end as priority,
       case category when 'overdue' then 'finish' else 'none' end as action,
       case category when 'overdue' then 'Giải quyết ngay' else 'Chưa cần' end as action_vi,
       case category when 'overdue' then 'Finish it now' else 'Nothing yet' end as action_en
from placed;
"""
