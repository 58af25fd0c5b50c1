-- Components of which the portal shows a figure, on its newest day, beside ours up to the first period of the score
-- that reaches that day. One row per unit or province and component.
select s.*, p.start_date, p.cut_date, {{ days_between("s.portal_date", "p.cut_date") }} as days_apart
from {{ ref("decision_766_score") }} s
join {{ ref("dim_score_period") }} p using (period_code)
where s.portal_date is not null and p.period_type in ('to_date', 'year')
qualify
    row_number() over (
        partition by s.scope, s.unit_code, s.component order by s.portal_date desc, p.cut_date, p.period_type
    )
    = 1
