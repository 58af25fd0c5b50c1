-- Feedback by channel and quarter.
select
    c.unit_code as kenh,
    c.period_code as ky,
    any_value(c.value) filter (where c.measure = 'feedback_sent') as nhan,
    any_value(c.reason) filter (where c.measure = 'feedback_sent') as co_nhan,
    any_value(c.value) filter (where c.measure = 'feedback_due') as den_han,
    any_value(c.reason) filter (where c.measure = 'feedback_due') as co_den_han,
    any_value(c.value) filter (where c.measure = 'feedback_in_time') as dung_han,
    any_value(c.reason) filter (where c.measure = 'feedback_in_time') as co_dung_han,
    shown_rate(dung_han, den_han) as ty_le_dung_han,
    shown_sign(dung_han, den_han) as dau,
    if(ty_le_dung_han is null, coalesce(co_den_han, co_dung_han, 'm'), null) as co
from shown_cell c
where c.scope = 'channel'
group by c.unit_code, c.period_code
