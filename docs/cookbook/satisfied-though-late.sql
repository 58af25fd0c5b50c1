-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Người có hồ sơ trễ có kém hài lòng hơn không?
-- Chỉ người đã đánh giá, mà người bực thường đánh giá nhiều hơn hoặc ít hơn. Đánh giá mới nhất của những hồ sơ nhận và
-- được đánh giá trong quý: mỗi đánh giá phải tìm hồ sơ của nó, nên khoảng ngày hẹp thì câu hỏi nhanh.
-- Are people whose dossier was late less satisfied?
-- Only those who rated, and the annoyed rate more, or less, than others. The newest rating of dossiers that were
-- received and rated in the quarter: each rating has to find its dossier, so a narrow span of days makes the question
-- fast.
select coalesce(l.name_vi, 'Đang giải quyết') as outcome,  -- tiếng Anh / in English: name_en
  count(*) as ratings, round(100 * avg(s.is_satisfied::int), 1) as percent_satisfied,
  round(100 * avg((s.rating = 'RẤT HÀI LÒNG')::int), 1) as percent_very_satisfied,
  round(avg(t.days_late) filter (t.outcome = 'overdue'), 1) as mean_days_late
from fct_satisfaction s
join fct_timeliness t using (dossier_code)
left join code_lists l on l.table_name = 'fct_timeliness' and l.column_name = 'outcome' and l.code = t.outcome
where s.superseded_on is null
  and s.rated_date between date '2024-07-01' and date '2024-09-30'  -- đổi quý / change the quarter
  and t.received_date between date '2024-07-01' and date '2024-09-30'  -- cũng quý ấy / the same quarter
group by l.name_vi, t.outcome
order by percent_satisfied
