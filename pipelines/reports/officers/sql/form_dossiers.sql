-- A select of every dossier that form II.06a counts in a period, under the unit that answers for it at the cut: in
-- which
-- of the columns (4) to (6) it was received, in which of (8) to (10), (12) and (13) it ended.
select
    t.dossier_code,
    t.procedure_code,
    coalesce(h.unit_code, t.unit_code) as unit_code,
    coalesce(h.unit_level, t.unit_level) as unit_level,
    t.received_date,
    t.due_date,
    t.finished_date,
    case
        when t.received_date < p.start_date
        then 'carried_over'
        when o.is_online
        then 'received_online'
        else 'received_direct'
    end as received_as,
    case
        when t.finished_date <= p.cut_date
        then 'resolved_' || t.outcome
        when l.is_overdue
        then 'open_overdue'
        else 'open_in_time'
    end as ended_as,
    case when t.finished_date <= p.cut_date then t.days_late else l.days_late end as days_late,
    t.apologised_date
from marts.fct_timeliness t
join
    marts.dim_period p
    on p.period_code = $period_code
    and t.received_date <= p.cut_date
    and (t.finished_date is null or t.finished_date >= p.start_date)
join marts.fct_online_share o using (dossier_code)
left join marts.fct_open_late l on t.dossier_code = l.dossier_code and l.period_code = p.period_code
left join marts.fct_handovers h on t.dossier_code = h.dossier_code and p.cut_date between h.cut_from and h.cut_to
