-- Flag figures that the vintage before showed differently.
update {{ table }} as t set {{ flag }} = 'r'
from {{ before }} as b
where {{ same }} and t.{{ value }} is not null and ({{ differs }})
