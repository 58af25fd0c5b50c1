-- The same for the periods of the score alone, of the indicators under Decision 766 only.
{% set scored = indicators_computed("by_day") | selectattr("rule", "equalto", "766") | list %}
{{ figures_by_day(scored, "(select * from " ~ ref("dim_score_period") ~ " where not is_listed)") }}
