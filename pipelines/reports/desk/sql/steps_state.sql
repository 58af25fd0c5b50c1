-- What is known of steps and of ended dossiers: one row. The year is the newest one in which handling ended, up to the
-- as-of day; null if none did.
select
    exists (select 1 from marts.fct_steps) as has_steps,
    (
        select max(finished_year)
        from marts.handling_times
        where scope = 'province' and procedure_code is null and finished_year <= year($as_of)
    ) as shown_year
