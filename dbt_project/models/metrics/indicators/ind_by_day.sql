-- Indicators whose cases (metrics/cases) each say on which day they count and from which day they also count in the
-- numerator; a newer case may take the place of an older one (a rating given again). Cases are first added up by days,
-- so no case is paired with any period.
{{ figures_by_day(indicators_computed("by_day"), ref("dim_period")) }}
