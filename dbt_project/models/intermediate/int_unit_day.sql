-- Events of a unit on a day. Periods are then sums of days, so no dossier is paired with any period.
with
    received as (
        select
            d.unit_code,
            d.received_date as event_date,
            count(*) as received,
            count(*) filter (where d.is_online) as received_online,
            count(*) filter (where c.digitised_component_count > 0) as received_digitised
        from {{ ref("int_dossier") }} d
        left join {{ ref("int_component_count") }} c using (dossier_code)
        group by d.unit_code, d.received_date
    ),
    resolved as (
        select
            unit_code,
            finished_date as event_date,
            count(*) as resolved,
            count(*) filter (where outcome = 'early') as resolved_early,
            count(*) filter (where outcome = 'on_time') as resolved_on_time,
            count(*) filter (where outcome = 'overdue') as resolved_overdue
        from {{ ref("int_dossier_outcome") }}
        where finished_date is not null
        group by unit_code, finished_date
    )
select
    unit_code,
    event_date,
    coalesce(received, 0) as received,
    coalesce(received_online, 0) as received_online,
    coalesce(received_digitised, 0) as received_digitised,
    coalesce(resolved, 0) as resolved,
    coalesce(resolved_early, 0) as resolved_early,
    coalesce(resolved_on_time, 0) as resolved_on_time,
    coalesce(resolved_overdue, 0) as resolved_overdue
from received
full join resolved using (unit_code, event_date)
