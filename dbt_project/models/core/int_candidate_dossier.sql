-- A table of its own, so that DuckDB knows how few they are and holds them, not all steps, in memory.
select distinct dossier_code from {{ ref("int_open_candidate") }}
