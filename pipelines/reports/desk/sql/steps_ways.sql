-- The most frequent ways of the procedures shown, of the whole province. One row per procedure and way.
select procedure_code, variant, steps, dossiers, share_of_dossiers, mean_working_days
from marts.procedure_variants
where
    scope = 'province'
    and finished_year = $shown_year
    and list_contains($codes, procedure_code)
    and variant_rank <= $ways
order by procedure_code, variant_rank
