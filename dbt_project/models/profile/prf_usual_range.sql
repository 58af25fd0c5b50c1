-- Between which days nine tenths of dossiers lay up to the week before, tails of a twentieth cut off: how long terms
-- are, how long dossiers take. Days are whole, so a range holds nine tenths at least.
{% set durations = ["days_to_due", "days_to_finish"] %}
with
    weekly as (
        {% for duration in durations %}
            select
                '{{ duration }}' as duration,
                {{ week_of("business_day") }} as week,
                {{ duration }} as days,
                count(*) as times
            from {{ ref("prf_dossier_seen") }}
            where {{ duration }} is not null
            group by all
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),
    weeks as (select distinct week from weekly),
    before as (
        select w.week, e.duration, e.days, sum(e.times) as times
        from weeks w
        join weekly e on e.week < w.week
        group by all
    ),
    ranked as (
        select
            *,
            sum(times) over (partition by week, duration order by days) as up_to,
            sum(times) over (partition by week, duration) as together
        from before
    ),
    ranges as (
        select
            week,
            duration,
            {{
                record(
                    {
                        "lowest": "min(days) filter (where up_to > 0.05 * together)",
                        "highest": "min(days) filter (where up_to >= 0.95 * together)",
                    }
                )
            }} as usual
        from ranked
        where together >= 50
        group by week, duration
    )
select
    week
    {% for duration in durations %}
        , any_value(usual) filter (where duration = '{{ duration }}') as {{ duration }}
    {% endfor %}
from ranges
group by week
