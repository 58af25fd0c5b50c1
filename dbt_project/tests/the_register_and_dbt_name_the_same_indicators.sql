-- What the models loop over is what the register says. Else an indicator without figures would seem to lack a source;
-- `make docs` writes the macro indicators_computed anew.
{{ config(meta={"dagster": {"ref": {"name": "int_indicator_unit"}}}) }}
-- depends_on: {{ ref("int_indicator_unit") }}
with
    registered as (
        select distinct indicator_code, rule, case_of, computed
        from {{ source("registers", "indicator") }}
        where computed in ('by_day', 'by_period', 'model')
    ),
    looped as (
        {% for way in ["by_day", "by_period", "model"] %}
            {% for indicator in indicators_computed(way) %}
                select
                    '{{ indicator.code }}' as indicator_code,
                    '{{ indicator.rule }}' as rule,
                    '{{ indicator.case_of }}' as case_of,
                    '{{ way }}' as computed
                union all
            {% endfor %}
        {% endfor %}
        select indicator_code, rule, case_of, computed
        from registered
        where false
    )
select 'not in the macro' as wrong, *
from
    (
        from registered
        except
        from looped
    )
union all
select 'not in the register' as wrong, *
from
    (
        from looped
        except
        from registered
    )
