-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Phí được nộp bằng cách nào, bao nhiêu tiền?
-- Một hồ sơ có thể có nhiều khoản. `is_paid` trống là thông điệp đồng bộ không nói, không phải chưa nộp. Khoản 0 đồng
-- là được miễn.
-- How are fees paid, and how much?
-- A dossier may have several. An empty `is_paid` means that the sync message does not say, not that it is unpaid. 0
-- đồng is exempt.
with counted as (
  select payment_method, is_paid, count(*) as payments, count(*) filter (amount_vnd = 0) as free,
    sum(amount_vnd) as dong, median(amount_vnd)::int as median_dong
  from fct_payments
  group by payment_method, is_paid
)
select coalesce(l.name_vi, '?') as method,  -- tiếng Anh / in English: name_en
  c.is_paid, c.payments, c.free, c.dong, c.median_dong,
  round(100 * c.payments / sum(c.payments) over (), 1) as percent
from counted c
left join code_lists l
  on l.table_name = 'fct_payments' and l.column_name = 'payment_method' and l.code = c.payment_method
order by c.payments desc, method
