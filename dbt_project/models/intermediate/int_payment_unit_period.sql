select p.period_code, f.unit_code, f.unit_level, count(*) as paid, count(*) filter (where f.is_online) as paid_online
from {{ ref("fct_payments") }} f
join {{ ref("int_period") }} p on f.paid_date between p.start_date and p.cut_date
where f.is_paid and f.amount_vnd > 0
group by p.period_code, f.unit_code, f.unit_level
