-- Goals of the plan by standing.
select
    count(*),
    count(*) filter (where standing = 'met'),
    count(*) filter (where standing = 'not_met'),
    count(*) filter (where standing = 'tracked'),
    count(*) filter (where standing = 'no_data')
from marts.plan_scorecard
