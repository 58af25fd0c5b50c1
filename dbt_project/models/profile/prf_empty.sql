-- Empty cells per field of each delivery.
{{ config(meta={"carried": "business_day"}) }}
{% set place = "_source_file, _row_number, _business_day, newness, reason, disposition" %}
{% for name in modelled_sources() %}
    {% set known = "unit_by_name, " if name == "ho_so" else "" %}
    select '{{ name }}' as source, _business_day as business_day, field as stratum, n - filled as x, n
    from
        (
            unpivot (
                select _business_day, count(*) as n, count(columns(* exclude ({{ known }}{{ place }})))
                from {{ measured_rows(name) }}
                {% if name == "ho_so" %} where coalesce(DaXoa, 0) = 0 {% endif %}
                group by _business_day
            )
            on columns(* exclude (_business_day, n)) into name field value filled
        )
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
