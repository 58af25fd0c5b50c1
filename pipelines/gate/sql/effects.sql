-- Figures that an edit of a register may have moved, those that moved most first: the fields of `results.Effect`.
select
    register, entry, indicator_code, rule, period_code, scope, unit_level, value_before, value_now, met_before, met_now
from held_effect
order by register, entry, place
