-- Every rejected row under each of its reasons, with the unit or dossier that it names.
select
    source,
    _source_file,
    _row_number,
    cast(null as date) as _business_day,
    cast(null as string) as unit_code,
    dossier_code,
    {{ each_item("reasons") }} as reason,
    false as is_by_models
from {{ source("ledger", "rejected_row") }}
{% for name in modelled_sources() %}
    union all
    select '{{ name }}', _source_file, _row_number, _business_day, {{ rejected_subject(name) }}, reason, true
    from {{ ref("base_" ~ name) }}
    where disposition = 'rejected'
{% endfor %}
