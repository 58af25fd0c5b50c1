-- The ten most frequent ways of a procedure's dossiers whose handling has ended.
{% set subject = ["finished_year", "procedure_code"] %}
with
    counted as (
        select
            {{ subject | join(", ") }},
            unit_code,
            unit_level,
            path,
            steps,
            count(*) as dossiers,
            sum(working_days) as days
        from {{ ref("int_step_path") }}
        group by {{ subject | join(", ") }}, unit_code, unit_level, path, steps
    ),
    scoped as (
        select
            {{ subject | join(", ") }},
            {{ scope_columns() }},
            path,
            steps,
            cast(sum(dossiers) as bigint) as dossiers,
            cast(sum(days) as double) as days
        from counted
        group by {{ scope_sets(subject + ["path", "steps"]) }}
    ),
    ranked as (
        select
            s.*,
            v.variant,
            dossiers / cast(sum(dossiers) over subject as double) as share_of_dossiers,
            count(*) over subject as variant_count,
            row_number() over (
                partition by {{ subject | join(", ") }}, scope, unit_code, unit_level order by dossiers desc, v.variant
            ) as variant_rank
        from scoped s
        join {{ ref("int_step_variant") }} v using (path, steps)
        window subject as (partition by {{ subject | join(", ") }}, scope, unit_code, unit_level)
    )
select
    {{ subject | join(", ") }},
    scope,
    unit_code,
    unit_level,
    variant_rank,
    variant,
    cast(steps as bigint) as steps,
    dossiers,
    share_of_dossiers,
    days / dossiers as mean_working_days,
    variant_count
from ranked
where variant_rank <= 10
