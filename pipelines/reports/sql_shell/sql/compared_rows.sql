select
    count(*) filter (a.here),
    count(*) filter (b.here is null),
    count(*) filter (a.here is null),
    count(*) filter (b.here and a.here and ({{ differs }})) {{ counts }}
from (select {{ columns }}, true as here from before.marts.{{ table }}) as b
full join (select {{ columns }}, true as here from after.marts.{{ table }}) as a on {{ on_key }}
