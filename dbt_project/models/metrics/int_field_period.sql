-- Events of a unit in a field of procedures in the periods of the form.
with days as ({{ events_by_day(by_field=true) }}) {{ events_by_period("days", ref("dim_period"), by_field=true) }}
