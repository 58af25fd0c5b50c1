-- One row per delivered file, source, disposition and reason.
{% for name in modelled_sources() %}
    select '{{ name }}' as source, _source_file, disposition, reason, count(*) as row_count
    from {{ ref("base_" ~ name) }}
    group by _source_file, disposition, reason
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
