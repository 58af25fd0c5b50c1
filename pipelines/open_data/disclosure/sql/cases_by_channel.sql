-- Feedback by channel and quarter, for the province.
insert into case_in
select 'phan-anh', whole, 'channel', channel, root_level(), period_code, counts, key
from (
    select channel, key, 'feedback_sent' as whole, sent_date as day, false as counts
    from tthc.marts.fct_feedback join case_key on case_code = feedback_code
    union all
    select channel, key, 'feedback_due', deadline_date, is_on_time
    from tthc.marts.fct_feedback join case_key on case_code = feedback_code
)
join period_day using (day)
join period using (period_code)
where period_type = 'quarter'
