{#
    What happens to dossiers of a unit on a day, as it stands at some cuts (see by_answering_unit). Periods are then sums of
    days, so no dossier is paired with any period.

    by_field    whether it is counted by the field of the procedure too: column field: its code, where the list has none its name, else ''
#}
{% macro events_by_day(by_field=false) -%}
    {%- set keys = "unit_code, field" if by_field else "unit_code" -%}
    {%- set columns = "unit_code, coalesce(p.field_code, p.field_name, '') as field" if by_field else "unit_code" -%}
    {%- set grouped = "unit_code, coalesce(p.field_code, p.field_name, '')" if by_field else "unit_code" -%}
    {%- set cuts = "cast('0001-01-01' as date) as cut_from, cast('9999-12-31' as date) as cut_to" -%}
    with
        received as (
            select
                {{ columns }},
                received_date as event_date,
                cut_from,
                cut_to,
                count(*) as received,
                count(*) filter (where is_online) as received_online
            from {{ by_answering_unit(ref("fct_online_share"), "c.dossier_code") }}
            {% if by_field %} join {{ ref("dim_procedure") }} p using (procedure_code) {% endif %}
            group by {{ grouped }}, received_date, cut_from, cut_to
        ),
        resolved as (
            select
                {{ columns }},
                finished_date as event_date,
                {{ cuts }},
                count(*) as resolved,
                count(*) filter (where outcome = 'early') as resolved_early,
                count(*) filter (where outcome = 'on_time') as resolved_on_time,
                count(*) filter (where outcome = 'overdue') as resolved_overdue,
                count(*) filter (where outcome_766 = 'in_time') as resolved_in_time_766,
                count(*) filter (where outcome_766 = 'unknown') as resolved_unknown_766
            from {{ ref("fct_timeliness") }}
            {% if by_field %} join {{ ref("dim_procedure") }} p using (procedure_code) {% endif %}
            where finished_date is not null
            group by {{ grouped }}, finished_date
        )
    select
        {{ keys }},
        event_date,
        cut_from,
        cut_to,
        coalesce(received, 0) as received,
        received_online,
        coalesce(resolved, 0) as resolved,
        resolved_early,
        resolved_on_time,
        resolved_overdue,
        resolved_in_time_766,
        resolved_unknown_766
    from received
    full join resolved using ({{ keys }}, event_date, cut_from, cut_to)
{%- endmacro %}

{#
    Those days added up by period, with what was carried over from before and what is open at the cut.

    days       the days
    periods    of which periods
    by_field   as above
#}
{% macro events_by_period(days, periods, by_field=false) -%}
    select
        p.period_code,
        e.unit_code,
        u.unit_level,
        {% if by_field %} e.field, {% endif %}
        {% for event in [
            "received",
            "received_online",
            "resolved",
            "resolved_early",
            "resolved_on_time",
            "resolved_overdue",
            "resolved_in_time_766",
            "resolved_unknown_766",
        ] %}
            cast(coalesce(sum(e.{{ event }}) filter (where e.event_date >= p.start_date), 0) as bigint) as {{ event }},
        {% endfor %}
        cast(
            coalesce(sum(e.received - e.resolved) filter (where e.event_date < p.start_date), 0) as bigint
        ) as carried_over,
        cast(sum(e.received - e.resolved) as bigint) as open_total
    from {{ periods }} p
    join {{ days }} e on e.event_date <= p.cut_date and p.cut_date between e.cut_from and e.cut_to
    join {{ ref("stg_unit") }} u using (unit_code)
    group by p.period_code, e.unit_code, u.unit_level {% if by_field %}, e.field{% endif %}
{%- endmacro %}

{#
    Columns 3 to 13 of form II.06a as sums over rows of events by period with what is open and overdue; a row of the form
    balances: 3 = 4 + 5 + 6, 7 = 8 + 9 + 10, 11 = 12 + 13, 3 = 7 + 11.
#}
{% macro form_columns() -%}
    {% for column, value in [
        ("received_total", "received + carried_over"),
        ("received_online", "received_online"),
        ("received_direct", "received - received_online"),
        ("carried_over", "carried_over"),
        ("resolved_total", "resolved"),
        ("resolved_early", "resolved_early"),
        ("resolved_on_time", "resolved_on_time"),
        ("resolved_overdue", "resolved_overdue"),
        ("open_total", "open_total"),
        ("open_in_time", "open_total - open_overdue"),
        ("open_overdue", "open_overdue"),
    ] %}
        cast(sum({{ value }}) as bigint) as {{ column }}{{ "," if not loop.last }}
    {% endfor %}
{%- endmacro %}
