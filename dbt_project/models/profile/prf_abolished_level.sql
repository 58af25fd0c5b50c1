-- Levels of offices all of whose units have ended by the as-of day, with the first day without any.
select u.unit_level, max(e.ended_on) as ended_on
from {{ ref("stg_unit") }} u
left join {{ ref("int_unit_end") }} e using (unit_code)
group by u.unit_level
having count(*) = count(e.ended_on)
