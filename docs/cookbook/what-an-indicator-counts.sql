-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Một chỉ tiêu đếm cái gì, theo văn bản nào?
-- Lời định nghĩa có thể đổi theo năm; số của một kỳ theo định nghĩa có hiệu lực ngày cuối kỳ.
-- What does an indicator count, and by which document?
-- Definitions may change with the years; a period's figure follows the one valid on its last day.
select rule, valid_from, valid_to, numerator_vi as numerator, denominator_vi as denominator,  -- numerator_en, …
  direction, legal_basis
from indicator_definitions
where indicator_code = 'on_time_rate'  -- đổi chỉ tiêu / change the indicator
order by rule, valid_from
