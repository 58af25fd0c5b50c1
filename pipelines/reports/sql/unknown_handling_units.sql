-- Dossiers whose handling unit is not in the list of units, by the unit that they count for instead.
select receiving_unit_code, count(*) as dossiers
from marts.fct_timeliness
where handling_unit_unknown
group by receiving_unit_code
order by dossiers desc, receiving_unit_code
