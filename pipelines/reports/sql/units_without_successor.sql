-- Dossiers that a closed unit left open and that went to the unit above, since the register names no successor.
with
    passed as (
        select unit_code, cut_to, lead(unit_code) over (partition by dossier_code order by cut_from) as next_unit
        from marts.fct_handovers
    )
select p.unit_code, u.unit_name, p.next_unit, count(*)
from passed p
join marts.dim_unit u on p.unit_code = u.unit_code
cross join marts.dim_run r
where
    p.cut_to <= r.as_of
    and p.next_unit in (u.parent_unit_code, r.province_code)
    and not coalesce(list_contains(string_split(u.replaced_by, ';'), p.next_unit), false)
group by all
order by p.unit_code
