-- Figures that the vintage before showed differently, with old and new value; a flag in brackets if none was shown.
select
    {{ key }} as cell,
    coalesce(cast(b.{{ value }} as varchar), '(' || b.{{ flag }} || ')', '') as old,
    coalesce(cast(t.{{ value }} as varchar), '(' || t.{{ flag }} || ')', '') as new
from {{ table }} as t
join {{ before }} as b on {{ same }}
where {{ differs }}
order by t.{{ order }}
