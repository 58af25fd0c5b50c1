-- One row per delivered file, source, disposition and reason. Of rows that are carried over from the night before, the
-- counts of then stand, less what the dossiers that are weighed again had then.
with
    counted as (
        {% for name in modelled_sources() %}
            select '{{ name }}' as source, _source_file, disposition, reason, count(*) as row_count
            from {{ ref("base_" ~ name) }}
            group by _source_file, disposition, reason
            union all
        {% endfor %}
        select source, _source_file, disposition, reason, row_count
        from {{ source("ledger", "carried_count") }}
        union all
        select source, _source_file, disposition, reason, - row_count
        from {{ ref("int_row_count_before") }}
    )
select source, _source_file, disposition, reason, cast(sum(row_count) as bigint) as row_count
from counted
group by source, _source_file, disposition, reason
having sum(row_count) <> 0
