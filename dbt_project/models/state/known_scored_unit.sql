-- Units, and codes of provinces in the national pattern: the portal shows other provinces too.
select MaDonVi
from {{ ref("known_unit") }}
{% for number in range(1, 100) %}
    union
    select '{{ "H%02d" | format(number) }}' as MaDonVi
{% endfor %}
