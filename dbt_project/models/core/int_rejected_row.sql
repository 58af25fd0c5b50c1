-- Every rejected row under each of its reasons, with the unit or dossier that it names.
select
    source,
    _source_file,
    _row_number,
    cast(null as varchar) as unit_code,
    dossier_code,
    {{ each_item("reasons") }} as reason
from {{ source("ledger", "rejected_row") }}
{% for name in modelled_sources() %}
    union all
    select '{{ name }}' as source, _source_file, _row_number, {{ rejected_subject(name) }}, reason
    from {{ ref("base_" ~ name) }}
    where disposition = 'rejected'
{% endfor %}
