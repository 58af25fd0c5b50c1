-- Every dossier that is open on the as-of day: since when its clock stands still, and how many working days are left to
-- its due day, counted from there. A source that was never delivered says nothing: its columns are null.
with
    delivered as (
        select
            count(*) filter (where source = 'dvcqg') > 0 as has_portal,
            count(*) filter (where source = 'xin_loi') > 0 as has_letters
        from {{ source("ledger", "delivery") }}
        where status = 'accepted'
    ),
    stopped as (
        select
            o.*,
            case
                when not o.is_paused
                then null
                when o.waiting_since is not null
                then o.waiting_since
                when o.status_at_cut = 5
                then o.asked_on
                when o.status_at_cut = 6
                then o.billed_on
                when o.status_at_cut = 8
                then o.stopped_on
            end as paused_since
        from {{ ref("int_open_at_cut") }} o
        join {{ ref("int_today") }} t using (period_code)
    )
select
    s.*,
    coalesce(s.due_date < s.cut_date and not s.is_paused, false) as is_overdue,
    s.is_paused and (s.waiting_since is not null or s.status_at_cut = 5) as is_waiting,
    due.working_day_number - case
        when s.paused_since is null then now.working_day_number else stop.working_day_number
    end as working_days_left,
    now.working_day_number - stop.working_day_number as paused_working_days,
    l.apologised_date,
    case when d.has_letters then l.apologised_date is not null end as has_letter,
    d.has_portal,
    n.office
from stopped s
cross join delivered d
left join {{ ref("dim_calendar") }} now on s.cut_date = now.calendar_date
left join {{ ref("dim_calendar") }} due on s.due_date = due.calendar_date
left join {{ ref("dim_calendar") }} stop on s.paused_since = stop.calendar_date
left join {{ ref("int_first_letter") }} l using (dossier_code)
left join {{ ref("int_newest_step") }} n using (dossier_code)
