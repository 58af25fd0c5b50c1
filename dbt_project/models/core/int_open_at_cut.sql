-- How open dossiers stood at the cut: status, pause, and the day on which Decision 766 stops their clock.
with
    stated as (
        select
            c.*,
            coalesce(t.status, c.status_code) as status_at_cut,
            s.asked_on,
            s.billed_on,
            s.stopped_on,
            r.request_count,
            r.waiting_since,
            r.requested_date,
            r.returned_date
        from {{ ref("int_open_candidate") }} c
        left join {{ ref("int_request_at_cut") }} r using (dossier_code, period_code)
        left join {{ ref("int_status_at_cut") }} t using (dossier_code, period_code)
        left join {{ ref("int_step_at_cut") }} s using (dossier_code, period_code)
    )
select
    *,
    waiting_since is not null or status_at_cut in (6, 8) or (status_at_cut = 5 and not has_supplements) as is_paused,
    case
        when waiting_since is not null
        then waiting_since
        when status_at_cut = 5 and not has_supplements
        then asked_on
        when status_at_cut = 8
        then stopped_on
        else cut_date
    end as stop_date
from stated
