-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Con số nào do đơn vị báo cáo đã bị báo cáo lại khác đi?
-- `anew` đếm những số đang tính mà ngày báo cáo muộn hơn lần báo cáo đầu; bằng 0 là chưa số nào bị sửa. Số cũ nằm ở
-- phiên bản trước: `tthc sql --version …`.
-- Which figures that units report were reported anew?
-- `anew` counts figures whose present value came later than their first report; 0 means that none was changed. The old
-- value is in an earlier version: `tthc sql --version …`.
select r.indicator_code, i.name_vi as indicator,  -- tiếng Anh / in English: name_en
  count(*) as figures, count(*) filter (r.reported_on > r.first_reported_on) as anew,
  max(r.reported_on) as newest
from fct_figure_reports r
join dim_indicator i on i.indicator_code = r.indicator_code and i.rule = 'plan'
group by r.indicator_code, i.name_vi
order by anew desc, figures desc, r.indicator_code
