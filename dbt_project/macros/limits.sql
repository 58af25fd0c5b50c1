{#
    Whether what lies between two days keeps within a procedure's time limit (Decision 766, dossiers without a due
    date): true, false, or null where the limit or the calendar does not say. Time spent in answered supplements
    does not count. Hours are those of working days of eight hours; months run to the same day of a later month.

    limit_value, limit_unit    the procedure's limit and its unit (NGAY_LAM_VIEC, NGAY, GIO, THANG)
    received, end              days
    received_number, end_number    the same as running numbers of working days
    waited, waited_working     days and working days to subtract
#}
{% macro within_limit(limit_value, limit_unit, received, end, received_number, end_number, waited, waited_working) -%}
    case
        {{ limit_unit }}
        when 'NGAY'
        then {{ days_between(received, end) }} - {{ waited }} <= {{ limit_value }}
        when 'NGAY_LAM_VIEC'
        then {{ end_number }} - {{ received_number }} - {{ waited_working }} <= {{ limit_value }}
        when 'GIO'
        then {{ end_number }} - {{ received_number }} - {{ waited_working }} <= ceil({{ limit_value }} / 8e0)
        when 'THANG'
        then
            {{ days_between(received, end) }} - {{ waited }}
            <= {{ days_between(received, months_later(received, limit_value)) }}
    end
{%- endmacro %}

{# What a reason under Decision 766 amounts to; null (an open dossier in no doubt) stays null. #}
{% macro outcome_766(reason) -%}
    case
        when {{ reason }} in ('within_due', 'within_limit')
        then 'in_time'
        when {{ reason }} in ('after_due', 'over_limit', 'two_supplements')
        then 'overdue'
        when {{ reason }} in ('no_limit', 'stop_unknown')
        then 'unknown'
    end
{%- endmacro %}
