-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Vì sao tỷ lệ đúng hạn theo 766 khác theo kế hoạch?
-- Mỗi dòng là các hồ sơ mà hai cách tính xử khác nhau: true trong tử số, false chỉ trong mẫu số, trống là không tính.
-- Lý do là mã; `tthc explain` nói thành lời và cho mã hồ sơ.
-- Why does the on-time rate under 766 differ from the plan's?
-- Each row are dossiers that the two rules treat otherwise: true in the numerator, false in the denominator only, empty
-- not counted. Reasons are codes; `tthc explain` says them in words and lists the dossiers.
select counted_plan, reason_plan, counted_766, reason_766, case_count
from rule_differences
where indicator_code = 'on_time_rate'  -- đổi chỉ tiêu / change the indicator
  and period_code = '2024' and scope = 'province'
  and counted_plan is distinct from counted_766
order by case_count desc, reason_plan, reason_766
