-- Empty cells per field of each delivery.
{{ config(meta={"carried": "business_day"}) }}
{% set place = ["_source_file", "_row_number", "_business_day", "newness", "reason", "disposition"] %}
{% for name in modelled_sources() %}
    select '{{ name }}' as source, _business_day as business_day, field as stratum, n - filled as x, n
    from
        {{
            filled_cells(
                ref("base_" ~ name),
                measured_rows(name),
                "coalesce(DaXoa, 0) = 0" if name == "ho_so" else "true",
                place + (["unit_by_name"] if name == "ho_so" else []),
            )
        }}
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
