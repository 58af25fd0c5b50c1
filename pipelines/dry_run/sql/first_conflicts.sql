-- The first two rows of each of the first conflicts of a source.
select min({'file':_file, 'row':_row}, 2) as places
from {{ rows }}
join {{ rejections }} using (_file, _row)
where reason = $conflict
group by {{ keys }}, _newness
order by places
limit $most
