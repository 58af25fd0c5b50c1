select
    o.dossier_code,
    o.period_code,
    case
        when o.request_count >= 2
        then 'two_supplements'
        when l.is_within_limit_at_cut
        then 'within_limit'
        when o.stop_date is null
        then 'stop_unknown'
        when o.due_date >= o.stop_date
        then 'within_due'
        when o.due_date is not null
        then 'after_due'
        when l.is_within_limit_at_stop
        then 'within_limit'
        when not l.is_within_limit_at_stop
        then 'over_limit'
        else 'no_limit'
    end as reason_766
from {{ ref("int_open_at_cut") }} o
left join {{ ref("int_open_limit") }} l using (dossier_code, period_code)
where o.due_date is null or o.due_date < o.cut_date or o.request_count >= 2
