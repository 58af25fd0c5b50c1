-- Where our points and the portal's differ most, with what dossiers explain of it; of the province if the portal shows
-- it, else of the units that it shows.
with
    caused as (
        select
            scope,
            unit_code,
            component,
            list(
                {cause:cause, cases:cases, numerator:numerator_effect, denominator:denominator_effect}
                order by cases desc, cause
            ) as causes
        from marts.decision_766_causes
        where period_code = $year_code and scope <> 'level'
        group by scope, unit_code, component
    ),
    shown as (
        select *
        from marts.decision_766_compared
        where period_code = $year_code and scope <> 'level'
        qualify rank() over (order by scope = 'province' desc) = 1
    )
select s.*, n.name_vi, n.name_en, u.unit_name, coalesce(c.causes, []) as causes
from shown s
join
    marts.dim_score_component n
    on s.component = n.component
    and $as_of between n.valid_from and coalesce(n.valid_to, date '9999-12-31')
left join marts.dim_unit u using (unit_code)
left join caused c on (s.scope, s.unit_code, s.component) = (c.scope, c.unit_code, c.component)
where s.points_difference is not null
order by abs(s.points_difference) desc, s.component, s.unit_code
