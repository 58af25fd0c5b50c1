-- Open dossiers without a due date against their procedure's time limit, up to the cut and up to where their clock
-- stopped. With more than one supplement request no limit is asked for, so one request is all that is looked at.
with
    waited as (
        select
            o.dossier_code,
            o.period_code,
            o.time_limit,
            o.time_limit_unit,
            o.received_date,
            o.cut_date,
            o.stop_date,
            begun.working_day_number as begun_number,
            cut.working_day_number as cut_number,
            stop.working_day_number as stop_number,
            o.returned_date <= o.cut_date as is_back_at_cut,
            o.returned_date <= o.stop_date as is_back_at_stop,
            {{ days_between("o.requested_date", "o.returned_date") }} as days,
            back.working_day_number - asked.working_day_number as working_days
        from {{ ref("int_open_at_cut") }} o
        left join {{ ref("dim_calendar") }} begun on o.received_date = begun.calendar_date
        left join {{ ref("dim_calendar") }} cut on o.cut_date = cut.calendar_date
        left join {{ ref("dim_calendar") }} stop on o.stop_date = stop.calendar_date
        left join {{ ref("dim_calendar") }} asked on o.requested_date = asked.calendar_date
        left join {{ ref("dim_calendar") }} back on o.returned_date = back.calendar_date
        where o.due_date is null
    ),
    counted as (
        select
            *,
            case when is_back_at_cut then days else 0 end as days_by_cut,
            case when is_back_at_cut then working_days else 0 end as working_days_by_cut,
            case when is_back_at_stop then days else 0 end as days_by_stop,
            case when is_back_at_stop then working_days else 0 end as working_days_by_stop
        from waited
    )
select
    dossier_code,
    period_code,
    {% for end in ["cut", "stop"] %}
        {{
            within_limit(
                "time_limit",
                "time_limit_unit",
                "received_date",
                end ~ "_date",
                "begun_number",
                end ~ "_number",
                "days_by_" ~ end,
                "working_days_by_" ~ end,
            )
        }} as is_within_limit_at_{{ end }}{{ "," if not loop.last }}
    {% endfor %}
from counted
