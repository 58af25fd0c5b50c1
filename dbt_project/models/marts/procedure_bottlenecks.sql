-- Which step eats the days. A step is an office and the status that it put the dossier in.
{% set subject = ["finished_year", "procedure_code", "scope", "unit_code", "unit_level"] %}
{% set step = subject + ["department", "status", "phase"] %}
with
    ranked as ({{ with_counts_up_to(ref("int_step_count"), step | join(", "), "elapsed_working_days", "steps") }}),
    summed as (
        select
            {{ step | join(", ") }},
            cast(sum(steps) as bigint) as steps,
            cast(sum(rework_steps) as bigint) as rework_steps,
            cast(sum(late_steps) as bigint) as late_steps,
            cast(sum(elapsed_working_days * steps) as bigint) as elapsed_working_days,
            cast(sum(waiting) as bigint) as waiting_working_days,
            {{ not_exceeded_by(5, "elapsed_working_days") }} as median_working_days,
            {{ not_exceeded_by(9, "elapsed_working_days") }} as p90_working_days
        from ranked
        group by {{ step | join(", ") }}
    )
select
    s.*,
    t.dossiers as finished_dossiers,
    s.elapsed_working_days / nullif(cast(t.dossiers as double), 0) as days_per_dossier,
    s.elapsed_working_days / nullif(
        cast(sum(s.elapsed_working_days) over (partition by {{ subject | join(", ") }}) as double), 0
    ) as share_of_working_days
from summed s
left join {{ ref("handling_times") }} t using ({{ subject | join(", ") }})
