-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Mục tiêu nào của kế hoạch chưa đạt, còn thiếu bao nhiêu?
-- `gap` tính bằng điểm phần trăm, số âm là còn thiếu. `is_closed` sai: kỳ đang chạy, số còn đổi. Mục tiêu chưa có nguồn
-- số liệu (`no_data`) không ở đây; hỏi `standing = 'no_data'` để xem.
-- Which goals of the plan are not met, and by how much?
-- `gap` is in percentage points, negative where short. While `is_closed` is false the period still runs and the figure
-- moves. Goals without data (`no_data`) are not listed here; ask for `standing = 'no_data'`.
select goal_code, indicator_code, unit_level, period_code, is_closed, round(100 * target, 1) as target_percent,
  round(100 * value, 1) as percent, round(100 * (value - target), 1) as gap, trend
from plan_scorecard
where standing = 'not_met' and target <= 1  -- tỷ lệ; số đếm có mục tiêu lớn hơn 1 / shares; counts have larger targets
order by gap, goal_code
