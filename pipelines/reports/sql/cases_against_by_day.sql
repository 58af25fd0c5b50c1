-- Cases that count on a day of the period and are not in the numerator. A dossier or feedback item that was handed
-- over is listed under the unit that answers for it at the cut.
select case_code, unit_code, event_date, reason
from
    (
        select
            c.* replace (
                coalesce(h.unit_code, c.unit_code) as unit_code, coalesce(h.unit_level, c.unit_level) as unit_level
            ),
            p.start_date,
            p.cut_date
        from cases.{{ view }} c
        join marts.dim_period p on p.period_code = $period_code {{ handovers }}
    ) c
where
    event_date between start_date and cut_date
    and (superseded_on is null or superseded_on > cut_date)
    and not coalesce(counts_from <= cut_date, false)
    and {{ in_scope }}
order by event_date, case_code
