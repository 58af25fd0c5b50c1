-- The figures of all indicators, of single units.
{% set models = ["ind_by_day", "ind_score_by_day", "ind_by_period", "ind_reported", "ind_missing"] %}
{% for indicator in indicators_computed("model") %}
    {% do models.append("ind_" ~ indicator.code ~ "__" ~ indicator.rule) %}
{% endfor %}
{% for model in models %}
    select *
    from {{ ref(model) }}
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
