-- Offices in which dossiers got late, of steps that began in a year, the worst first; each with the units that have
-- most
-- of these dossiers. An office is a name: those of several units stand together.
with
    held as (
        select department, d.unit_code, u.unit_name, dossiers_late_here
        from marts.department_lateness d
        join marts.dim_unit u using (unit_code)
        where scope = 'unit' and began_year = $shown_year and dossiers_late_here > 0
        qualify row_number() over (partition by department order by dossiers_late_here desc, d.unit_code) <= $holders
    ),
    holder as (
        select
            department,
            list(
                {unit_name:unit_name, dossiers:dossiers_late_here} order by dossiers_late_here desc, unit_code
            ) as holders
        from held
        group by department
    )
select d.*, coalesce(h.holders, []) as holders
from marts.department_lateness d
left join holder h on d.department is not distinct from h.department
where d.scope = 'province' and d.began_year = $shown_year
order by d.dossiers_late_here desc, d.late_steps desc, d.steps desc, d.department nulls last
