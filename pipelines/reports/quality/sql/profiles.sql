-- How many measures of the newest delivery of a source are usual, unusual or not compared.
with
    measured as (
        select source, business_day, standing
        from delivery_measures
        union all
        select source, business_day, standing
        from unit_measures
    ),
    newest as (select source, max(business_day) as business_day from delivery_measures group by source)
select
    source,
    business_day,
    count(*) filter (where standing = 'usual'),
    count(*) filter (where standing = 'unusual'),
    count(*) filter (where standing = 'not_compared')
from measured
join newest using (source, business_day)
group by source, business_day
order by source
