-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Tỉnh đứng thứ mấy trong các tỉnh mà Cổng quốc gia cho thấy?
-- Chỉ những tỉnh và thành phần có trong `diem_766`. Trong dữ liệu mẫu có ba tỉnh, số bịa.
-- Where does the province stand among those that the portal shows?
-- Only provinces and components that `diem_766` has. The sample has three provinces, invented.
select portal_date, province_rank as rank, province_code, round(points, 2) as points, max_points,
  round(100 * points / max_points, 1) as percent, is_own
from decision_766_provinces
where portal_date = (select max(portal_date) from decision_766_provinces)
order by province_rank, province_code
