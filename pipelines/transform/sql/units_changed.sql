-- Whether a unit begins, ends or hands over between the day of what is carried and the day of this run.
with
    changes as (
        select valid_from as day
        from carried_tables.marts.dim_unit
        union all
        select valid_to
        from carried_tables.marts.dim_unit
        union all
        select cast(changed_on as date)
        from carried_workspace.registers.unit_change
    )
select exists (from changes where day between cast($kept_day as date) and cast($day as date))
