with
    paired as (
        select
            {{ keys }},
            case when b.here is null then 'added' when a.here is null then 'removed' else 'changed' end as change,
            [{{ values }}] as cells
        from (select {{ columns }}, true as here from before.marts.{{ table }}) as b
        full join (select {{ columns }}, true as here from after.marts.{{ table }}) as a on {{ on_key }}
        where b.here is null or a.here is null or {{ differs }}
    ),
    listed as (
        select
            * exclude (cells),
            unnest(
                case when change = 'changed' then list_filter(cells, lambda cell:cell.differs) else [null] end
            ) as cell
        from paired
    )
select change, * exclude (change, cell), cell.column as "column", cell.before as before, cell.after as after
from listed
order by all
