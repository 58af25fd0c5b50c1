-- Open dossiers without a due date against their procedure's time limit, up to the cut and up to where their clock
-- stopped. There is at most one supplement request here: with two, no limit is asked for.
select
    o.dossier_code,
    o.period_code,
    {{ open_within_limit("cut") }} as is_within_limit_at_cut,
    {{ open_within_limit("stop") }} as is_within_limit_at_stop
from {{ ref("int_open_at_cut") }} o
left join {{ ref("dim_calendar") }} begun on o.received_date = begun.calendar_date
left join {{ ref("dim_calendar") }} cut on o.cut_date = cut.calendar_date
left join {{ ref("dim_calendar") }} stop on o.stop_date = stop.calendar_date
left join {{ ref("dim_calendar") }} asked on o.requested_date = asked.calendar_date
left join {{ ref("dim_calendar") }} back on o.returned_date = back.calendar_date
where o.due_date is null and o.request_count < 2
