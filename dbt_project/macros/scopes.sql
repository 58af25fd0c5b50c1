{#
    Every figure stands for one of three scopes: a unit, all units of a level, the whole province. Figures are
    sums of dossiers, so levels and the province are sums of units, made by one GROUPING SETS.
#}
{% macro scope_columns() -%}
    case
        when grouping(unit_code) = 0 then 'unit' when grouping(unit_level) = 0 then 'level' else 'province'
    end as scope,
    coalesce(unit_code, (select province_code from {{ source("registers", "run") }})) as unit_code,
    coalesce(unit_level, '{{ root_level() }}') as unit_level
{%- endmacro %}

{% macro scope_sets(columns) -%}
    {%- set fixed = columns | join(", ") -%}
    grouping sets (({{ fixed }}, unit_code, unit_level), ({{ fixed }}, unit_level), ({{ fixed }}))
{%- endmacro %}

{#
    Periods by the days that count in them, from the first to the cut: one row per period and day. A join on the day
    takes a fraction of the time of one on `between`.
#}
{% macro period_days(periods) -%}
    (
        select period_code, start_date, cut_date, {{ each_day("start_date", "cut_date") }} as event_date
        from {{ periods }}
    )
{%- endmacro %}
