-- Provinces on the newest day on which the portal showed ours, the best first.
select province_code, is_own, points, max_points, province_rank, provinces_ranked, portal_date
from marts.decision_766_provinces
where portal_date = (select max(portal_date) from marts.decision_766_provinces where is_own)
order by province_rank, province_code
