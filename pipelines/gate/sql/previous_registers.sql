-- The copy of the registers in the published version, attached as `previous`.
insert into previous_register
select register, entry, field, value, watch, row_day, moves
from previous.marts.register_entries
