-- How long people wait: working days from reception to the end of handling, by the year of the end.
with
    counted as (
        select
            year(finished_date) as finished_year,
            procedure_code,
            unit_code,
            unit_level,
            working_days,
            count(*) as dossiers,
            count(*) filter (where outcome = 'overdue') as overdue
        from {{ ref("fct_timeliness") }}
        where working_days is not null
        group by
            grouping sets (
                (year(finished_date), procedure_code, unit_code, unit_level, working_days),
                (year(finished_date), unit_code, unit_level, working_days)
            )
    ),
    scoped as (
        select
            finished_year,
            procedure_code,
            {{ scope_columns() }},
            working_days,
            sum(dossiers) as dossiers,
            sum(overdue) as overdue
        from counted
        group by {{ scope_sets(["finished_year", "procedure_code", "working_days"]) }}
    ),
    ranked as (
        {{
            with_counts_up_to(
                "scoped", "finished_year, procedure_code, scope, unit_code, unit_level", "working_days", "dossiers"
            )
        }}
    )
select
    finished_year,
    procedure_code,
    scope,
    unit_code,
    unit_level,
    cast(sum(dossiers) as bigint) as dossiers,
    cast(sum(overdue) as bigint) as overdue,
    {{ not_exceeded_by(5, "working_days") }} as median_working_days,
    {{ not_exceeded_by(9, "working_days") }} as p90_working_days,
    max(working_days) as most_working_days
from ranked
group by finished_year, procedure_code, scope, unit_code, unit_level
