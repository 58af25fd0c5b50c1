-- A case counts for the unit that answers for its dossier or feedback item at the end of the period.
insert into case_in
select ?, ?, 'unit', coalesce(h.unit_code, c.unit_code), coalesce(h.unit_level, c.unit_level), p.period_code,
       coalesce(c.counts_from <= p.end_date, false), k.key
from tthc.cases.{{ view }} c
join case_key k using (case_code)
join period_day d on c.event_date = d.day
join period p using (period_code)
{{ handovers }}
where c.superseded_on is null or c.superseded_on > p.end_date
