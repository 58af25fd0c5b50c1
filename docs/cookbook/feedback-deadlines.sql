-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Phản ánh, kiến nghị nào bị trả lời trễ, ở kênh nào?
-- Hạn là của nguồn, nếu nguồn không ghi thì ngày làm việc thứ 15 (`own_deadline` cho biết bao nhiêu có hạn của nguồn).
-- Chưa trả lời mà chưa đến hạn thì không tính.
-- On which channel is feedback answered late?
-- The source's deadline, else the 15th working day (`own_deadline` tells how many have one of the source). What is not
-- due yet is left out.
select l.name_vi as channel,  -- tiếng Anh / in English: name_en
  count(*) as due, count(*) filter (f.has_own_deadline) as own_deadline,
  round(100 * avg(f.is_on_time::int), 1) as percent_on_time,
  count(*) filter (f.answered_date is null) as not_answered,
  round(avg(f.answered_date - f.sent_date), 1) as mean_days_to_answer, count(*) filter (f.is_repeated) as repeated
from fct_feedback f
join code_lists l on l.table_name = 'fct_feedback' and l.column_name = 'channel' and l.code = f.channel
where f.deadline_date <= (select as_of from dim_run) and f.sent_date >= date '2024-01-01'  -- đổi ngày / change the day
group by l.name_vi
order by percent_on_time, channel
