-- The same cases under both rules, added up by days: on which day and with what result each rule counts them. The three
-- indicators whose rule 766 has a model of its own are read from facts, all others from their cases (int_rule_pair),
-- one
-- indicator after the other, since such a join of all cases with all cases takes much memory.
{% set finished %}
    (
        select *, date '0001-01-01' as cut_from, date '9999-12-31' as cut_to
        from {{ ref("fct_timeliness") }}
        where finished_date is not null
    )
{% endset %}
{# By indicator: its rows; then for each rule the day, whether it counts (null: not known) and why. #}
{% set parts = [
    {
        "indicator": "on_time_rate",
        "rows": finished,
        "plan": ["finished_date", "outcome <> 'overdue'", "outcome_reason"],
        "by_766": [
            "finished_date",
            "case outcome_766 when 'in_time' then true when 'overdue' then false end",
            "reason_766",
        ],
    },
    {
        "indicator": "online_share",
        "rows": by_answering_unit(ref("fct_online_share"), "c.dossier_code"),
        "plan": ["received_date", "is_online", "case when is_online then 'online' else 'not_online' end"],
        "by_766": [
            "received_date",
            "case when reason_766 <> 'unknown' then reason_766 = 'online' end",
            "reason_766",
        ],
    },
    {
        "indicator": "sync_rate",
        "rows": by_answering_unit(ref("fct_national_sync"), "c.dossier_code"),
        "plan": [
            "received_date",
            "is_synced",
            "case when is_synced then 'synced' when is_found then 'other_received_date' else 'not_found' end",
        ],
        "by_766": ["copy_received_date", "true", "'copied'"],
    },
] %}
{% for code in paired_indicators() %}
    {% set pairs %} (select * from {{ ref("int_rule_pair") }} where indicator_code = '{{ code }}') {% endset %}
    {% do parts.append(
        {
            "indicator": code,
            "rows": by_answering_unit(pairs, "split_part(c.case_code, ' ', 1)"),
            "plan": ["plan_date", "counts_plan", "reason_plan"],
            "by_766": ["date_766", "counts_766", "reason_766"],
        }
    ) %}
{% endfor %}
{% for part in parts %}
    select
        '{{ part.indicator }}' as indicator_code,
        unit_code,
        unit_level,
        cut_from,
        cut_to,
        {{ part.plan[0] }} as plan_date,
        {{ part.plan[1] }} as counts_plan,
        {{ part.plan[2] }} as reason_plan,
        {{ part.by_766[0] }} as date_766,
        {{ part.by_766[1] }} as counts_766,
        {{ part.by_766[2] }} as reason_766,
        count(*) as cases
    from {{ part.rows }}
    group by all {% if not loop.last %} {{ next_part() }} {% endif %}
{% endfor %}
