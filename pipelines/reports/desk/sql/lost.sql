-- Lost points of the province in order of gain, each with the units that hold most of the cases against.
with
    holder as (
        select g.component, u.unit_name, g.unit_code, g.cases_against
        from marts.decision_766_gains g
        join marts.dim_unit u using (unit_code)
        where g.scope = 'unit' and g.period_code = $year_code
        qualify row_number() over (partition by g.component order by g.cases_against desc, g.unit_code) <= $holders
    ),
    held as (
        select
            component,
            list(
                {unit_code:unit_code, unit_name:unit_name, cases:cases_against} order by cases_against desc, unit_code
            ) as holders
        from holder
        group by component
    )
select
    g.component,
    c.name_vi,
    c.name_en,
    g.max_points,
    g.points,
    g.points_lost,
    g.cases_against,
    g.cases_to_full,
    g.points_per_case,
    g.can_still_rise,
    coalesce(h.holders, []) as holders
from marts.decision_766_gains g
join
    marts.dim_score_component c
    on g.component = c.component
    and $as_of between c.valid_from and coalesce(c.valid_to, date '9999-12-31')
left join held h on g.component = h.component
where g.scope = 'province' and g.period_code = $year_code
order by g.points_lost desc, g.component
