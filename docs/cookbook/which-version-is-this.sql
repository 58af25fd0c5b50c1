-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Tôi đang hỏi phiên bản nào, số liệu đến ngày nào, có thật không?
-- Ghi `version` vào mọi bảng số bạn gửi đi; cùng câu hỏi, cùng phiên bản thì cùng câu trả lời.
-- Which version am I asking, as of which day, and is it real?
-- Write `version` on every table you send; the same question of the same version has the same answer.
select version, as_of, province_code, is_synthetic, left(code_version, 12) as code_version
from dim_run
