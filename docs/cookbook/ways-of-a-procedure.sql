-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Hồ sơ của một thủ tục thường đi qua những bước nào?
-- Mười đường đi thường gặp nhất; `ways` là có bao nhiêu đường. Nhiều đường cho một thủ tục đơn giản là dấu hiệu quy
-- trình chưa thống nhất.
-- Which ways do dossiers of a procedure take?
-- The ten most frequent; `ways` says how many there are. Many ways for a simple procedure hint at a process that is not
-- settled.
with step as (
  select variant_rank, dossiers, share_of_dossiers, mean_working_days, variant_count,
    unnest(string_split(variant, '-')) as code, generate_subscripts(string_split(variant, '-'), 1) as place
  from procedure_variants
  where scope = 'province' and finished_year = 2024
    and procedure_code = '1.011441'  -- đổi thủ tục / change the procedure
)
select s.variant_rank, any_value(s.dossiers) as dossiers,
  round(100 * any_value(s.share_of_dossiers), 1) as percent,
  round(any_value(s.mean_working_days), 1) as mean_days,
  string_agg(coalesce(l.name_vi, s.code), ' → ' order by s.place) as way,  -- name_en
  any_value(s.variant_count) as ways
from step s
left join code_lists l on l.table_name = 'fct_steps' and l.column_name = 'status' and l.code = s.code
group by s.variant_rank
order by s.variant_rank
