-- One row per case, period and cell in which the case counts. `counts`: it also counts in the measure that lies
-- within. `part` is the set of cells that is either frozen or published anew as a whole.
create or replace table case_in (
    part varchar, whole varchar, scope varchar, unit_code varchar, unit_level varchar, period_code varchar,
    counts boolean, key bigint
)
