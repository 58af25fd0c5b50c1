-- Events of a unit on a day, as they stand at some cuts (see by_answering_unit). Periods are then sums of days, so no
-- dossier is paired with any period.
with
    received as (
        select
            unit_code,
            received_date as event_date,
            cut_from,
            cut_to,
            count(*) as received,
            count(*) filter (where is_online) as received_online
        from {{ by_answering_unit(ref("fct_online_share"), "c.dossier_code") }}
        group by unit_code, received_date, cut_from, cut_to
    ),
    resolved as (
        select
            unit_code,
            finished_date as event_date,
            date '0001-01-01' as cut_from,
            date '9999-12-31' as cut_to,
            count(*) as resolved,
            count(*) filter (where outcome = 'early') as resolved_early,
            count(*) filter (where outcome = 'on_time') as resolved_on_time,
            count(*) filter (where outcome = 'overdue') as resolved_overdue,
            count(*) filter (where outcome_766 = 'in_time') as resolved_in_time_766,
            count(*) filter (where outcome_766 = 'unknown') as resolved_unknown_766
        from {{ ref("fct_timeliness") }}
        where finished_date is not null
        group by unit_code, finished_date
    )
select
    unit_code,
    event_date,
    cut_from,
    cut_to,
    coalesce(received, 0) as received,
    received_online,
    coalesce(resolved, 0) as resolved,
    resolved_early,
    resolved_on_time,
    resolved_overdue,
    resolved_in_time_766,
    resolved_unknown_766
from received
full join resolved using (unit_code, event_date, cut_from, cut_to)
