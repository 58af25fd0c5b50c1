-- Decision 766 on finished dossiers: more than one supplement is overdue; without a due date the procedure's time
-- limit decides, and time spent in answered supplements does not count.
with
    limited as (
        select
            d.dossier_code,
            d.due_date,
            d.finished_date,
            s.requests_by_end,
            {{
                within_limit(
                    "d.time_limit",
                    "d.time_limit_unit",
                    "d.received_date",
                    "d.finished_date",
                    "begun.working_day_number",
                    "ended.working_day_number",
                    "coalesce(s.waited_days, 0)",
                    "case when s.dossier_code is null then 0 else s.waited_working_days end",
                )
            }} as is_within_limit
        from {{ ref("int_dossier") }} d
        left join {{ ref("int_supplement") }} s using (dossier_code)
        left join {{ ref("dim_calendar") }} begun on d.received_date = begun.calendar_date
        left join {{ ref("dim_calendar") }} ended on d.finished_date = ended.calendar_date
        where d.finished_date is not null
    ),
    reasoned as (
        select
            dossier_code,
            case
                when requests_by_end >= 2
                then 'two_supplements'
                when finished_date <= due_date
                then 'within_due'
                when due_date is not null
                then 'after_due'
                when is_within_limit
                then 'within_limit'
                when not is_within_limit
                then 'over_limit'
                else 'no_limit'
            end as reason_766
        from limited
    )
select dossier_code, reason_766, {{ outcome_766("reason_766") }} as outcome_766
from reasoned
